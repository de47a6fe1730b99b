"""Loads what the page of one case under review shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

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
from review.selectors import decisions_of
from submissions.earlier_values import SUBMISSION, earlier_values
from submissions.enums import CaseStatus
from submissions.form_page import FormPage
from submissions.models import Case, ItemQuery, Submission
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
    def division(self) -> str:
        """Where the unit is."""
        return division_name(self.case.division_code)
