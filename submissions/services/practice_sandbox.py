"""The forms of a sample unit as the rules and the entry grid see them, in memory only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from instruments.selectors import published_now
from registry.models import Unit
from submissions.enums import CaseStatus, ExerciseStatus, Provenance
from submissions.models import Case, CollectionExercise, PracticeAttempt, Response
from submissions.practice.sets import PracticeSet
from submissions.services.unit_forms import UnitForms

COLLECTED = Provenance.COLLECTED.value
UNIT_FIELDS = (
    "name",
    "code",
    "credit_code",
    "division_code",
    "kind",
    "status",
    "address",
    "legal_person",
    "contact_name",
    "contact_phone",
)


def cells_of(values: Mapping[str, str], by: int | None, at: str) -> dict[str, Any]:
    """Plain values as the cells of a response."""
    slot = {"by": by, "at": at, "n": 0}
    return {path: {COLLECTED: {"v": str(value), **slot}} for path, value in values.items()}


def sandbox(practice: PracticeSet, attempt: PracticeAttempt) -> tuple[UnitForms, Response]:
    """The unit's forms with the attempt's answers in the one to correct. Never saved.

    Raises KeyError where a form of the set has not been published.
    """
    published = published_now()
    register = practice.register
    unit = Unit(pk=-1, **{name: register[name] for name in UNIT_FIELDS if name in register})
    unit.industry_codes = [str(code) for code in register.get("industry_codes", [])]
    exercise = CollectionExercise(pk=-1, name=_("练习"), status=ExerciseStatus.OPEN)
    responses = []
    for number, (code, answers) in enumerate(practice.forms.items(), start=1):
        case = Case(
            pk=-number,
            unit=unit,
            exercise=exercise,
            form_code=code,
            instrument_version_id=published.version_id(code, ""),
            status=CaseStatus.OPEN,
            division_code=unit.division_code,
        )
        response = Response(pk=-number, case=case, version=1, rows=dict(answers["rows"]))
        response.cells = cells_of(answers["values"], None, "")
        if code == practice.form:
            response.cells, response.rows = attempt.cells, attempt.rows
            response.version = attempt.version
            own = response
        responses.append(response)
    return UnitForms(responses, published=published), own
