"""Reading the census's own workbook of one unit. What cannot be placed has a sentence each."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid, Refusal
from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.text import normalise
from instruments.evaluation.values import parse
from instruments.exchange.census_tables import (
    CHILD_KEY,
    FORM_KEY,
    LINKS,
    PREFIX,
    Table,
    tables_of,
)
from submissions.models import Response
from submissions.services.saving import check_open_for_filling
from submissions.services.unit_forms import UnitForms
from submissions.workbooks.cells import CellRefused, cell_read
from submissions.workbooks.comparing import Incoming
from submissions.workbooks.files import OpenedWorkbook
from submissions.workbooks.reading import WorkbookAnswers
from submissions.workbooks.sheets import Sheet, SheetCell

_ARC_PART = Item.from_dict({"slug": "part", "type": "decimal"})
_DIGITS = string.digits + string.ascii_lowercase
# What tells one unit from another, the surest first.
_IDENTITY = ("unit.credit_code", "unit.organisation_code")


def is_census_workbook(book: OpenedWorkbook) -> bool:
    """Whether there is a table of the census's database in it."""
    return any(name.startswith(PREFIX) for name in book.sheets)


def row_of(key: str, table: Table) -> str:
    """The row that a child key stands for: the portal's own, or always the same one for a foreign
    key, so that a workbook read twice adds nothing the second time.
    """
    own = re.fullmatch(re.escape(f"{table.form}.{table.group}.") + "([a-z0-9]{8})", key)
    if own:
        return own[1]
    number = int.from_bytes(hashlib.sha256(f"{table.name}.{key}".encode()).digest()[:8], "big")
    digits = []
    for _place in range(8):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)


@dataclass
class CensusBook:
    """A workbook being read for the forms of one unit."""

    book: OpenedWorkbook
    forms: UnitForms
    notes: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)

    def read(self, responses: Sequence[Response]) -> list[Incoming]:
        """Everything the workbook says of these forms. Raises `Invalid` for another unit's."""
        self._read_links()
        known: set[str] = {LINKS}
        found = []
        for response in responses:
            tables = tables_of(self.forms.definition(response))
            known.update(table.name for table in tables)
            incoming = self._form(response, tables)
            if incoming is not None:
                found.append(incoming)
        self._say_what_is_left(known, responses)
        return found

    def _form(self, response: Response, tables: Sequence[Table]) -> Incoming | None:
        main, children = tables[0], tables[1:]
        present = [table.name for table in tables if table.name in self.book.sheets]
        if main.name not in self.book.sheets:
            self.notes += [
                _("工作簿里没有主表“%(main)s”，工作表“%(name)s”没有读取。")
                % {"main": main.name, "name": name}
                for name in present
            ]
            return None
        try:
            check_open_for_filling(response)
        except Refusal:
            self.notes.append(
                _("%(form)s 表现为“%(status)s”，工作表“%(name)s”没有读取。")
                % {
                    "form": main.form,
                    "status": response.case.get_status_display(),
                    "name": "”“".join(present),
                }
            )
            return None
        reader = _FormTables(self, response)
        form_id = reader.main(main)
        if form_id is None:
            return None
        for table in children:
            if table.name in self.book.sheets:
                reader.child(table, form_id)
        return reader.incoming

    def _read_links(self) -> None:
        if LINKS not in self.book.sheets:
            return
        sheet = _TableSheet(self.book.sheets[LINKS])
        for number in sheet.lines:
            key, form_id = sheet.text(number, CHILD_KEY), sheet.text(number, FORM_KEY)
            if not key or not form_id or self.links.get(key, form_id) != form_id:
                self.notes.append(
                    _("工作表“%(sheet)s”第 %(line)d 行不完整或与别的行矛盾，没有读取。")
                    % {"sheet": LINKS, "line": number + 1}
                )
                continue
            self.links[key] = form_id
        self.notes += sheet.unknown_columns({CHILD_KEY, FORM_KEY})

    def _say_what_is_left(self, known: set[str], responses: Sequence[Response]) -> None:
        for name in self.book.sheets:
            if name in known:
                continue
            rows = len(_TableSheet(self.book.sheets[name]).lines)
            self.notes.append(
                _("工作表“%(name)s”不属于本普查对象应填的表，没有读取（%(rows)d 行）。")
                % {"name": name, "rows": rows}
            )
        loose = sorted(set(self.links) - self.linked)
        if loose:
            self.notes.append(
                _("工作表“%(sheet)s”中有 %(count)d 行没有对应的子表行：%(keys)s。")
                % {"sheet": LINKS, "count": len(loose), "keys": _("、").join(loose[:5])}
            )
        missing = [
            response.case.form_code
            for response in responses
            if response.case.is_owed
            and tables_of(self.forms.definition(response))[0].name not in self.book.sheets
        ]
        if missing:
            self.notes.append(
                _("工作簿里没有这些应填的表：%(forms)s。") % {"forms": _("、").join(missing)}
            )


class _TableSheet:
    """A sheet as a table: names in the first line, values below."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.columns: dict[str, int] = {}
        self.repeated: list[str] = []
        for column, name in enumerate(sheet.texts[0] if sheet.texts else []):
            plain = normalise(name).upper()
            if plain in self.columns:
                self.repeated.append(plain)
            elif plain:
                self.columns[plain] = column
        self.lines = [
            number
            for number, row in enumerate(sheet.texts)
            if number and any(text.strip() for text in row)
        ]

    def cell(self, line: int, column: str) -> SheetCell:
        return self.sheet.cell(line, self.columns[column])

    def text(self, line: int, column: str) -> str:
        if column not in self.columns:
            return ""
        row = self.sheet.texts[line]
        return normalise(row[self.columns[column]]) if self.columns[column] < len(row) else ""

    def unknown_columns(self, known: set[str]) -> Iterator[str]:
        """A sentence for each column that has no item, or stands twice."""
        for name in self.columns:
            if name not in known:
                count = sum(bool(self.text(line, name)) for line in self.lines)
                yield _(
                    "工作表“%(sheet)s”的列“%(column)s”没有对应的指标，没有读取（%(count)d 个值）。"
                ) % {"sheet": self.sheet.name, "column": name, "count": count}
        for name in self.repeated:
            yield _("工作表“%(sheet)s”的列“%(column)s”出现了不止一次，只读了第一列。") % {
                "sheet": self.sheet.name,
                "column": name,
            }


class _FormTables:
    """The tables of one form, being read."""

    def __init__(self, book: CensusBook, response: Response) -> None:
        self.book = book
        now = book.forms.plain(response)
        self.now: Mapping[str, str] = now["values"]
        self.rows: Mapping[str, list[str]] = now["rows"]
        self.answers = WorkbookAnswers(self.now)
        self.incoming = Incoming(response, self.now, self.answers, [], clears=False)
        self.definition: Definition = book.forms.definition(response)

    @property
    def notes(self) -> list[str]:
        return self.incoming.notes

    def main(self, table: Table) -> str | None:
        """Read the one line of the main table; its key is returned, or None where there is none."""
        sheet = self._opened(table)
        if len(sheet.lines) != 1:
            self.book.notes.append(
                _("工作表“%(sheet)s”有 %(count)d 行，一个普查对象应有一行，没有读取。")
                % {"sheet": table.name, "count": len(sheet.lines)}
            )
            return None
        [line] = sheet.lines
        self._check_unit(table, sheet, line)
        self._take(table, sheet, line, "")
        return sheet.text(line, FORM_KEY)

    def _check_unit(self, table: Table, sheet: _TableSheet, line: int) -> None:
        """Refuse the workbook of another unit by its codes; say so where there are none."""
        for source in _IDENTITY:
            for column in table.columns:
                said = sheet.text(line, column.name).upper()
                if column.item.prefill != source or not said:
                    continue
                own = self._own(source, column.item)
                if own and said not in own:
                    raise Invalid(
                        _("工作表“%(sheet)s”是“%(said)s”的，本普查对象是“%(own)s”，没有读取。")
                        % {"sheet": table.name, "said": said[:60], "own": max(own)},
                        code="workbook_of_another",
                    )
                if own:
                    return
        self.notes.append(
            _("工作表“%(sheet)s”没有可以核对的单位代码，请确认它是本普查对象的。")
            % {"sheet": table.name}
        )

    def _own(self, source: str, item: Item) -> set[str]:
        """The unit's code as the register has it, and as the form says."""
        attribute = getattr(self.book.forms.unit, source.removeprefix("unit."), "")
        texts = (normalise(str(attribute or "")), self.now.get(item.slug, ""))
        return {text.upper() for text in texts if text}

    def child(self, table: Table, form_id: str) -> None:
        """Read the lines of a child table that the link table gives to this form."""
        sheet = self._opened(table)
        seen = set()
        for line in sheet.lines:
            key = sheet.text(line, CHILD_KEY)
            self.book.linked.add(key)
            row = row_of(key, table)
            why = self._why_not(key, form_id, is_twice=row in seen)
            if why:
                self.notes.append(
                    _("工作表“%(sheet)s”第 %(line)d 行%(why)s，没有读取。")
                    % {"sheet": table.name, "line": line + 1, "why": why}
                )
                continue
            seen.add(row)
            if row not in self.rows.get(table.group, []):
                self.answers.new_rows.setdefault(table.group, []).append(row)
            self._take(table, sheet, line, row)
        kept = [row for row in self.rows.get(table.group, []) if row not in seen]
        if kept:
            self.notes.append(
                _("工作表“%(sheet)s”里没有系统中已有的 %(count)d 行，这些行保留不动。")
                % {"sheet": table.name, "count": len(kept)}
            )

    def _why_not(self, key: str, form_id: str, *, is_twice: bool) -> str:
        if not key:
            return _("没有 %(column)s") % {"column": CHILD_KEY}
        if is_twice:
            return _("的 %(column)s 与别的行相同") % {"column": CHILD_KEY}
        linked = self.book.links.get(key)
        if linked is None:
            return _("在 %(links)s 里没有登记") % {"links": LINKS}
        return "" if linked == form_id else _("在 %(links)s 里属于别的表") % {"links": LINKS}

    def _opened(self, table: Table) -> _TableSheet:
        sheet = _TableSheet(self.book.book.sheets[table.name])
        names = {column.name for column in table.columns}
        self.notes.extend(sheet.unknown_columns({table.key, *names}))
        absent = [column.name for column in table.columns if column.name not in sheet.columns]
        if absent:
            self.notes.append(
                _("工作表“%(sheet)s”缺少 %(count)d 列，这些指标不变：%(columns)s。")
                % {"sheet": table.name, "count": len(absent), "columns": _("、").join(absent[:8])}
            )
        return sheet

    def _take(self, table: Table, sheet: _TableSheet, line: int, row: str) -> None:
        for item in self.definition.group_items(table.group):
            columns = [c.name for c in table.columns_of(item) if c.name in sheet.columns]
            cells = [sheet.cell(line, name) for name in columns]
            if cells and len(cells) == len(table.columns_of(item)):
                self._take_item(item, item.path(row), cells)

    def _take_item(self, item: Item, path: str, cells: Sequence[SheetCell]) -> None:
        self.answers.take(path, item, cells[0])
        if item.type != ItemType.COORDINATE or path in self.answers.doubts:
            return
        try:
            minutes, seconds = (cell_read(cell, _ARC_PART) for cell in cells[1:])
        except CellRefused as refusal:
            self.answers.doubts[path] = str(refusal)
            del self.answers.values[path]
            return
        if minutes or seconds:
            self.answers.values[path] += f"°{minutes or 0}′{seconds or 0}″"
        now = parse(item, self.now.get(path, ""))
        read = parse(item, self.answers.values[path])
        if read.problem is None and now.problem is None and read.value == now.value:
            self.answers.values[path] = self.now.get(path, "")
