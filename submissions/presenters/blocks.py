"""The pieces of a form on a page: cells, sections, repeats, and the blocks they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from submissions.models import ItemQuery
from submissions.presenters.findings import FindingView
from submissions.presenters.items import NARROW_TYPES, ItemView, localised

ROW_PLACEHOLDER = "rowid000"
# A section of so many narrow items is set in two halves side by side.
HALVES_FROM = 8


@dataclass(frozen=True)
class Mark:
    """What a reviewer sees beside a value: whether and how it changed since the last look."""

    is_changed: bool = False
    before: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of the table."""

    item: ItemView
    path: str
    value: str
    row: str = ""
    findings: Sequence[FindingView] = ()
    queries: Sequence[ItemQuery] = ()
    mark: Mark | None = None
    is_carried: bool = False
    is_derived: bool = False
    earlier: Sequence[dict[str, str]] = ()

    @property
    def shown_findings(self) -> list[FindingView]:
        """Findings in words beside the cell; a blank required item has only its mark."""
        return [finding for finding in self.findings if not finding.is_required]

    @property
    def is_missing(self) -> bool:
        """Blank and required."""
        return any(finding.is_required for finding in self.findings)

    @property
    def css(self) -> str:
        """The worst thing that is the matter with it."""
        classes = [finding.css for finding in self.findings]
        worst = next((c for c in ("hard", "soft", "explained", "required") if c in classes), "")
        return f"has-{worst}" if worst else ""

    @property
    def is_invalid(self) -> bool:
        """For aria-invalid: hard findings other than a blank."""
        return any(finding.is_hard and not finding.is_required for finding in self.findings)

    @property
    def options(self) -> SafeString:
        """The options of a select."""
        return self.item.options(self.value)

    @property
    def described(self) -> str:
        """The words behind a code."""
        return self.item.described(self.value)

    @property
    def read_value(self) -> str:
        """The value as a reader sees it."""
        return self.item.read(self.value)

    @property
    def before_described(self) -> str:
        """The value before, with its words."""
        if self.mark is None or not self.mark.before:
            return ""
        words = self.item.described(self.mark.before)
        return f"{self.item.read(self.mark.before)} {words}".strip()


@dataclass(frozen=True)
class Section:
    """One section: its items, and how far it is."""

    id: str
    title: str
    items: Sequence[ItemView]
    cells: Sequence[Cell]

    @property
    def filled(self) -> int:
        """Cells that hold something."""
        return sum(bool(cell.value) for cell in self.cells)

    @property
    def missing(self) -> int:
        """Required cells that are blank."""
        return sum(cell.is_missing for cell in self.cells)

    @property
    def hard(self) -> int:
        """Hard findings here, each once."""
        return len(self._findings(is_hard=True))

    @property
    def soft(self) -> int:
        """Soft findings without an explanation, each once."""
        return len(self._findings(is_hard=False))

    def _findings(self, *, is_hard: bool) -> set[int]:
        return {
            id(finding.failure)
            for cell in self.cells
            for finding in cell.shown_findings
            if finding.is_hard == is_hard and (is_hard or finding.is_open)
        }

    @property
    def css(self) -> str:
        """The colour of the section in the list of sections."""
        if self.hard:
            return "hard"
        if self.missing or self.soft:
            return "soft"
        return "good" if self.filled else "off"

    @property
    def has_units(self) -> bool:
        """Whether the column 计量单位 says anything."""
        return any(item.unit for item in self.items)

    @property
    def is_halved(self) -> bool:
        """Whether it is set in two halves."""
        narrow = all(item.type in NARROW_TYPES for item in self.items)
        return narrow and len(self.items) >= HALVES_FROM

    @property
    def halves(self) -> list[Sequence[Cell]]:
        """The cells in one or two tables."""
        if not self.is_halved:
            return [self.cells]
        middle = (len(self.cells) + 1) // 2
        return [self.cells[:middle], self.cells[middle:]]


@dataclass(frozen=True)
class RowHead:
    """The head of one repeat: 锅炉 1."""

    id: str
    number: int
    label: str


@dataclass(frozen=True)
class Line:
    """One item across every repeat (columns), or one repeat across every item (rows)."""

    cells: Sequence[Cell]
    item: ItemView | None = None
    head: RowHead | None = None


@dataclass(frozen=True)
class GroupSection:
    """A section inside a group laid out in columns: a subheading and its lines."""

    section: Section
    lines: Sequence[Line]


@dataclass(frozen=True)
class Block:
    """What stands under one heading: a plain section, or a repeat group with its sections."""

    sections: Sequence[Section]
    group: Mapping[str, Any] | None = None
    heads: Sequence[RowHead] = ()
    parts: Sequence[GroupSection] = ()
    lines: Sequence[Line] = ()
    template_cells: Sequence[Cell] = ()

    @property
    def layout(self) -> str:
        """`scalar`, `columns` or `rows`."""
        return str(self.group["layout"]) if self.group else "scalar"

    @property
    def title(self) -> str:
        """The heading of the block."""
        if self.group is not None and len(self.sections) > 1:
            return localised(self.group["label"])
        return self.sections[0].title

    @property
    def group_slug(self) -> str:
        """The name of the group."""
        return str(self.group["slug"]) if self.group else ""

    @property
    def row_label(self) -> str:
        """What one repeat is called."""
        return localised(self.group.get("row_label") or self.group["label"]) if self.group else ""

    @property
    def items(self) -> list[ItemView]:
        """Every item of the block."""
        return [item for section in self.sections for item in section.items]

    @property
    def template_head(self) -> RowHead:
        """The head that the page's script copies for a new repeat."""
        return RowHead(ROW_PLACEHOLDER, 0, self.row_label)

    @property
    def is_full(self) -> bool:
        """Whether no repeat may be added."""
        return self.group is not None and len(self.heads) >= int(self.group.get("max") or 999)

    @property
    def span(self) -> int:
        """Columns of the table, for subheadings."""
        return len(self.heads) + 3
