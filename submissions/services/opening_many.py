"""Opening the first cases of many units at once: what a loaded list of units needs."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.scoping import forms_owed
from instruments.selectors import Published, definition_data, published_now
from registry.models import Unit
from registry.models.unit import UnitQuerySet
from submissions.enums import ExerciseStatus, FailureKind
from submissions.models import Case, CollectionExercise, EditFailure, Response
from submissions.services.findings import failures_found
from submissions.services.opening import carried_forward, first_rows
from submissions.services.unit_forms import UnitForms
from submissions.unit_facts import prefill_facts_of, register_facts


@transaction.atomic
def cases_open_many(*, unit_ids: Sequence[int], actor: User | None) -> int:
    """Open what these units owe before anything is answered; returns how many cases.

    About ten queries however many units. Units that have cases already are left alone, and so
    are units outside the actor's jurisdiction.
    """
    units = Unit.objects.filter(pk__in=unit_ids)
    if actor is not None:
        units = units.visible_to(actor, Permission.FRAME_LOAD)
    opened = 0
    for exercise in CollectionExercise.objects.filter(status=ExerciseStatus.OPEN):
        opened += cases_open_in(exercise=exercise, units=units, actor=actor)
    return opened


@transaction.atomic
def cases_open_in(*, exercise: CollectionExercise, units: UnitQuerySet, actor: User | None) -> int:
    """The same in one exercise."""
    fresh = list(
        units.exclude(pk__in=Case.objects.filter(exercise=exercise).values("unit_id"))
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    return _open(exercise, fresh, actor)


def _open(
    exercise: CollectionExercise,
    units: list[Unit],
    actor: User | None,
) -> int:
    now = timezone.now()
    published = published_now()
    cases = [
        Case(
            exercise=exercise,
            unit=unit,
            instrument_version_id=published.version_id(form.code, unit.division_code),
            form_code=form.code,
            division_code=unit.division_code,
            owed_reason=dict(form.reason),
            opened_at=now,
            status_changed_at=now,
            due_on=exercise.due_on,
        )
        for unit in units
        for form in forms_owed(
            unit_facts=register_facts(unit), answers_by_form={}, published=published
        )
    ]
    facts = prefill_facts_of(units)
    responses = {}
    for case in Case.objects.bulk_create(cases):
        definition = definition_data(case.instrument_version_id)
        responses[case] = Response(
            cells=carried_forward(definition, facts[case.unit_id], actor, now),
            rows=first_rows(definition),
        )
    for case, response in responses.items():
        response.case = case
    Response.objects.bulk_create(responses.values())
    _evaluate(list(responses.values()), published)
    if cases:
        audit_record(
            action=AuditAction.CASE_OPENED,
            actor=actor,
            division_code=actor.division_code if actor else "",
            detail={"exercise": exercise.code, "units": len(units), "cases": len(cases)},
        )
    return len(cases)


def _evaluate(responses: list[Response], published: Published) -> None:
    """Counters and the findings on what was carried forward."""
    by_unit: dict[int, list[Response]] = {}
    for response in responses:
        by_unit.setdefault(response.case.unit_id, []).append(response)
    failures: list[EditFailure] = []
    now = timezone.now()
    for own in by_unit.values():
        forms = UnitForms(own, published=published)
        found = failures_found(forms=forms, responses=own, now=now)
        failures += [failure for failure in found if failure.kind != FailureKind.REQUIRED]
    EditFailure.objects.bulk_create(failures, batch_size=1000)
    Case.objects.bulk_update(
        [response.case for response in responses],
        [
            "hard_count",
            "soft_open_count",
            "filled_count",
            "required_count",
            "required_missing_count",
        ],
        batch_size=500,
    )
