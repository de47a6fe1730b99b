"""The forms of a unit on paper: as they stand, or empty with the unit's heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from instruments.blank_forms import BLANK, edition, printed_at
from instruments.codelist_values import CodeListValues
from instruments.models import InstrumentVersion
from instruments.printing.document import document_bytes
from instruments.printing.sheet import FormSheet
from instruments.selectors import codelists_current, definition_for
from registry.models import Unit
from submissions.enums import CaseStatus, Level
from submissions.models import Case, CollectionExercise, Response, Submission

STATE_MARKS = {
    CaseStatus.RETURNED: "已退回·待修改",
    CaseStatus.FINAL: "已定稿",
    CaseStatus.VOID: "已作废",
}


def unit_cases_to_print(unit: Unit) -> list[Case]:
    """Every form that the unit owes, in the order of the forms. One query."""
    owed = Case.objects.filter(unit=unit).owed().exclude(status=CaseStatus.VOID)
    return list(
        owed.with_names().order_by(
            "exercise", "instrument_version__instrument__sequence", "form_code"
        )
    )


def cases_print(cases: Sequence[Case], title: str, *, is_blank: bool = False) -> bytes:
    """One PDF, a bookmark for each form; empty ones keep the unit's heading. Four queries."""
    sheets = _Sheets.read(cases)
    make = sheets.blank if is_blank else sheets.filled
    return document_bytes([make(case) for case in cases], title)


@dataclass(frozen=True)
class _Sheets:
    """What the sheets of several cases are made from."""

    responses: Mapping[int, Response]
    submissions: Mapping[int, Submission]
    editions: Mapping[int, str]
    codelists: Mapping[str, CodeListValues]
    printed_at: str

    @classmethod
    def read(cls, cases: Sequence[Case]) -> _Sheets:
        keys = [case.pk for case in cases]
        frozen = Submission.objects.filter(case__in=keys).order_by("number")
        versions = InstrumentVersion.objects.filter(
            pk__in={case.instrument_version_id for case in cases}
        )
        return cls(
            {r.case_id: r for r in Response.objects.filter(case__in=keys)},
            {s.case_id: s for s in frozen.only("case_id", "response_version", "receipt_code")},
            {
                pk: edition(number, division)
                for pk, number, division in versions.values_list("pk", "number", "division_code")
            },
            codelists_current(),
            printed_at(),
        )

    def filled(self, case: Case) -> FormSheet:
        """The answers in force, with the receipt where it was given for exactly these."""
        response = self.responses[case.pk]
        answers = response.plain()
        submission = self.submissions.get(case.pk)
        is_receipted = submission and submission.response_version == response.version
        return self._sheet(
            case,
            mark=sheet_mark(case, state_mark(case, response)),
            values=answers["values"],
            rows=answers["rows"],
            reference=f"回执编号 {submission.receipt_code}" if submission and is_receipted else "",
        )

    def blank(self, case: Case) -> FormSheet:
        """The heading alone."""
        sheet = self._sheet(case, mark=sheet_mark(case, BLANK))
        values = self.responses[case.pk].plain()["values"]
        head = {item.slug: values.get(item.slug, "") for item in sheet.head}
        return replace(sheet, values=head, is_blank=True)

    def _sheet(self, case: Case, **more: Any) -> FormSheet:
        return FormSheet(
            definition=definition_for(case.instrument_version_id),
            edition=self.editions[case.instrument_version_id],
            codelists=self.codelists,
            printed_at=self.printed_at,
            exercise=case.exercise.name,
            year=reference_year(case.exercise),
            unit=case.unit.name,
            **more,
        )


def sheet_mark(case: Case, state: str) -> str:
    """What the sheet is worth, and first of all that it is not the census, where it is not."""
    with translation.override(settings.LANGUAGE_CODE):
        return "·".join(filter(None, [case.exercise.mark, state]))


def state_mark(case: Case, response: Response) -> str:
    """What a sheet is worth: nobody shall take a draft for a return that was signed off."""
    if not case.is_owed:
        return "现不需填"
    if case.status == CaseStatus.OPEN:
        return "填报中·未提交" if response.version else "未填报"
    if case.status == CaseStatus.UNDER_REVIEW:
        with translation.override(settings.LANGUAGE_CODE):
            return f"已提交·待{Level(case.review_level).label}审核"
    return STATE_MARKS[CaseStatus(case.status)]


def reference_year(exercise: CollectionExercise) -> str:
    """The year that the answers are about: the standard time is the last moment of it."""
    last_moment = timezone.localtime(exercise.standard_time - timedelta(seconds=1))
    return str(last_moment.year)
