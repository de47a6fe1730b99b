"""Writing the workbook of a form: prefilled, with lists, locked labels and hidden keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition, Group, Item
from submissions.workbooks.layout import (
    CODE_COLUMN,
    FIRST_LINE,
    FIRST_VALUE,
    KEY_COLUMN,
    KEY_ROW,
    LABEL_COLUMN,
    LISTS,
    META,
    NEW_ROW,
    SPARE_ROWS,
    UNIT_COLUMN,
    Stamp,
    sheet_name,
)

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_INPUT = PatternFill("solid", fgColor="FFFDE7")
_THIN = Side(style="thin", color="B7C6D3")
_LINE = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_TEXT = "@"  # a code in a text cell keeps its digits and its leading zeros
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LISTED_AT_MOST = 2000  # a longer code list is typed, and checked when the file comes back


@dataclass(frozen=True)
class WrittenForm:
    """One form with its answers and its stamp."""

    definition: Definition
    answers: Mapping[str, Any]
    stamp: Stamp


@dataclass
class FormWorkbook:
    """Forms of one unit, being written."""

    forms: Sequence[WrittenForm]
    heading: str
    codelists: Mapping[str, CodeListValues]

    def bytes(self) -> bytes:
        """The file."""
        book = Workbook()
        del book["Sheet"]
        lists = self._lists(book)
        for form in self.forms:
            FormSheets(form, self.heading, self.codelists, lists).write(book)
        book.move_sheet(LISTS, len(book.sheetnames))
        self._meta(book)
        book.active = 0
        book.security.lockStructure = True
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    def _lists(self, book: Workbook) -> dict[str, str]:
        """Code lists on a hidden sheet, each under a name that the validations use."""
        sheet = book.create_sheet(LISTS)
        sheet.sheet_state = "veryHidden"
        names: dict[str, str] = {}
        items = [item for form in self.forms for item in form.definition.items]
        used = dict.fromkeys(item.codelist for item in items if item.codelist)
        for column, name in enumerate(used, start=1):
            values = self.codelists.get(str(name))
            if values is None or not 0 < len(values) <= LISTED_AT_MOST:
                continue
            pairs = values.pairs("zh")
            for row, (code, label) in enumerate(pairs, start=1):
                put(sheet, row, column, f"{code} {label}")
            letter = get_column_letter(column)
            names[str(name)] = f"L_{name}"
            area = f"'{LISTS}'!${letter}$1:${letter}${len(pairs)}"
            book.defined_names[f"L_{name}"] = DefinedName(f"L_{name}", attr_text=area)
        return names

    def _meta(self, book: Workbook) -> None:
        sheet = book.create_sheet(META)
        properties: Any = book
        sheet.sheet_state = "veryHidden"
        for column, form in enumerate(self.forms, start=2):
            for row, (name, value) in enumerate(form.stamp.as_rows(), start=1):
                put(sheet, row, 1, name)
                put(sheet, row, column, value)
                key = f"census_{name}" if len(self.forms) == 1 else f"census_{column - 1}_{name}"
                properties.custom_doc_props.append(StringProperty(name=key, value=value))


@dataclass
class FormSheets:
    """The sheets of one form: its own, and one for each repeat group."""

    form: WrittenForm
    heading: str
    codelists: Mapping[str, CodeListValues]
    lists: Mapping[str, str]

    def write(self, book: Workbook) -> None:
        """Put the sheets at the end of the book."""
        definition = self.form.definition
        self._items(book.create_sheet(sheet_name(definition)))
        for group in definition.groups:
            self._group(book.create_sheet(sheet_name(definition, group)), group)

    def _head(self, sheet: Worksheet, title: str, columns: Sequence[str]) -> None:
        put(sheet, 1, CODE_COLUMN, title).font = Font(bold=True, size=14)
        put(sheet, 2, CODE_COLUMN, self.heading)
        put(sheet, 3, CODE_COLUMN, _("只填浅黄色的格；不要增删行列。代码也可只填代码。"))
        for offset, text in enumerate(columns):
            cell = put(sheet, FIRST_LINE - 1, CODE_COLUMN + offset, text)
            cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _LINE
            cell.alignment = Alignment(horizontal="center", wrap_text=True, vertical="center")
        sheet.row_dimensions[KEY_ROW].hidden = True
        sheet.column_dimensions["A"].hidden = True
        for letter, width in (("B", 8), ("C", 44), ("D", 16)):
            sheet.column_dimensions[letter].width = width
        sheet.freeze_panes = f"{get_column_letter(FIRST_VALUE)}{FIRST_LINE}"
        sheet.protection.enable()
        sheet.page_setup.fitToHeight = 0
        # the stubs want a literal
        sheet.page_setup.orientation = self.form.definition.orientation or "portrait"  # type: ignore[assignment]
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        footer: Any = sheet.oddFooter
        footer.left.text = (
            f"{self.form.stamp.form} v{self.form.stamp.version} {self.form.stamp.unit}"
        )
        footer.right.text = "&P / &N"

    def _label(self, sheet: Worksheet, line: int, item: Item) -> None:
        put(sheet, line, KEY_COLUMN, item.slug)
        for column, text in (
            (CODE_COLUMN, item.code),
            (LABEL_COLUMN, "　" * item.indent + item.label["zh"]),
            (UNIT_COLUMN, item.unit or "—"),
        ):
            cell = put(sheet, line, column, text)
            cell.border = _LINE
            cell.alignment = Alignment(wrap_text=True, vertical="center")

    def _items(self, sheet: Worksheet) -> None:
        columns = [_("代码"), _("指标名称"), _("计量单位"), _("本年实际")]
        self._head(
            sheet, f"{self.form.definition.code} {self.form.definition.title['zh']}", columns
        )
        sheet.column_dimensions[get_column_letter(FIRST_VALUE)].width = 40
        checks = _Checks(sheet, self.lists)
        for line, item in enumerate(self.form.definition.group_items(""), start=FIRST_LINE):
            self._label(sheet, line, item)
            self._value(checks, line, FIRST_VALUE, item, item.slug)

    def _group(self, sheet: Worksheet, group: Group) -> None:
        ids = list(self.form.answers["rows"].get(group.slug, []))
        spare = min(SPARE_ROWS, max(0, (group.max or 999) - len(ids)))
        keys = [*ids, *[NEW_ROW] * spare]
        items = self.form.definition.group_items(group.slug)
        label = (group.row_label or group.label)["zh"]
        heads = [f"{label} {number}" for number in range(1, len(keys) + 1)]
        checks = _Checks(sheet, self.lists)
        if group.layout == "columns":
            self._head(sheet, group.label["zh"], [_("代码"), _("指标名称"), _("计量单位"), *heads])
            for offset, key in enumerate(keys):
                put(sheet, KEY_ROW, FIRST_VALUE + offset, key)
                sheet.column_dimensions[get_column_letter(FIRST_VALUE + offset)].width = 18
            for line, item in enumerate(items, start=FIRST_LINE):
                self._label(sheet, line, item)
                for offset, key in enumerate(keys):
                    path = f"{group.slug}/{key}/{item.slug}"
                    self._value(checks, line, FIRST_VALUE + offset, item, path)
            return
        titles = [_title(item) for item in items]
        self._head(sheet, group.label["zh"], [label, "", "", *titles])
        for offset, item in enumerate(items):
            put(sheet, KEY_ROW, FIRST_VALUE + offset, item.slug)
            sheet.column_dimensions[get_column_letter(FIRST_VALUE + offset)].width = 20
        for line, (key, head) in enumerate(zip(keys, heads, strict=True), start=FIRST_LINE):
            put(sheet, line, KEY_COLUMN, key)
            put(sheet, line, CODE_COLUMN, head)
            for offset, item in enumerate(items):
                path = f"{group.slug}/{key}/{item.slug}"
                self._value(checks, line, FIRST_VALUE + offset, item, path)

    def _value(self, checks: _Checks, line: int, column: int, item: Item, path: str) -> None:
        value = str(self.form.answers["values"].get(path, ""))
        values = self.codelists.get(item.codelist or "")
        if item.type == "choice" and values is not None and value in values:
            value = f"{value} {values.label(value, 'zh')}"
        cell = put(checks.sheet, line, column, value)
        cell.number_format, cell.fill, cell.border = _TEXT, _INPUT, _LINE
        cell.protection = Protection(locked=False)
        checks.add(cell.coordinate, item)


class _Checks:
    """The drop-down lists of one sheet, one validation for each code list."""

    def __init__(self, sheet: Worksheet, lists: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.lists = lists
        self.known: dict[str, DataValidation] = {}

    def add(self, coordinate: str, item: Item) -> None:
        """Offer the item's codes in this cell; another value is warned of, not refused."""
        formula = '"1 是,2 否"' if item.type == "yes_no" else self.lists.get(item.codelist or "")
        if not formula or item.type == "multi_choice":
            return
        check = self.known.get(formula)
        if check is None:
            check = DataValidation(type="list", formula1=formula, allow_blank=True)
            check.errorStyle = "warning"
            self.known[formula] = check
            self.sheet.add_data_validation(check)
        check.add(coordinate)


def _title(item: Item) -> str:
    unit = f"（{item.unit}）" if item.unit else ""
    return f"{item.code} {item.label['zh']}{unit}"


def put(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """A text cell: what begins with = stays text, a workbook of answers runs no formulas."""
    cell: Any = sheet.cell(row, column)
    plain = "".join(c for c in text if c >= " ")[:32_000]
    cell.value = _ESCAPE.sub("_x005F_", plain)  # `_x0007_` as typed is no control character
    cell.data_type = "s"
    return cell
