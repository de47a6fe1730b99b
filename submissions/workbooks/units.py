"""The workbook of all forms of one unit, in the portal's own shape or in the census database's."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Invalid, Refusal
from registry.models import Unit
from submissions.enums import ExerciseStatus
from submissions.models import Case, Response
from submissions.services.saving import check_open_for_filling
from submissions.services.unit_forms import UnitForms, unit_forms_read
from submissions.workbooks.census_reading import CensusBook, is_census_workbook
from submissions.workbooks.census_writing import census_workbook
from submissions.workbooks.comparing import Comparison, Incoming, compare
from submissions.workbooks.files import OpenedWorkbook, workbook_open
from submissions.workbooks.own import incoming_read, stamps_of, strange_sheets, workbook_bytes
from submissions.workbooks.reading import is_own, stamps_read


class Shape(StrEnum):
    """How a workbook of a unit is laid out."""

    FORMS = "forms"
    CENSUS = "census"


def unit_forms_now(unit: Unit) -> UnitForms:
    """The unit's forms in its newest running exercise. Two queries.

    Raises `Conflict` where the unit has none.
    """
    case = (
        Case.objects.filter(unit=unit, exercise__status=ExerciseStatus.OPEN)
        .order_by("-exercise_id", "pk")
        .first()
    )
    if case is None:
        raise Conflict(_("本普查对象没有正在进行的普查表。"), code="no_cases")
    return unit_forms_read(case)


def owed_responses(forms: UnitForms) -> list[Response]:
    """What the unit has to fill in, by the codes of the forms."""
    owed = [response for response in forms.living if response.case.is_owed]
    return sorted(owed, key=lambda response: response.case.form_code)


def unit_workbook_bytes(forms: UnitForms, shape: Shape) -> bytes:
    """The prefilled workbook of every form that the unit owes. One query."""
    responses = owed_responses(forms)
    if not responses:
        raise Conflict(_("本普查对象没有应填的普查表。"), code="no_cases")
    if shape is Shape.CENSUS:
        return census_workbook(forms, responses)
    return workbook_bytes(forms, responses)


def unit_workbook_compare(forms: UnitForms, content: bytes) -> Comparison:
    """Compare a workbook of some or all forms of a unit. Its shape shows by its sheets.

    Raises `Invalid` with the reason. One query for each form whose workbook is older than its
    answers, and two more.
    """
    book = workbook_open(content)
    if is_own(book) or not is_census_workbook(book):
        return _compare_own(forms, book)
    reader = CensusBook(book, forms)
    incoming = reader.read(sorted(forms.living, key=lambda r: r.case.form_code))
    return compare(forms, incoming, reader.notes)


def _compare_own(forms: UnitForms, book: OpenedWorkbook) -> Comparison:
    stamps = {stamp.case: stamp for stamp in stamps_read(book)}
    responses = [response for response in forms.living if response.case_id in stamps]
    foreign = set(stamps) - {response.case_id for response in responses}
    if foreign:
        stamp = stamps[min(foreign)]
        raise Invalid(
            _("工作簿里有普查对象 %(unit)s 的 %(form)s 表，它不在本普查对象正在填报的表中。")
            % {"unit": stamp.unit, "form": stamp.form},
            code="workbook_of_another",
        )
    owns = stamps_of(responses)
    incoming: list[Incoming] = []
    notes = []
    for response in responses:
        own, stamp = owns[response.case_id], stamps[response.case_id]
        try:
            check_open_for_filling(response)
            incoming.append(incoming_read(book, forms, response, stamp=stamp, own=own))
        except Refusal as refusal:
            notes.append(
                _("%(form)s 表没有读取：%(why)s") % {"form": own.form, "why": refusal.message}
            )
    return compare(forms, incoming, [*notes, *strange_sheets(book, forms, responses)])
