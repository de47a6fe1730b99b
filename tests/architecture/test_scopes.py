"""F1: every route × every role × own, parent, child and neighbouring division.

What you list is what you may open; the neighbour's things do not exist, through any door.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from accounts.enums import Permission, Role
from audit.models import AuditEvent
from registry.models import EnumerationArea, FrameChange, SourceList, SourceRow, Unit
from review.models import QualityCheck, QualityLot, QualityReport, QualitySample
from submissions.models import (
    Case,
    CorrectionRequest,
    DeadlineExtension,
    EditFailure,
    ItemQuery,
    Job,
    RuleWaiver,
    TwoPersonRequest,
)
from tests.architecture.routes import ROUTES, Route
from tests.architecture.world import PLACES, World
from tests.people import account

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Target:
    """How a route's arguments are made from one place's things, and what guards them."""

    kwargs: Any
    permission: Permission


def pk_of(kind: str):
    return lambda things: {"pk": things[kind].pk}


UNIT, CASE = Permission.UNIT_VIEW, Permission.CASE_VIEW
# Routes whose argument is a scoped thing: by route name. The test below finds a route that is
# missing here, so a new route cannot be forgotten.
TARGETS: dict[str, Target] = {}
for _name in (
    "unit_detail",
    "unit_amend",
    "api_unit",
    "api_unit_amend",
    "unit_derive",
    "unit_samples",
    "unit_workbook",
    "unit_workbook_file",
    "unit_workbook_commit",
    "api_unit_workbook",
    "api_unit_workbook_commit",
    "unit_print",
    "unit_reads",
    "unit_confidentiality",
):
    TARGETS[_name] = Target(pk_of("unit"), UNIT)
for _name in (
    "case_fill",
    "case_workbook",
    "case_print",
    "case_workbook_upload",
    "case_workbook_commit",
    "case_cells",
    "case_form_save",
    "case_submit",
    "case_receipt",
    "case_receipt_pdf",
    "case_review",
    "case_approve",
    "case_return",
    "case_claim",
    "case_state",
    "case_history",
    "case_presence",
    "case_decisions",
    "api_case_detail",
    "api_case_response",
    "api_case_cells",
    "api_case_submit",
    "api_case_submissions",
    "api_case_findings",
    "api_case_history",
    "api_case_decisions",
    "api_case_queries",
    "case_account",
    "case_basis",
    "case_notes",
    "api_case_notes",
    "case_handovers",
    "api_case_handovers",
):
    TARGETS[_name] = Target(pk_of("case"), CASE)
for _name in ("failure_explain", "api_finding_explanation"):
    TARGETS[_name] = Target(pk_of("failure"), CASE)
for _name in ("query_answer", "api_query_answer"):
    TARGETS[_name] = Target(pk_of("query"), CASE)
for _name in ("waiver_request", "api_case_waivers"):
    TARGETS[_name] = Target(pk_of("case"), CASE)
for _name in ("waiver_detail", "waiver_decide", "api_waiver_decisions"):
    TARGETS[_name] = Target(pk_of("waiver"), CASE)
for _name in ("note_thread_resolve", "api_note_resolve"):
    TARGETS[_name] = Target(pk_of("thread"), CASE)
for _name in (
    "job_detail",
    "job_progress",
    "job_result",
    "job_cancel",
    "api_job_detail",
    "api_job_cancel",
):
    TARGETS[_name] = Target(pk_of("job"), Permission.JOB_VIEW)
for _name in ("batch_run", "batch_findings"):
    TARGETS[_name] = Target(pk_of("batch_run"), Permission.FINDING_REPORT_VIEW)
for _name in ("summary_detail", "summary_workbook", "api_summary_detail"):
    TARGETS[_name] = Target(pk_of("summary"), Permission.SUMMARY_RUN)
for _name in (
    "release_detail",
    "release_sign",
    "release_publish",
    "publication_file",
    "release_table",
    "release_units",
    "release_proof",
    "release_compare",
):
    TARGETS[_name] = Target(pk_of("release"), Permission.SUMMARY_RUN)
TARGETS["release_run"] = Target(pk_of("release_run"), Permission.SUMMARY_RELEASE)

for _name in ("acceptance_pack", "acceptance_word", "acceptance_pdf"):
    TARGETS[_name] = Target(pk_of("acceptance"), Permission.PROGRESS_VIEW)
TARGETS["duty_file"] = Target(pk_of("duty"), Permission.PROGRESS_VIEW)
TARGETS["interference_finding"] = Target(pk_of("interference"), Permission.INTERFERENCE_VIEW)
for _name in ("dispatch_detail", "dispatch_word", "dispatch_workbook"):
    TARGETS[_name] = Target(pk_of("dispatch"), Permission.PROGRESS_VIEW)
for _name in ("export_detail", "export_file"):
    TARGETS[_name] = Target(pk_of("export"), Permission.DATA_EXPORT)
for _name in ("quality_sample", "quality_frame"):
    TARGETS[_name] = Target(pk_of("quality_sample"), Permission.QUALITY_VIEW)
for _name in ("quality_check", "quality_cells", "quality_answered", "quality_photo"):
    TARGETS[_name] = Target(pk_of("quality_check"), Permission.QUALITY_VIEW)
TARGETS["quality_report"] = Target(pk_of("quality_report"), Permission.QUALITY_VIEW)
for _name in ("correction_new", "case_unusual_acts", "api_case_corrections"):
    TARGETS[_name] = Target(pk_of("case"), CASE)
for _name in ("correction_detail", "correction_decide", "api_correction_decision"):
    TARGETS[_name] = Target(pk_of("correction"), CASE)
for _name in ("two_person_detail", "two_person_decide"):
    TARGETS[_name] = Target(pk_of("two_person"), CASE)
TARGETS["extension_decide"] = Target(pk_of("extension"), CASE)
TARGETS["unit_verify"] = Target(pk_of("unit"), UNIT)
TARGETS["verification_photo"] = Target(pk_of("verification"), UNIT)
TARGETS["frame_change_new"] = Target(pk_of("unit"), UNIT)
TARGETS["frame_change_file"] = Target(pk_of("frame_change"), UNIT)
TARGETS["frame_change"] = Target(pk_of("frame_change"), UNIT)
TARGETS["coverage_block"] = Target(pk_of("coverage_block"), Permission.COVERAGE_CHECK)
TARGETS["overlay"] = Target(pk_of("overlay"), UNIT)
TARGETS["division_change"] = Target(pk_of("division_change"), UNIT)
TARGETS["enumeration_area"] = Target(pk_of("enumeration_area"), UNIT)
TARGETS["source_list"] = Target(pk_of("source_list"), Permission.FRAME_LOAD)
for _name in ("match_decide", "match_reverse"):
    TARGETS[_name] = Target(pk_of("source_row"), Permission.FRAME_LOAD)

# Routes whose argument names no scoped thing, with the reason.
UNSCOPED = {
    "instrument_detail": "a form's definition is public knowledge inside the portal",
    "change_detail": "a change of a form: for the nation's office alone, by permission",
    "change_edit": "a change of a form: for the nation's office alone, by permission",
    "review_times_of": "an exercise's time limits: for the nation's office alone, by permission",
    "codelist_detail": "a code list",
    "phase_move": "a phase binds everybody; the service asks for the right in the area",
    "phases_plan": "an exercise; for the nation's office alone, by the service",
    "audit_event": "an act of the log, asked within the auditor's jurisdiction",
    "anchor_detail": "a day's anchor, made to be published",
    "anchor_pdf": "a day's anchor, made to be published",
    "practice_attempt": "one's own attempt, by person",
    "practice_cells": "one's own attempt, by person",
    "practice_finish": "one's own attempt, by person",
    "local_detail": "a form's definition; writing asks for the permission in the province",
    "instrument_rules_js": "the rules of a form",
    "instrument_vtl": "the rules of a form",
    "instrument_ddi": "the definition of a form",
    "instrument_blank": "a form without answers",
    "codelist_json": "a code list",
    "api_instrument_detail": "a form's definition",
    "api_instrument": "a form's definition",
    "codelist_json_en": "a code list",
    "api_codelist": "a code list",
    "coefficient_detail": "a coefficient of the handbook",
    "rule_detail": "a rule of a form; findings and cases are asked inside",
    "rule_findings": "a rule of a form; its findings are asked inside",
    "rule_measure": "a rule of a form; the sample is asked inside",
    "api_rule_counts": "a rule of a form; its findings are asked inside",
    "coefficient_impact": "a version of the handbook",
    "coefficient_enforce": "a version of the handbook",
    "summary_run": "the argument is a table's definition; the division is asked inside",
    "account_end": "accounts: tests/integration/accounts",
}
WITH_ARGUMENTS = [r for r in ROUTES if r.arguments and r.name not in UNSCOPED]
PLAIN = [r for r in ROUTES if not r.arguments and not r.is_public]
NOTHING = 999_999_999
JSON = {"content_type": "application/json"}


def test_every_route_with_an_argument_is_covered():
    missing = [r.name for r in WITH_ARGUMENTS if r.name not in TARGETS]
    assert not missing, f"say in TARGETS what these routes speak of: {missing}"


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def call(client, route: Route, method: str, kwargs: dict[str, Any]):
    if "number" in route.arguments:
        kwargs = {**kwargs, "number": 1}
    url = reverse(route.name, kwargs=kwargs)
    if method == "get":
        return client.get(url)
    if route.path.startswith("api/") or route.name == "case_cells":
        return client.post(url, data="{}", **JSON)
    return client.post(url, {})


def people(world: World, cast) -> dict[str, Any]:
    """Everybody of the cast, and a respondent of the town's own unit."""
    found = {name: getattr(cast, name) for name in cast.__dataclass_fields__}
    found["respondent"] = account("respondent", Role.RESPONDENT, unit=world.things["own"]["unit"])
    return found


@pytest.mark.timeout(1200)  # some ten thousand requests, on a machine that may be busy
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_thing_outside_the_scope_does_not_exist(client, world, cast, method):
    """Every route × every person × every place; all violations are told at once."""
    violations = []
    for who, person in people(world, cast).items():
        signed_in(client, person)
        for route in WITH_ARGUMENTS:
            nothing = call(client, route, method, {"pk": NOTHING})
            target = TARGETS[route.name]
            for place in PLACES:
                unit = world.things[place]["unit"]
                # inside the scope one place shows that nothing breaks
                if place != "own" and person.has_perm(target.permission, unit):
                    continue
                answer = call(client, route, method, target.kwargs(world.things[place]))
                fault = fault_of(answer, nothing, person, route, unit)
                if fault:
                    violations.append(f"{who} {method} {route.name} at {place}: {fault}")
    assert not violations, "\n".join(violations)


def fault_of(answer, nothing, person, route: Route, subject: Unit) -> str:
    """What is wrong with the answer; empty where nothing is.

    What lies outside the scope is answered exactly as what does not exist at all.
    """
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if person.has_perm(TARGETS[route.name].permission, subject):
        return ""
    if answer.status_code not in {403, 404, 405}:
        return f"{answer.status_code}, outside the scope"
    if not person.has_perm(UNIT, subject) and answer.status_code != nothing.status_code:
        return f"{answer.status_code} says that it exists ({nothing.status_code} if it did not)"
    if not person.has_perm(UNIT, subject) and subject.name in answer.content.decode():
        return "names what lies outside"
    return ""


@pytest.mark.timeout(1200)
def test_no_list_shows_what_lies_outside(client, world, cast):
    violations = []
    for who, person in people(world, cast).items():
        signed_in(client, person)
        for route in PLAIN:
            answer = client.get(reverse(route.name))
            told = f"{who} {route.name}: {answer.status_code}"
            if answer.status_code not in {200, 302, 400, 403, 404, 405}:
                violations.append(told)
            text = b"".join(answer) if answer.streaming else answer.content
            for place in PLACES:
                unit = world.things[place]["unit"]
                if not person.has_perm(UNIT, unit) and unit.name in text.decode(errors="replace"):
                    violations.append(f"{told} shows {place}")
    assert not violations, "\n".join(violations)


@pytest.mark.parametrize(
    "model",
    [
        Unit,
        Case,
        EditFailure,
        ItemQuery,
        Job,
        RuleWaiver,
        CorrectionRequest,
        DeadlineExtension,
        TwoPersonRequest,
        SourceList,
        SourceRow,
        FrameChange,
        EnumerationArea,
        QualitySample,
        QualityLot,
        QualityCheck,
        QualityReport,
    ],
    ids=lambda m: m.__name__,
)
def test_list_and_detail_agree_for_every_role_and_division(world, cast, model):
    for who, person in people(world, cast).items():
        listed = set(model.objects.visible_to(person).values_list("pk", flat=True))
        openable = {
            row.pk for row in model.objects.all() if person.has_perm(model.view_permission, row)
        }
        assert listed == openable, f"{who} {model.__name__}"


def test_a_stranger_writes_nothing_through_any_door(client, world, cast):
    """The neighbour posts to every route at the town's things: not one act is recorded."""
    signed_in(client, cast.neighbour)
    before = AuditEvent.objects.count()
    for route in WITH_ARGUMENTS:
        call(client, route, "post", TARGETS[route.name].kwargs(world.things["own"]))
    assert AuditEvent.objects.count() == before


def test_an_exceptional_grant_opens_one_unit_and_no_other(client, world, cast, divisions):
    """An enumerator of the next county, lent for a week to one unit."""
    import datetime as dt

    from accounts.grants import grant_end, grant_give
    from tests.people import NEIGHBOUR_TOWN

    lent = account("lent", Role.ENUMERATOR, division=divisions[NEIGHBOUR_TOWN])
    own, other = world.things["own"], world.things["child"]
    url = reverse("unit_detail", args=[own["unit"].pk])
    assert signed_in(client, lent).get(url).status_code == 404
    grants = grant_give(
        actor=cast.administrator,
        user=lent,
        unit=own["unit"],
        permissions=[Permission.UNIT_VIEW, Permission.CASE_VIEW, Permission.RESPONSE_SAVE],
        reason="西湖区人手不足，借调一周",
        until=dt.date.today() + dt.timedelta(days=7),
    )
    assert signed_in(client, lent).get(url).status_code == 200
    assert own["case"].pk in set(
        Case.objects.visible_to(type(lent).objects.get(pk=lent.pk)).values_list("pk", flat=True)
    )
    assert client.get(reverse("unit_detail", args=[other["unit"].pk])).status_code == 404
    for grant in grants:
        grant_end(actor=cast.administrator, grant=grant)
    assert signed_in(client, lent).get(url).status_code == 404
