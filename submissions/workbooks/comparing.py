"""A workbook that came back, beside the answers as they are: what it would change, and break."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Invalid
from instruments.evaluation.definition import Group
from submissions.models import Case, EditFailure, Response
from submissions.presenters.form import FormPresenter
from submissions.services.changes import CHANGES_AT_MOST
from submissions.services.findings import failures_found
from submissions.services.unit_forms import UnitForms
from submissions.services.workbook_saving import PendingForm
from submissions.workbooks.reading import WorkbookAnswers

SALT = "submissions.workbook"
KEPT_SECONDS = 3600  # what was compared is committed within the hour, or uploaded again
TOKEN_AT_MOST = 2_000_000  # the page that carries it is posted back as a form
_COUNTERS = (
    "hard_count",
    "soft_open_count",
    "filled_count",
    "required_count",
    "required_missing_count",
)


@dataclass(frozen=True)
class Line:
    """One cell that the workbook would change. `now` differs from `base` where others wrote."""

    case_id: int
    path: str
    place: str
    where: str
    base: str
    now: str
    after: str
    is_clearing: bool = False

    @property
    def is_clash(self) -> bool:
        """Somebody else has changed it, differently, since the workbook was downloaded."""
        return self.now not in {self.base, self.after}

    @property
    def needs_choice(self) -> bool:
        """Saved only where the person asks for it."""
        return self.is_clash or self.is_clearing

    @property
    def key(self) -> str:
        """The name of the choice."""
        return f"{self.case_id}:{self.path}"


@dataclass
class Incoming:
    """What a workbook says of one form: its answers, and the values that it was made of.

    `clears` is false where a blank cell may merely be something that the other system never held.
    """

    response: Response
    base: Mapping[str, str]
    answers: WorkbookAnswers
    notes: list[str] = field(default_factory=list)
    clears: bool = True


@dataclass(frozen=True)
class FormDifference:
    """One form of the page of differences."""

    case: Case
    lines: list[Line]
    new_rows: int
    findings: list[EditFailure]
    doubts: list[str]
    notes: list[str]

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to save."""
        return bool(self.lines or self.new_rows)


@dataclass(frozen=True)
class Comparison:
    """Everything the page of differences shows, and what a commit needs."""

    forms: list[FormDifference]
    notes: list[str]
    token: str

    @property
    def lines(self) -> list[Line]:
        """Every cell that would change."""
        return [line for form in self.forms for line in form.lines]

    @property
    def choices(self) -> list[Line]:
        """Cells that keep their value unless the person says otherwise."""
        return [line for line in self.lines if line.needs_choice]

    @property
    def doubts(self) -> list[str]:
        """Cells that could not be read."""
        return [doubt for form in self.forms for doubt in form.doubts]

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to save."""
        return any(form.has_changes for form in self.forms)


def compare(forms: UnitForms, incoming: Sequence[Incoming], notes: Sequence[str]) -> Comparison:
    """Compare what a workbook says of some forms of a unit. No query.

    The forms are judged together, as they would stand after the save, choices left out.
    """
    prepared = [_Prepared.of(forms, one) for one in incoming]
    found = _findings(forms, prepared)
    differences = [
        FormDifference(
            case=one.response.case,
            lines=one.lines,
            new_rows=sum(len(keys) for keys in one.incoming.answers.new_rows.values()),
            findings=found[one.response.case_id],
            doubts=list(one.incoming.answers.doubts.values()),
            notes=one.incoming.notes,
        )
        for one in prepared
    ]
    unit_id = forms.responses[0].case.unit_id if forms.responses else None
    return Comparison(differences, list(notes), _token(unit_id, prepared))


@dataclass
class _Prepared:
    """One form on its way to the page."""

    incoming: Incoming
    lines: list[Line]
    after: dict[str, Any]

    @property
    def response(self) -> Response:
        return self.incoming.response

    @classmethod
    def of(cls, forms: UnitForms, incoming: Incoming) -> _Prepared:
        response, answers = incoming.response, incoming.answers
        definition, now = forms.definition(response), forms.plain(response)
        for group in definition.groups:
            _fit(incoming, group, len(now["rows"].get(group.slug, [])))
        changed = [
            path
            for path, value in answers.values.items()
            if value not in {incoming.base.get(path, ""), now["values"].get(path, "")}
        ]
        rows = {group: list(keys) for group, keys in now["rows"].items()}
        for name, keys in answers.new_rows.items():
            rows.setdefault(name, []).extend(keys)
        form = FormPresenter(dict(definition.raw), {"values": {}, "rows": rows})
        lines = [
            Line(
                case_id=response.case_id,
                path=path,
                place=form.place(path),
                where=answers.places.get(path, ""),
                base=incoming.base.get(path, ""),
                now=now["values"].get(path, ""),
                after=answers.values[path],
                is_clearing=not incoming.clears and answers.values[path] == "",
            )
            for path in changed
        ]
        values = dict(now["values"])
        values.update({line.path: line.after for line in lines if not line.needs_choice})
        after = {"values": {k: v for k, v in values.items() if v}, "rows": rows}
        return cls(incoming, lines, after)

    def pending(self) -> PendingForm:
        """What the commit will save."""
        new = self.incoming.answers.new_rows
        rows = [
            {"op": "add_row", "group": group, "row": key, "after": None}
            for group, keys in new.items()
            for key in keys
        ]
        if len(rows) + len(self.lines) > CHANGES_AT_MOST:
            raise Invalid(
                _("%(form)s 表有 %(count)d 处改动，一次最多保存 %(most)d 处，请分几次上传。")
                % {
                    "form": self.response.case.form_code,
                    "count": len(rows) + len(self.lines),
                    "most": CHANGES_AT_MOST,
                },
                code="too_many_changes",
            )
        return PendingForm(
            case_id=self.response.case_id,
            base_version=self.response.version,
            save_id=uuid.uuid4(),
            changes=[*rows, *(_set(line) for line in self.lines if not line.needs_choice)],
            choices=[_set(line) for line in self.lines if line.needs_choice],
        )


def _set(line: Line) -> dict[str, Any]:
    return {"op": "set", "cell": line.path, "value": line.after}


def _fit(incoming: Incoming, group: Group, there: int) -> None:
    """Leave out new repeats beyond what the form holds, and say so."""
    answers = incoming.answers
    keys = answers.new_rows.get(group.slug, [])
    room = len(keys) if group.max is None else max(0, group.max - there)
    beyond = keys[room:]
    if not beyond:
        return
    answers.new_rows[group.slug] = keys[:room]
    left_out = tuple(f"{group.slug}/{key}/" for key in beyond)
    for path in [path for path in answers.places if path.startswith(left_out)]:
        answers.values.pop(path, None)
        answers.doubts.pop(path, None)
    incoming.notes.append(
        _("“%(group)s”最多 %(most)d 个，工作簿中多出的 %(count)d 个没有读取。")
        % {"group": group.label["zh"], "most": group.max, "count": len(beyond)}
    )


def _findings(forms: UnitForms, prepared: Sequence[_Prepared]) -> dict[int, list[EditFailure]]:
    """What the rules would say, blanks left out. No query: the answers are put in memory only."""
    responses = [one.response for one in prepared]
    before = {r.pk: (forms.plain(r), [getattr(r.case, n) for n in _COUNTERS]) for r in responses}
    for one in prepared:
        forms.put(one.response, one.after)
    found = failures_found(forms=forms, responses=responses, now=timezone.now())
    for response in responses:
        plain, counters = before[response.pk]
        forms.put(response, plain)
        for name, value in zip(_COUNTERS, counters, strict=True):
            setattr(response.case, name, value)
    by_case: dict[int, list[EditFailure]] = {r.case_id: [] for r in responses}
    for failure in found:
        if failure.kind != "required":
            by_case[failure.case_id].append(failure)
    return by_case


def _token(unit_id: int | None, prepared: Sequence[_Prepared]) -> str:
    forms = [one.pending().as_data() for one in prepared]
    token = signing.dumps({"unit": unit_id, "forms": forms}, salt=SALT, compress=True)
    if len(token) > TOKEN_AT_MOST:
        raise Invalid(_("工作簿的改动过多，请分表上传。"), code="too_many_changes")
    return token


def pending_read(token: str, *, unit_id: int, case_id: int | None = None) -> list[PendingForm]:
    """What was compared, for this unit (and this form alone).

    Raises `Conflict` after an hour, `Invalid` for another unit's or a forgery.
    """
    try:
        data = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    except signing.SignatureExpired as error:
        raise Conflict(
            _("比对结果已过一小时，请重新上传工作簿。"), code="workbook_expired"
        ) from error
    except signing.BadSignature as error:
        raise _no_token() from error
    forms = [PendingForm.from_data(form) for form in data["forms"]]
    if data["unit"] != unit_id or (case_id and {form.case_id for form in forms} != {case_id}):
        raise _no_token()
    return forms


def _no_token() -> Invalid:
    return Invalid(_("比对结果无效，请重新上传工作簿。"), code="workbook_token")
