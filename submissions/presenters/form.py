"""A form with its answers, findings, questions and marks, laid out as the official table.

`_form.html` renders it: to be filled (`mode="fill"`) or to be read (`mode="read"`, review).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from instruments.codelist_values import CodeListValues
from submissions.models import EditFailure, ItemQuery
from submissions.presenters.blocks import (
    ROW_PLACEHOLDER,
    Block,
    Cell,
    GroupSection,
    Line,
    Mark,
    RowHead,
    Section,
)
from submissions.presenters.findings import FindingView, by_cell
from submissions.presenters.items import ItemView, localised

__all__ = ["FILL", "READ", "FormPresenter", "Mark"]

FILL, READ = "fill", "read"


@dataclass
class FormPresenter:
    """Everything `_form.html` needs. `definition` is the plain definition of a version."""

    definition: Mapping[str, Any]
    answers: Mapping[str, Any]
    failures: Sequence[EditFailure] = ()
    mode: str = FILL
    codelists: Mapping[str, CodeListValues] = field(default_factory=dict)
    queries: Sequence[ItemQuery] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    shows_confidence: bool = False
    earlier: Mapping[str, Sequence[dict[str, str]]] = field(default_factory=dict)

    @property
    def is_fill(self) -> bool:
        """Whether cells are controls."""
        return self.mode == FILL

    @property
    def code(self) -> str:
        """The official code of the form."""
        return str(self.definition["code"])

    @property
    def title(self) -> str:
        """The official name of the form."""
        return localised(self.definition["title"])

    @property
    def basis(self) -> str:
        """The document that prescribes the form."""
        return str(self.definition.get("basis", ""))

    @property
    def is_landscape(self) -> bool:
        """How it is printed."""
        return self.definition.get("orientation") == "landscape"

    @cached_property
    def findings(self) -> list[FindingView]:
        """Every finding, hard ones first, with the names of its cells."""
        views = [
            FindingView(failure, [self.place(cell) for cell in failure.cells])
            for failure in self.failures
        ]
        return sorted(views, key=lambda f: (f.is_required, not f.is_hard, not f.is_open))

    @property
    def problems(self) -> list[FindingView]:
        """Findings other than blanks."""
        return [finding for finding in self.findings if not finding.is_required]

    @property
    def blanks(self) -> list[FindingView]:
        """Required items that are blank."""
        return [finding for finding in self.findings if finding.is_required]

    @property
    def sections(self) -> list[Section]:
        """Every section in order."""
        return [section for block in self.blocks for section in block.sections]

    @property
    def form_queries(self) -> list[ItemQuery]:
        """Questions about the form as a whole."""
        known = {cell.path for section in self.sections for cell in section.cells}
        return [query for query in self.queries if query.cell not in known]

    @cached_property
    def items(self) -> dict[str, ItemView]:
        """Items by slug."""
        return {
            item["slug"]: ItemView(
                item, str(section.get("group") or ""), self.codelists.get(item.get("codelist", ""))
            )
            for section in self.definition["sections"]
            for item in section["items"]
        }

    def place(self, path: str) -> str:
        """The name of a cell: 年运行小时（设施 2）."""
        group, row, slug = _split(path)
        item = self.items.get(slug)
        if item is None:
            return path
        rows = self._rows(group)
        name = f"{item.code} {item.label}"
        if group and row in rows:
            label, number = self._row_label(group), rows.index(row) + 1
            return _("%(item)s（%(row)s %(number)d）") % {
                "item": name,
                "row": label,
                "number": number,
            }
        return name

    @cached_property
    def blocks(self) -> list[Block]:
        """The official order; consecutive sections of one group make one table."""
        blocks: list[Block] = []
        pending: list[Mapping[str, Any]] = []
        for section in [*self.definition["sections"], {}]:
            if pending and section.get("group") != pending[0]["group"]:
                blocks.append(self._group_block(pending))
                pending = []
            if section.get("group"):
                pending.append(section)
            elif section:
                blocks.append(Block([self._section(section, [("", "")])]))
        return blocks

    def _group_block(self, sections: Sequence[Mapping[str, Any]]) -> Block:
        group = self._groups[str(sections[0]["group"])]
        rows = self._rows(group["slug"])
        label = self._row_label(group["slug"])
        heads = [RowHead(row, number, f"{label} {number}") for number, row in enumerate(rows, 1)]
        where = [(str(group["slug"]), row) for row in rows]
        views = [self._section(section, where) for section in sections]
        return Block(
            views,
            group,
            heads,
            parts=[GroupSection(view, list(self._lines_of_items(view, heads))) for view in views],
            lines=[
                Line([c for view in views for c in view.cells if c.row == head.id], head=head)
                for head in heads
            ],
            template_cells=[
                Cell(item, f"{group['slug']}/{ROW_PLACEHOLDER}/{item.slug}", "", ROW_PLACEHOLDER)
                for view in views
                for item in view.items
            ],
        )

    def _lines_of_items(self, section: Section, heads: Sequence[RowHead]) -> Iterator[Line]:
        width = len(section.items)
        for index, item in enumerate(section.items):
            yield Line(
                [section.cells[place * width + index] for place in range(len(heads))], item=item
            )

    def _section(self, section: Mapping[str, Any], where: Sequence[tuple[str, str]]) -> Section:
        items = [self.items[item["slug"]] for item in section["items"]]
        cells = [self._cell(item, group, row) for group, row in where for item in items]
        return Section(str(section["id"]), localised(section["title"]), items, cells)

    def _cell(self, item: ItemView, group: str, row: str) -> Cell:
        path = f"{group}/{row}/{item.slug}" if group else item.slug
        return Cell(
            item,
            path,
            str(self.answers["values"].get(path, "")),
            row,
            self._findings_by_cell.get(path, ()),
            self._queries_by_cell.get(path, ()),
            self.marks.get(path),
            path in self.carried,
            path in self.derived,
            self.earlier.get(path, ()),
        )

    @cached_property
    def _groups(self) -> dict[str, Mapping[str, Any]]:
        return {group["slug"]: group for group in self.definition.get("groups") or []}

    def _rows(self, group: str) -> list[str]:
        return list(self.answers["rows"].get(group, []))

    def _row_label(self, group: str) -> str:
        data = self._groups[group]
        return localised(data.get("row_label") or data["label"])

    @cached_property
    def _findings_by_cell(self) -> dict[str, list[FindingView]]:
        return by_cell(self.findings)

    @cached_property
    def _queries_by_cell(self) -> dict[str, list[ItemQuery]]:
        found: dict[str, list[ItemQuery]] = {}
        for query in self.queries:
            found.setdefault(query.cell, []).append(query)
        return found


def _split(path: str) -> tuple[str, str, str]:
    parts = path.split("/")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", path)
