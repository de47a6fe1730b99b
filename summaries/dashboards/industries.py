"""The forms of a division by the main industry of their units, two digits of GB/T 4754."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q
from django.db.models.functions import Left

from accounts.models import User
from registry.models import Division
from registry.selectors import industry_names
from submissions.case_filters import SUBMITTED, passed_condition
from submissions.enums import CaseStatus
from submissions.models import CollectionExercise
from summaries.dashboards.figures import kept_for_nation, owed_within

DIGITS = 2
MEASURES = ("owed", "returned", "submitted", "final")


@dataclass(frozen=True)
class IndustryLine:
    """One division of industries; blank for units without an industry."""

    code: str
    name: str
    owed: int
    returned: int
    submitted: int
    final: int

    @property
    def percent(self) -> int:
        """Submitted of the owed, in whole per cent."""
        return self.submitted * 100 // self.owed if self.owed else 0


def industries_of(
    *, actor: User, exercise: CollectionExercise, division: Division, form_code: str = ""
) -> tuple[list[IndustryLine], datetime]:
    """The lines and their moment. Counted from the forms; the nation's is kept for an hour."""
    name = f"industries:{exercise.pk}:{form_code}"
    return kept_for_nation(division, name, lambda: _counted(actor, exercise, division, form_code))


def _counted(
    actor: User, exercise: CollectionExercise, division: Division, form_code: str
) -> list[IndustryLine]:
    cases = owed_within(actor, exercise, division).exclude(status=CaseStatus.VOID)
    if form_code:
        cases = cases.filter(form_code=form_code)
    rows = (
        cases.order_by()
        .annotate(main=F("unit__industry_codes__0"))
        .annotate(industry=Left("main", DIGITS))
        .values_list("industry")
        .annotate(
            n_owed=Count("pk"),
            n_returned=Count("pk", filter=Q(status=CaseStatus.RETURNED)),
            n_submitted=Count("pk", filter=passed_condition(SUBMITTED)),
            n_final=Count("pk", filter=Q(status=CaseStatus.FINAL)),
        )
    )
    counted = {industry or "": numbers for industry, *numbers in rows}
    names = industry_names([code for code in counted if code])
    return [
        IndustryLine(code, names.get(code, code), *counted[code])
        for code in sorted(counted, key=lambda code: (code == "", code))
    ]
