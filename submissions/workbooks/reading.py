"""Reading the workbook of a form back: whose it is, and which cells it would change."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition, Group, Item
from instruments.evaluation.text import normalise
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

_CODED = re.compile(r"(\S+) .+")
_LONG_NUMBER = re.compile(r"-?[0-9]\.[0-9]{5}E\+[0-9]{2}")
_ROW_ID = string.ascii_lowercase + string.digits

Rows = list[list[str]]


def stamp_read(book: OpenedWorkbook) -> Stamp:
    """The stamp of a workbook. Raises `Invalid` where there is none, or not ours any more."""
    rows = book.sheets.get(META, [])
    values = {row[0]: row[1] for row in rows if len(row) >= 2 and row[0]}
    if values.get("layout") != LAYOUT or values.get("digest") != digest(values):
        raise Invalid(
            _("这不是从本系统下载的填报工作簿，或其中的标识已被改动。请重新下载后再填。"),
            code="workbook_stamp",
        )
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


@dataclass
class WorkbookAnswers:
    """What the sheets say: values by cell, repeats that are new, cells that cannot be trusted."""

    values: dict[str, str] = field(default_factory=dict)
    new_rows: dict[str, list[str]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)


@dataclass
class FormReader:
    """Reads the sheets of one form. Every key must be one that was written; none may be missing."""

    definition: Definition
    rows: Mapping[str, list[str]]
    codelists: Mapping[str, CodeListValues]
    answers: WorkbookAnswers = field(default_factory=WorkbookAnswers)

    def read(self, book: OpenedWorkbook) -> WorkbookAnswers:
        """Everything the workbook says. Raises `Invalid` for another layout."""
        self._items(self._sheet(book, None))
        for group in self.definition.groups:
            self._group(self._sheet(book, group), group)
        return self.answers

    def _sheet(self, book: OpenedWorkbook, group: Group | None) -> Rows:
        name = sheet_name(self.definition, group)
        if name not in book.sheets:
            raise Invalid(
                _("工作簿缺少工作表“%(name)s”，请重新下载后再填。") % {"name": name},
                code="workbook_layout",
            )
        return book.sheets[name]

    def _items(self, rows: Rows) -> None:
        items = {item.slug: item for item in self.definition.group_items("")}
        lines = _keyed(rows[FIRST_LINE - 1 :], KEY_COLUMN - 1)
        self._check_keys([key for key, _line in lines], items)
        for slug, line in lines:
            self._take(items[slug], slug, _at(line, FIRST_VALUE - 1))

    def _group(self, rows: Rows, group: Group) -> None:
        items = {item.slug: item for item in self.definition.group_items(group.slug)}
        head = rows[KEY_ROW - 1] if len(rows) >= KEY_ROW else []
        across = [
            (column, key)
            for column, key in enumerate(head)
            if column >= FIRST_VALUE - 1 and key.strip()
        ]
        lines = _keyed(rows[FIRST_LINE - 1 :], KEY_COLUMN - 1)
        if group.layout == "columns":
            self._check_keys([key for key, _line in lines], items)
            repeats = [
                (key, {slug: _at(line, column) for slug, line in lines}) for column, key in across
            ]
        else:
            self._check_keys([key for _column, key in across], items)
            repeats = [
                (key, {slug: _at(line, column) for column, slug in across}) for key, line in lines
            ]
        for key, cells in repeats:
            self._repeat(group, items, key.strip(), cells)

    def _repeat(
        self, group: Group, items: Mapping[str, Item], key: str, cells: Mapping[str, str]
    ) -> None:
        if key == NEW_ROW:
            if not any(text.strip() for text in cells.values()):
                return
            key = "".join(secrets.choice(_ROW_ID) for _place in range(8))
            self.answers.new_rows.setdefault(group.slug, []).append(key)
        elif key not in self.rows.get(group.slug, []):
            raise Invalid(
                _("“%(group)s”中有一列（行）在系统里已被删除，请重新下载后再填。")
                % {"group": group.label["zh"]},
                code="workbook_row_gone",
            )
        for slug, text in cells.items():
            self._take(items[slug], f"{group.slug}/{key}/{slug}", text)

    def _check_keys(self, found: list[str], items: Mapping[str, Item]) -> None:
        if sorted(found) != sorted(items):
            raise _other_layout()

    def _take(self, item: Item, path: str, text: str) -> None:
        if path in self.answers.values:  # a repeat copied together with its hidden key
            raise _other_layout()
        text = normalise(text)
        coded = item.type in {"choice", "yes_no"} and _CODED.fullmatch(text)
        if coded:
            text = coded[1]
        if _LONG_NUMBER.fullmatch(text):
            self.answers.doubts[path] = _(
                "表格软件把长数字变成了 %(typed)s，已丢失数位，请以文本重新填写。"
            ) % {"typed": text}
        self.answers.values[path] = text


def _other_layout() -> Invalid:
    return Invalid(
        _("工作簿的行列与本表不一致（可能增删了行列），请重新下载后再填。"),
        code="workbook_layout",
    )


def _keyed(rows: Rows, column: int) -> list[tuple[str, list[str]]]:
    return [(row[column].strip(), row) for row in rows if len(row) > column and row[column].strip()]


def _at(row: list[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def changes_of(answers: WorkbookAnswers, before: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The changes of a save: new repeats first, then every cell that differs."""
    for group, keys in answers.new_rows.items():
        for key in keys:
            yield {"op": "add_row", "group": group, "row": key, "after": None}
    for path, value in answers.values.items():
        if value != before.get(path, ""):
            yield {"op": "set", "cell": path, "value": value}
