"""Values, choices and notes as the paper shows them."""

from __future__ import annotations

from collections.abc import Iterator

from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.parsing.coordinates import read_coordinate
from instruments.printing.sheet import FormSheet

NUMBERS = frozenset({ItemType.DECIMAL, ItemType.INTEGER, ItemType.YEAR})
YES_NO = (("1", "是"), ("2", "否"))
TICKED_AT_MOST = 60  # characters of choices that still stand in the cell to be ticked
LISTED_AT_MOST = 40  # entries of a code list that still stand below the table


def label_text(item: Item) -> str:
    """The official name of an item."""
    return item.label["zh"]


def unit_text(item: Item) -> str:
    """The unit of measure, or the dash of the official tables."""
    return item.unit or "—"


def value_text(item: Item, value: str, sheet: FormSheet) -> str:
    """A value with the words behind its code."""
    if not value:
        return ""
    if item.type == ItemType.YES_NO:
        return f"{value} {dict(YES_NO).get(value, '')}".strip()
    if item.type == ItemType.COORDINATE:
        return read_coordinate(value).canonical or value
    values = sheet.codelists.get(item.codelist or "")
    if values is None:
        return value
    if item.type == ItemType.MULTI_CHOICE:
        return "；".join(_coded(code, values) for code in value.split(","))
    return _coded(value, values)


def _coded(code: str, values: CodeListValues) -> str:
    return f"{code} {values.label(code)}" if code in values else code


def choices(item: Item, sheet: FormSheet) -> list[tuple[str, str]]:
    """Code and label of everything that may be chosen."""
    if item.type == ItemType.YES_NO:
        return list(YES_NO)
    values = sheet.codelists.get(item.codelist or "")
    return [(code, label) for code, label in values.pairs("zh")] if values else []


def tick_text(item: Item, sheet: FormSheet) -> str:
    """Boxes to tick, where there are few choices; blank otherwise."""
    text = "　".join(f"□{code} {label}" for code, label in choices(item, sheet))
    return text if len(text) <= TICKED_AT_MOST else ""


def notes(sheet: FormSheet) -> list[str]:
    """What stands below the table: who fills the form, and the codes to fill in by hand."""
    reason = sheet.definition.owed_reason.get("zh", "")
    found = [f"填报范围：{reason}"] if reason else []
    if sheet.is_blank:
        found += _code_notes(sheet)
    if not found:
        return []
    return ["说明：", *(f"{number}. {text}" for number, text in enumerate(found, start=1))]


def _code_notes(sheet: FormSheet) -> Iterator[str]:
    for name, items in _listed(sheet.definition, sheet).items():
        values = sheet.codelists[name]
        codes = "、".join(dict.fromkeys(item.code for item in items))
        if len(values) <= LISTED_AT_MOST:
            entries = "；".join(f"{code} {label}" for code, label in values.pairs("zh"))
            yield f"第 {codes} 项代码：{entries}。"
        else:
            yield f"第 {codes} 项按《{values.title}》（{len(values)} 个代码）填写。"
    flags = [item for item in sheet.definition.items if item.type == ItemType.YES_NO and item.group]
    if flags:
        codes = "、".join(dict.fromkeys(item.code for item in flags))
        yield f"第 {codes} 项代码：1 是；2 否。"


def _listed(definition: Definition, sheet: FormSheet) -> dict[str, list[Item]]:
    """Items whose code is written by hand, by code list."""
    found: dict[str, list[Item]] = {}
    for item in definition.items:
        if item.codelist in sheet.codelists and (item.group or not tick_text(item, sheet)):
            found.setdefault(str(item.codelist), []).append(item)
    return found
