"""Loads what the page of one case under review shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.models import User
from registry.selectors import division_name
from review.changes import (
    CellChange,
    ExplanationChange,
    cells_changed,
    decision_last_at,
    explanations_changed,
)
from review.enums import CHOSEN_REASONS, Decision
from review.models import ReviewDecision
from review.peers import PeerLine, peers_of
from review.selectors import decisions_of
from submissions.earlier_values import REGISTER, SUBMISSION, earlier_values
from submissions.enums import CaseStatus
from submissions.form_page import FormPage
from submissions.models import Case, ItemQuery, Submission
from submissions.models.case import NO_REVIEW_LIMIT
from submissions.presenters.form import READ, FormPresenter, Mark
from submissions.selectors import submission_latest


@dataclass(frozen=True)
class ChangeView:
    """One changed cell in words; `is_there` is false for a cell of a row that was taken out."""

    cell: str
    place: str
    before: str
    after: str
    is_there: bool


@dataclass(frozen=True)
class AskedView:
    """A question with the name of its cell and where to find it."""

    query: ItemQuery
    place: str
    address: str


def asked_views(
    queries: Iterable[ItemQuery], form: FormPresenter, page: str = ""
) -> list[AskedView]:
    """Questions with their places; `page` is the address of the form where it is another page."""
    return [AskedView(query, form.place(query.cell), f"{page}#c:{query.cell}") for query in queries]


@dataclass(frozen=True)
class PeerView:
    """One number beside its peers, in words."""

    line: PeerLine
    place: str
    earlier: str
    basis: str

    @property
    def value(self) -> str:
        """The unit's own number, as the others are written."""
        return rounded(self.line.value)

    @property
    def median(self) -> str:
        """The middle of the peers."""
        return rounded(self.line.statistic.median)

    @property
    def p5(self) -> str:
        """The lower end; blank where there are too few peers to tell it."""
        return rounded(self.line.statistic.p5) if self.line.has_ends else ""

    @property
    def p95(self) -> str:
        """The upper end; blank where there are too few peers to tell it."""
        return rounded(self.line.statistic.p95) if self.line.has_ends else ""

    @property
    def x(self) -> int:
        """Where the dot is on a scale from 0 to 100."""
        return min(96, max(4, self.line.place or 0))


def rounded(value: float) -> str:
    """Four significant digits with separators: of a distribution more would say nothing."""
    return f"{float(f'{value:.4g}'):,.10g}"


@dataclass
class CaseReviewPage:
    """A submitted form as its reviewer sees it: what is new since this level last looked."""

    case: Case
    user: User

    @cached_property
    def submission(self) -> Submission | None:
        """What is reviewed: the newest frozen copy."""
        return submission_latest(self.case)

    @cached_property
    def level(self) -> str:
        """The level this person looks from: the case's own where they stand there."""
        levels = self.user.levels_for(Permission.CASE_REVIEW, self.case)
        if self.case.review_level in levels:
            return self.case.review_level
        return next((level.value for level in reversed(Level) if level in levels), "")

    @property
    def level_label(self) -> str:
        """The level in words."""
        return str(Level(self.level).label) if self.level else ""

    @cached_property
    def is_waiting(self) -> bool:
        """Whether the case waits for this level."""
        return self.case.status == CaseStatus.UNDER_REVIEW and self.case.review_level == self.level

    @property
    def approval(self) -> Decision:
        """What approving means here: at the top the form becomes final."""
        is_top = self.case.review_level == self.case.exercise.top_level
        return Decision.FINALISE if is_top else Decision.APPROVE

    @cached_property
    def last_look(self) -> ReviewDecision | None:
        """What this level decided before."""
        return decision_last_at(self.case, self.level) if self.level else None

    @cached_property
    def _changed(self) -> list[CellChange]:
        if self.last_look is None or self.submission is None:
            return []
        return cells_changed(self.last_look.submission.document, self.submission.document)

    @cached_property
    def form(self) -> FormPresenter:
        """The submitted answers with marks at what changed."""
        marks = {
            change.cell: Mark(is_changed=True, before=change.before) for change in self._changed
        }
        page = FormPage(self.case, self.user, READ)
        document = self.submission.document if self.submission else None
        known = earlier_values(page.response, self.user)
        # the submission under review is itself the newest: only what comes from elsewhere is told
        earlier = {
            cell: [line for line in lines if line["source"] != SUBMISSION]
            for cell, lines in known.items()
        }
        return page.presenter(answers=document, marks=marks, earlier=earlier)

    @cached_property
    def asked(self) -> list[AskedView]:
        """Every question about the form, oldest first."""
        return asked_views(self.form.queries, self.form)

    @cached_property
    def changes(self) -> list[ChangeView]:
        """What changed, in the order of the form; cells of rows that are gone come last."""
        order = {
            cell.path: number
            for number, cell in enumerate(c for s in self.form.sections for c in s.cells)
        }
        found = sorted(self._changed, key=lambda change: order.get(change.cell, len(order)))
        return [
            ChangeView(
                change.cell,
                self._place(change.cell, is_there=change.cell in order),
                self._with_words(change.cell, change.before),
                self._with_words(change.cell, change.after),
                change.cell in order,
            )
            for change in found
        ]

    @cached_property
    def explanation_changes(self) -> list[ExplanationChange]:
        """What is explained anew, otherwise, or no more since this level last looked."""
        if self.last_look is None or self.submission is None:
            return []
        return explanations_changed(self.last_look.submission, self.submission)

    def _place(self, cell: str, *, is_there: bool) -> str:
        if is_there:
            return self.form.place(cell)
        item = self.form.items.get(cell.rsplit("/", 1)[-1])
        return f"{item.code} {item.label}" if item else cell

    def _with_words(self, cell: str, value: str) -> str:
        item = self.form.items.get(cell.rsplit("/", 1)[-1])
        return f"{value} {item.described(value)}".strip() if item else value

    @cached_property
    def decisions(self) -> list[ReviewDecision]:
        """Every decision of every level, newest first."""
        return list(decisions_of(self.case))

    @cached_property
    def askable(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Every cell a question can be pinned to, by section, for the choice without scripts."""
        return [
            (section.title, [(cell.path, self.form.place(cell.path)) for cell in section.cells])
            for section in self.form.sections
            if section.cells
        ]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The coded reasons of a return."""
        return [(reason.value, str(reason.label)) for reason in CHOSEN_REASONS]

    @cached_property
    def peers(self) -> list[PeerView]:
        """The form's numbers beside those of units of the same industry and size. One query."""
        if self.submission is None:
            return []
        cells = {cell.path: cell for section in self.form.sections for cell in section.cells}
        found = []
        for line in peers_of(self.case, self.submission.document["values"]):
            cell = cells.get(line.item)
            if cell is not None:
                earlier = next((one["value"] for one in cell.earlier), "")
                found.append(PeerView(line, self.form.place(line.item), earlier, self._basis(line)))
        return found

    def _basis(self, line: PeerLine) -> str:
        statistic = line.statistic
        sizes = {"1": _("大型"), "2": _("中型"), "3": _("小型"), "4": _("微型")}
        return _("行业 %(industry)s %(size)s %(number)d 家") % {
            "industry": statistic.industry,
            "size": sizes.get(statistic.size, _("各种规模")),
            "number": statistic.unit_count,
        }

    @cached_property
    def peers_outside(self) -> int:
        """How many numbers lie outside the middle nine tenths of their peers."""
        return sum(one.line.is_outside for one in self.peers)

    @property
    def peers_at(self) -> datetime | None:
        """The moment of the oldest of the distributions."""
        return min((one.line.statistic.computed_at for one in self.peers), default=None)

    @property
    def register_facts(self) -> list[tuple[str, str]]:
        """What the register says of the unit."""
        unit = self.case.unit
        return [
            (_("普查对象代码"), unit.code),
            (_("详细地址"), unit.address),
            (_("行业代码"), _("、").join(unit.industry_codes)),
            (_("运行状态"), str(unit.get_status_display())),
            (_("法定代表人"), unit.legal_person),
            (_("联系人"), f"{unit.contact_name} {unit.contact_phone}".strip()),
        ]

    @cached_property
    def register_differences(self) -> list[tuple[str, str, str, str]]:
        """Cells that say otherwise than the register: cell, name, the register's value, the form's."""
        return [
            (
                cell.path,
                self.form.place(cell.path),
                self._with_words(cell.path, one["value"]),
                self._with_words(cell.path, cell.value),
            )
            for section in self.form.sections
            for cell in section.cells
            for one in cell.earlier
            if one["source"] == REGISTER
        ]

    @property
    def has_limit(self) -> bool:
        """Whether the level has a time for this form."""
        return self.is_waiting and self.case.review_due_on != NO_REVIEW_LIMIT

    @property
    def is_overdue(self) -> bool:
        """Whether that time has gone by."""
        return self.case.review_due_on < timezone.localdate()

    @cached_property
    def division(self) -> str:
        """Where the unit is."""
        return division_name(self.case.division_code)
