"""Reading the workbook of a form back: whose it is, and which cells it would change."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from instruments.evaluation.definition import Definition, Group, Item
from instruments.evaluation.text import normalise
from submissions.workbooks.cells import CellRefused, cell_read
from submissions.workbooks.files import OpenedWorkbook
from submissions.workbooks.layout import (
    FIRST_LINE,
    FIRST_VALUE,
    KEY_COLUMN,
    KEY_ROW,
    LAYOUT,
    META,
    NEW_ROW,
    Stamp,
    digest,
    sheet_name,
)
from submissions.workbooks.sheets import Sheet, SheetCell

_ROW_ID = string.ascii_lowercase + string.digits


def is_own(book: OpenedWorkbook) -> bool:
    """Whether the workbook says that it is one of the portal's."""
    return META in book.sheets


def stamps_read(book: OpenedWorkbook) -> list[Stamp]:
    """The stamp of every form. Raises `Invalid` where there is none, or not ours any more."""
    rows = [row for row in book.texts(META) if row and row[0]]
    names = [row[0] for row in rows]
    columns = zip(*(row[1:] for row in rows), strict=False)
    stamps = [
        _stamp({name: text for name, text in zip(names, column, strict=True) if text})
        for column in columns
        if any(column)
    ]
    if not stamps:
        raise _no_stamp()
    return stamps


def _stamp(values: dict[str, str]) -> Stamp:
    if values.get("layout") != LAYOUT or values.get("digest") != digest(values):
        raise _no_stamp()
    try:
        return Stamp(
            case=int(values["case"]),
            form=values["form"],
            unit=values["unit"],
            version=int(values["version"]),
            definition=values["definition"],
            response_version=int(values["response_version"]),
        )
    except (KeyError, ValueError) as error:
        raise Invalid(_("工作簿的标识不完整，请重新下载后再填。"), code="workbook_stamp") from error


def _no_stamp() -> Invalid:
    return Invalid(
        _("这不是从本系统下载的填报工作簿，或其中的标识已被改动。请重新下载后再填。"),
        code="workbook_stamp",
    )


@dataclass
class WorkbookAnswers:
    """What the sheets say: values by cell, repeats that are new, cells that could not be read.

    `places` says in which sheet and cell a value stands. A text that is `known`, because the workbook
    was made of it, is that text, however odd: `12.5%` or `1 kg` as somebody typed it.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    new_rows: dict[str, list[str]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def take(self, path: str, item: Item, cell: SheetCell) -> None:
        """Read one cell; what cannot be read is kept as a doubt and has no value."""
        self.places[path] = cell.where
        if isinstance(cell.value, str) and normalise(cell.value) == self.known.get(path):
            self.values[path] = self.known[path]
            return
        try:
            self.values[path] = cell_read(cell, item)
        except CellRefused as refusal:
            self.doubts[path] = str(refusal)


@dataclass
class FormReader:
    """Reads the sheets of one form. Every key must be one that was written; none may be missing."""

    definition: Definition
    rows: Mapping[str, list[str]]
    answers: WorkbookAnswers = field(default_factory=WorkbookAnswers)
    notes: list[str] = field(default_factory=list)

    def read(self, book: OpenedWorkbook) -> WorkbookAnswers:
        """Everything the workbook says. Raises `Invalid` for another layout."""
        self._items(self._sheet(book, None))
        for group in self.definition.groups:
            self._group(self._sheet(book, group), group)
        return self.answers

    def _sheet(self, book: OpenedWorkbook, group: Group | None) -> Sheet:
        name = sheet_name(self.definition, group)
        if name not in book.sheets:
            raise Invalid(
                _("工作簿缺少工作表“%(name)s”，请重新下载后再填。") % {"name": name},
                code="workbook_layout",
            )
        return book.sheets[name]

    def _items(self, sheet: Sheet) -> None:
        items = {item.slug: item for item in self.definition.group_items("")}
        lines = _keyed(sheet)
        self._check_keys([key for key, _line in lines], items)
        for slug, line in lines:
            self._take(items[slug], slug, sheet.cell(line, FIRST_VALUE - 1))

    def _group(self, sheet: Sheet, group: Group) -> None:
        items = {item.slug: item for item in self.definition.group_items(group.slug)}
        head = sheet.texts[KEY_ROW - 1] if len(sheet.texts) >= KEY_ROW else []
        across = [
            (column, key.strip())
            for column, key in enumerate(head)
            if column >= FIRST_VALUE - 1 and key.strip()
        ]
        lines = _keyed(sheet)
        if group.layout == "columns":
            self._check_keys([key for key, _line in lines], items)
            repeats = [
                (key, {slug: sheet.cell(line, column) for slug, line in lines})
                for column, key in across
            ]
        else:
            self._check_keys([key for _column, key in across], items)
            repeats = [
                (key, {slug: sheet.cell(line, column) for column, slug in across})
                for key, line in lines
            ]
        for key, cells in repeats:
            self._repeat(group, items, key, cells)

    def _repeat(
        self, group: Group, items: Mapping[str, Item], key: str, cells: Mapping[str, SheetCell]
    ) -> None:
        if key == NEW_ROW:
            if all(cell.is_blank for cell in cells.values()):
                return
            key = "".join(secrets.choice(_ROW_ID) for _place in range(8))
            self.answers.new_rows.setdefault(group.slug, []).append(key)
        elif key not in self.rows.get(group.slug, []):
            self.notes.append(
                _("“%(group)s”中有一列（行）在系统里已被删除，工作簿中的这一列（行）没有读取。")
                % {"group": group.label["zh"]}
            )
            return
        for slug, cell in cells.items():
            self._take(items[slug], f"{group.slug}/{key}/{slug}", cell)

    def _check_keys(self, found: list[str], items: Mapping[str, Item]) -> None:
        if sorted(found) != sorted(items):
            raise _other_layout()

    def _take(self, item: Item, path: str, cell: SheetCell) -> None:
        if path in self.answers.places:  # a repeat copied together with its hidden key
            raise _other_layout()
        self.answers.take(path, item, cell)


def _other_layout() -> Invalid:
    return Invalid(
        _("工作簿的行列与本表不一致（可能增删了行列），请重新下载后再填。"),
        code="workbook_layout",
    )


def _keyed(sheet: Sheet) -> list[tuple[str, int]]:
    """Keys of the hidden column with the lines they stand in."""
    return [
        (row[KEY_COLUMN - 1].strip(), line)
        for line, row in enumerate(sheet.texts)
        if line >= FIRST_LINE - 1 and len(row) >= KEY_COLUMN and row[KEY_COLUMN - 1].strip()
    ]
