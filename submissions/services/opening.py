"""Opening a case: the form a unit owes, filled in as far as the register knows the answers."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.evaluation.text import normalise
from instruments.models import InstrumentVersion
from instruments.prefill import prefill_values
from registry.models import Unit
from submissions.enums import Provenance
from submissions.models import Case, CollectionExercise, Response
from submissions.services.findings import findings_refresh
from submissions.services.unit_forms import UnitForms
from submissions.unit_facts import prefill_facts


@transaction.atomic
def case_open(
    *,
    unit: Unit,
    version: InstrumentVersion,
    exercise: CollectionExercise,
    actor: User | None,
    reason: dict[str, str] | None = None,
) -> Case:
    """Open one form for one unit. Opened twice, it is the case that is there already."""
    form_code = version.instrument.code
    now = timezone.now()
    case, is_new = Case.objects.get_or_create(
        exercise=exercise,
        unit=unit,
        form_code=form_code,
        defaults={
            "instrument_version": version,
            "division_code": unit.division_code,
            "owed_reason": reason or {},
            "opened_at": now,
            "status_changed_at": now,
            "due_on": exercise.due_on,
        },
    )
    if not is_new:
        return case
    response = Response.objects.create(
        case=case,
        cells=carried_forward(version.definition, prefill_facts(unit), actor, now),
        rows=first_rows(version.definition),
    )
    audit_record(
        action=AuditAction.CASE_OPENED,
        actor=actor,
        subject=case,
        detail={"form": form_code, "unit": unit.code, "version": version.number},
    )
    findings_refresh(
        forms=UnitForms([response]), responses=[response], now=now, with_required=False
    )
    return case


def carried_forward(
    definition: dict[str, Any], facts: dict[str, str], actor: User | None, now: datetime
) -> dict[str, Any]:
    """What the register knows, in the slot below everything a person enters."""
    return {
        slug: {
            Provenance.CARRIED_FORWARD.value: {
                "v": normalise(value),
                "by": actor.pk if actor else None,
                "at": now.isoformat(timespec="seconds"),
                "n": 0,
            }
        }
        for slug, value in prefill_values(definition, facts).items()
    }


def first_rows(definition: dict[str, Any]) -> dict[str, list[str]]:
    """The rows a repeat group cannot be without."""
    return {
        group["slug"]: [secrets.token_hex(4) for _number in range(group["min"])]
        for group in definition.get("groups") or []
        if group.get("min")
    }
