"""A compared check as its page shows it: the differences, what agreed, how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from instruments.selectors import codelists_current, definition_data, definition_for
from review.models import QualityCheck, QualityDifference
from review.quality.comparison import compare
from submissions.presenters.form import FormPresenter
from submissions.presenters.items import localised


@dataclass(frozen=True)
class DifferenceView:
    """One difference with the words behind its codes, and what was typed about it."""

    difference: QualityDifference
    place: str
    first: str
    own: str
    verdict: str
    reason: str
    is_refused: bool


@dataclass
class CheckPage:
    """`typed` is what was posted and refused, `refused` the field that was."""

    check: QualityCheck
    typed: Mapping[str, str]
    refused: str = ""

    @property
    def _version(self) -> int:
        assert self.check.submission is not None  # noqa: S101  compared
        return self.check.submission.instrument_version_id

    @cached_property
    def form(self) -> FormPresenter:
        """For the names of items and codes."""
        assert self.check.submission is not None  # noqa: S101  compared
        return FormPresenter(
            definition_data(self._version),
            self.check.submission.document,
            codelists=codelists_current(),
        )

    @cached_property
    def differences(self) -> list[DifferenceView]:
        """Key items first. One query."""
        found = self.check.differences.select_related("adjudicated_by")
        views = [self._view(one) for one in found]
        return sorted(views, key=lambda view: not view.difference.is_key)

    def _view(self, one: QualityDifference) -> DifferenceView:
        return DifferenceView(
            difference=one,
            place=self.form.place(one.cell),
            first=self._words(one.item, one.first),
            own=self._words(one.item, one.own),
            verdict=self.typed.get(f"verdict-{one.pk}", one.verdict),
            reason=self.typed.get(f"reason-{one.pk}", one.reason),
            is_refused=self.refused in {f"verdict-{one.pk}", f"reason-{one.pk}"},
        )

    def _words(self, slug: str, value: str) -> str:
        item = self.form.items.get(slug)
        return f"{item.read(value)} {item.described(value)}".strip() if item else value

    @cached_property
    def compared(self) -> int:
        """How many cells were compared."""
        assert self.check.submission is not None  # noqa: S101  compared
        assert self.check.document is not None  # noqa: S101  a constraint
        return len(
            compare(
                definition_for(self._version),
                self.check.submission.document,
                self.check.document,
                self.check.sample.quality_plan,
            )
        )

    @property
    def times(self) -> list[tuple[str, int]]:
        """Sections with the seconds spent on each, in the order of the form."""
        sections = definition_for(self._version).sections
        spent = self.check.seconds
        return [(localised(s.title), round(spent[s.id])) for s in sections if s.id in spent]

    @property
    def left(self) -> int:
        """Differences without a verdict."""
        return sum(not view.difference.verdict for view in self.differences)
