"""The flat tables of a form: one row a form, and one row for each row of a repeat group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition, Item, ItemType
from submissions.presenters.items import language, localised
from summaries.exports.confidentiality import MASK, Ground, ground_of

# what stands before the items in every table, in this order
IDENTITY = (
    "unit_code",
    "unit_name",
    "division_code",
    "industry_code",
    "form_code",
    "form_version",
    "status",
    "review_level",
    "submitted_at",
)
ROW_KEY = ("row_id", "row_number")
EXPORT_NUMBER = "export_number"  # in every row: a page torn out of the file still says whose it is
RESERVED = frozenset({*IDENTITY, *ROW_KEY, EXPORT_NUMBER})


def identity_labels() -> dict[str, str]:
    """The headings of the columns that are no items."""
    return {
        "unit_code": _("普查对象代码"),
        "unit_name": _("单位详细名称"),
        "division_code": _("区划代码"),
        "industry_code": _("行业代码"),
        "form_code": _("表号"),
        "form_version": _("普查表版本"),
        "status": _("状态"),
        "review_level": _("审核层级"),
        "submitted_at": _("提交时间"),
        "row_id": _("行标识"),
        "row_number": _("行序号"),
        EXPORT_NUMBER: _("导出编号"),
    }


def yes_no() -> dict[str, str]:
    """The words behind the codes of a yes-or-no item."""
    return {"1": _("是"), "2": _("否")}


@dataclass(frozen=True)
class Column:
    """One item as a column. `codes` gives the words behind its codes, where it has a list."""

    item: Item
    ground: Ground | None
    is_masked: bool
    codes: CodeListValues | None = None

    @property
    def name(self) -> str:
        """The column's name in CSV and Parquet; an item never takes a name of the identity."""
        return f"item_{self.item.slug}" if self.item.slug in RESERVED else self.item.slug

    @property
    def has_words(self) -> bool:
        """Whether codes have words beside them."""
        return self.codes is not None or self.item.type == ItemType.YES_NO

    @property
    def heading(self) -> str:
        """The official wording: number, name and unit of measure of the item."""
        unit = _("（%(unit)s）") % {"unit": self.item.unit} if self.item.unit else ""
        return f"{self.item.code} {localised(self.item.label)}{unit}".strip()

    def words(self, text: str) -> str:
        """The words behind a code; of several codes, one after the other."""
        if not text or text == MASK:
            return text
        if self.codes is None:
            return yes_no().get(text, text)
        return _("、").join(self.codes.label(code, language()) for code in text.split(","))

    def shown(self, text: str) -> str:
        """The value, or the mask in its place; blank stays blank."""
        return MASK if self.is_masked and text else text


@dataclass(frozen=True)
class Table:
    """One flat table; `group` blank for the form itself."""

    form_code: str
    group: str
    title: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The stem of its file."""
        return f"{self.form_code}.{self.group}" if self.group else self.form_code

    @property
    def names(self) -> list[str]:
        """Every column of the table, in order."""
        keys = ROW_KEY if self.group else ()
        return [*IDENTITY, *keys, *(column.name for column in self.columns), EXPORT_NUMBER]

    def rows_of(self, document: Mapping[str, Any]) -> Iterator[list[str]]:
        """The item values of one form, a row (or a row for each of the group's) at a time."""
        values = document["values"]
        if not self.group:
            yield [c.shown(values.get(c.item.slug, "")) for c in self.columns]
            return
        for number, row in enumerate(document["rows"].get(self.group, ()), start=1):
            cells = [c.shown(values.get(c.item.path(row), "")) for c in self.columns]
            yield [row, str(number), *cells]


@dataclass(frozen=True)
class FormTables:
    """The tables of one form over all versions that its cases were filled on."""

    form_code: str
    title: str
    tables: tuple[Table, ...] = field(default=())


def tables_of(
    definitions: Sequence[Definition], *, is_masked: bool, codelists: Mapping[str, CodeListValues]
) -> FormTables:
    """Items of the newest version first, then those that only earlier or local versions have."""
    newest = definitions[0]
    items: dict[tuple[str, str], Item] = {}
    groups: dict[str, str] = {}
    for definition in definitions:
        for item in definition.items_by_slug.values():
            items.setdefault((item.group, item.slug), item)
        for group in definition.groups:
            groups.setdefault(group.slug, localised(group.label))

    def columns(group: str) -> tuple[Column, ...]:
        made = []
        for (place, _slug), item in items.items():
            if place == group:
                ground = ground_of(newest.code, item)
                codes = codelists.get(item.codelist or "")
                made.append(Column(item, ground, is_masked and ground is not None, codes))
        return tuple(made)

    title = localised(newest.title)
    tables = [Table(newest.code, "", title, columns(""))]
    tables += [Table(newest.code, slug, label, columns(slug)) for slug, label in groups.items()]
    return FormTables(newest.code, title, tuple(tables))
