"""Workbooks of the portal's own kind: of one form or of all forms of a unit, written and read."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from instruments.models import InstrumentVersion
from instruments.selectors import codelists_current
from submissions.models import Response
from submissions.page_selectors import values_at
from submissions.services.unit_forms import UnitForms
from submissions.workbooks.comparing import Incoming
from submissions.workbooks.files import OpenedWorkbook
from submissions.workbooks.layout import LISTS, META, Stamp, sheet_names
from submissions.workbooks.reading import FormReader, WorkbookAnswers
from submissions.workbooks.writing import FormWorkbook, WrittenForm


def workbook_bytes(forms: UnitForms, responses: Sequence[Response]) -> bytes:
    """The prefilled workbook of these forms. One query."""
    stamps = stamps_of(responses)
    written = [
        WrittenForm(forms.definition(response), forms.plain(response), stamps[response.case_id])
        for response in responses
    ]
    return FormWorkbook(written, heading_of(forms), codelists_current()).bytes()


def heading_of(forms: UnitForms) -> str:
    """The unit and the exercise; and that it is not the census, where it is not."""
    return " ".join(filter(None, [str(forms.unit), str(forms.exercise), forms.exercise.mark]))


def stamps_of(responses: Sequence[Response]) -> dict[int, Stamp]:
    """The stamp that a workbook of each case carries now. One query."""
    ids = {response.case.instrument_version_id for response in responses}
    versions = InstrumentVersion.objects.only("number", "content_hash").in_bulk(ids)
    stamps = {}
    for response in responses:
        case, version = response.case, versions[response.case.instrument_version_id]
        stamps[case.pk] = Stamp(
            case=case.pk,
            form=case.form_code,
            unit=case.unit.code,
            version=version.number,
            definition=version.content_hash[:32],
            response_version=response.version,
        )
    return stamps


def incoming_read(
    book: OpenedWorkbook, forms: UnitForms, response: Response, *, stamp: Stamp, own: Stamp
) -> Incoming:
    """What the workbook says of one form. Raises `Invalid` with the reason. One query at most."""
    stamp_check(stamp, own)
    now = forms.plain(response)
    base = values_at(response, stamp.response_version)
    reader = FormReader(forms.definition(response), now["rows"], WorkbookAnswers(base))
    return Incoming(response, base, reader.read(book), reader.notes)


def stamp_check(stamp: Stamp, own: Stamp) -> None:
    """Refuse the workbook of another unit, form or form version."""
    if (stamp.unit, stamp.form, stamp.case) != (own.unit, own.form, own.case):
        raise Invalid(
            _("这是普查对象 %(unit)s 的 %(form)s 表，不是本表。")
            % {"unit": stamp.unit, "form": stamp.form},
            code="workbook_of_another",
        )
    if stamp.definition != own.definition:
        raise Invalid(
            _("工作簿是 %(form)s 表的第 %(old)d 版，现在是第 %(new)d 版，请重新下载后再填。")
            % {"form": own.form, "old": stamp.version, "new": own.version},
            code="workbook_of_another_version",
        )
    if stamp.response_version > own.response_version:
        raise Invalid(_("填报版本不对，请重新下载后再填。"), code="unknown_base_version")


def strange_sheets(
    book: OpenedWorkbook, forms: UnitForms, responses: Sequence[Response]
) -> list[str]:
    """A sentence for each sheet that is none of these forms': it was not read."""
    known = {META, LISTS}
    for response in responses:
        known.update(sheet_names(forms.definition(response)))
    return [
        _("工作表“%(name)s”不属于本工作簿的普查表，没有读取。") % {"name": name}
        for name in book.sheets
        if name not in known
    ]
