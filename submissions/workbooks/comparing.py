"""A workbook that came back, beside the answers as they are: what it would change, and break."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Invalid
from instruments.models import InstrumentVersion
from instruments.selectors import codelists_current
from submissions.form_page import FormPage
from submissions.models import Case, EditFailure
from submissions.page_selectors import values_at
from submissions.presenters.form import FormPresenter
from submissions.services.findings import failures_found
from submissions.workbooks.files import workbook_open
from submissions.workbooks.layout import Stamp
from submissions.workbooks.reading import (
    FormReader,
    WorkbookAnswers,
    changes_of,
    stamp_read,
)
from submissions.workbooks.writing import FormWorkbook

SALT = "submissions.workbook"
KEPT_SECONDS = 3600  # what was compared is committed within the hour, or uploaded again
DEVICE = "excel"


@dataclass(frozen=True)
class Line:
    """One cell that the workbook would change. `now` differs from `base` where others wrote."""

    path: str
    place: str
    base: str
    now: str
    after: str
    doubt: str = ""

    @property
    def is_clash(self) -> bool:
        """Somebody else has changed it, differently, since the workbook was downloaded."""
        return self.now not in {self.base, self.after}


@dataclass(frozen=True)
class Comparison:
    """Everything the page of differences shows, and what a commit needs."""

    lines: list[Line]
    new_rows: int
    findings: list[EditFailure]
    token: str

    @property
    def clashes(self) -> list[Line]:
        """Cells that a person has to settle in the grid first."""
        return [line for line in self.lines if line.is_clash]

    @property
    def doubts(self) -> list[Line]:
        """Cells whose digits the spreadsheet has lost."""
        return [line for line in self.lines if line.doubt]


def workbook_bytes(page: FormPage) -> bytes:
    """The prefilled workbook of a case. One query beyond the page's own."""
    case, response = page.case, page.response
    return FormWorkbook(
        definition=page.forms.definition(response),
        answers=page.forms.plain(response),
        stamp=stamp_of(case, response.version),
        heading=f"{case.unit} {case.exercise}",
        codelists=codelists_current(),
    ).bytes()


def stamp_of(case: Case, response_version: int) -> Stamp:
    """The stamp that a workbook of this case carries now. One query."""
    version = InstrumentVersion.objects.get(pk=case.instrument_version_id)
    return Stamp(
        case=case.pk,
        form=case.form_code,
        unit=case.unit.code,
        version=version.number,
        definition=version.content_hash[:32],
        response_version=response_version,
    )


def workbook_compare(page: FormPage, content: bytes) -> Comparison:
    """Read a workbook and compare it. Raises `Invalid` or `Conflict` with the reason."""
    book = workbook_open(content)
    stamp = stamp_read(book)
    _check_stamp(stamp, stamp_of(page.case, page.response.version))
    definition = page.forms.definition(page.response)
    now = page.forms.plain(page.response)
    base = values_at(page.response, stamp.response_version)
    answers = FormReader(definition, now["rows"], codelists_current()).read(book)
    changes = list(changes_of(answers, base))
    after = _after(now, answers, changes)
    form = FormPresenter(dict(definition.raw), after)
    lines = [
        Line(
            path=change["cell"],
            place=form.place(change["cell"]),
            base=base.get(change["cell"], ""),
            now=now["values"].get(change["cell"], ""),
            after=change["value"],
            doubt=answers.doubts.get(change["cell"], ""),
        )
        for change in changes
        if change["op"] == "set"
    ]
    token = signing.dumps(
        {
            "case": page.case.pk,
            "base": stamp.response_version,
            "save": str(uuid.uuid4()),
            "changes": changes,
        },
        salt=SALT,
        compress=True,
    )
    new_rows = sum(len(keys) for keys in answers.new_rows.values())
    return Comparison(lines, new_rows, _findings(page, after), token)


def _check_stamp(stamp: Stamp, own: Stamp) -> None:
    if (stamp.unit, stamp.form, stamp.case) != (own.unit, own.form, own.case):
        raise Invalid(
            _("这是普查对象 %(unit)s 的 %(form)s 表，不是本表。")
            % {"unit": stamp.unit, "form": stamp.form},
            code="workbook_of_another",
        )
    if stamp.definition != own.definition:
        raise Invalid(
            _("工作簿是表的第 %(old)d 版，现在是第 %(new)d 版，请重新下载后再填。")
            % {"old": stamp.version, "new": own.version},
            code="workbook_of_another_version",
        )
    if stamp.response_version > own.response_version:
        raise Invalid(_("填报版本不对，请重新下载后再填。"), code="unknown_base_version")


def _after(
    now: Mapping[str, Any], answers: WorkbookAnswers, changes: list[dict[str, Any]]
) -> dict[str, Any]:
    """The answers as they would be."""
    values = dict(now["values"])
    values.update({c["cell"]: c["value"] for c in changes if c["op"] == "set"})
    rows = {group: list(keys) for group, keys in now["rows"].items()}
    for group, keys in answers.new_rows.items():
        rows.setdefault(group, []).extend(keys)
    return {"values": {k: v for k, v in values.items() if v}, "rows": rows}


def _findings(page: FormPage, after: dict[str, Any]) -> list[EditFailure]:
    """What the rules would say, blanks left out. No query: the answers are put in memory only."""
    forms, response = page.forms, page.response
    before = forms.plain(response)
    counters = {
        name: getattr(response.case, name)
        for name in ("hard_count", "soft_open_count", "filled_count", "required_count")
    } | {"required_missing_count": response.case.required_missing_count}
    forms.put(response, after)
    found = failures_found(forms=forms, responses=[response], now=timezone.now())
    forms.put(response, before)
    for name, value in counters.items():
        setattr(response.case, name, value)
    return [failure for failure in found if failure.kind != "required"]


@dataclass(frozen=True)
class Pending:
    """What a page of differences carries to its commit."""

    base_version: int
    save_id: uuid.UUID
    changes: list[dict[str, Any]]


def pending_read(token: str, case: Case) -> Pending:
    """What was compared. Raises `Conflict` after an hour, `Invalid` for another case's or a forgery."""
    try:
        data = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    except signing.SignatureExpired as error:
        raise Conflict(
            _("比对结果已过一小时，请重新上传工作簿。"), code="workbook_expired"
        ) from error
    except signing.BadSignature as error:
        raise Invalid(_("比对结果无效，请重新上传工作簿。"), code="workbook_token") from error
    if data["case"] != case.pk:
        raise Invalid(_("比对结果无效，请重新上传工作簿。"), code="workbook_token")
    return Pending(int(data["base"]), uuid.UUID(data["save"]), list(data["changes"]))
