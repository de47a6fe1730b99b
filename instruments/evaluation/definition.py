"""A form definition as immutable objects: sections, groups, items and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

ALWAYS = "always"
NEVER = "never"

Bilingual = Mapping[str, str]


class ItemType(StrEnum):
    """What an item may hold."""

    TEXT = "text"
    CODE = "code"
    DECIMAL = "decimal"
    INTEGER = "integer"
    YEAR = "year"
    DATE = "date"
    YEAR_MONTH = "year_month"
    YES_NO = "yes_no"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    COORDINATE = "coordinate"
    CREDIT_CODE = "credit_code"
    ORGANISATION_CODE = "organisation_code"
    DIVISION = "division"
    PHONE = "phone"


class Severity(StrEnum):
    """Hard blocks submission; soft needs a stored explanation."""

    HARD = "hard"
    SOFT = "soft"


DEFAULT_DIGITS = 16
_FIXED_DIGITS = {ItemType.YEAR: 4, ItemType.COORDINATE: 8}
_FIXED_SCALE = {ItemType.COORDINATE: 2}


@dataclass(frozen=True)
class Item:
    """One question (指标). `digits` counts all digits of a number, `scale` those after the point.

    `column` is its name in the census's own database, where that is known.
    """

    slug: str
    code: str
    label: Bilingual
    type: ItemType
    group: str = ""
    section: str = ""
    digits: int = DEFAULT_DIGITS
    scale: int = 0
    unit: str = ""
    minimum: str | None = None
    maximum: str | None = None
    max_length: int | None = None
    pattern: str | None = None
    codelist: str | None = None
    required: str = NEVER
    applies: str = ""
    prefill: str = ""
    derived: bool = False
    indent: int = 0
    column: str = ""
    help: Bilingual = field(default_factory=dict)
    confidence: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, section: str = "", group: str = "") -> "Item":
        """The item of a definition file."""
        kind = ItemType(data["type"])
        return cls(
            slug=data["slug"],
            code=str(data.get("code", "")),
            label=data.get("label") or {"zh": data["slug"], "en": data["slug"]},
            type=kind,
            group=group,
            section=section,
            digits=_FIXED_DIGITS.get(kind, data.get("digits", DEFAULT_DIGITS)),
            scale=_FIXED_SCALE.get(kind, data.get("scale", 0)),
            unit=data.get("unit", ""),
            minimum=_text_or_none(data.get("min")),
            maximum=_text_or_none(data.get("max")),
            max_length=data.get("max_length"),
            pattern=data.get("pattern"),
            codelist=data.get("codelist"),
            required=str(data.get("required", NEVER)),
            applies=data.get("applies", ""),
            prefill=data.get("prefill", ""),
            derived=data.get("derived", False),
            indent=data.get("indent", 0),
            column=data.get("column", ""),
            help=data.get("help") or {},
            confidence=data.get("confidence", ""),
        )

    def path(self, row: str = "") -> str:
        """The cell of this item, in one row of its group where it has one."""
        return f"{self.group}/{row}/{self.slug}" if self.group else self.slug


@dataclass(frozen=True)
class Group:
    """A repeat group: boilers, kilns, outlets."""

    slug: str
    label: Bilingual
    layout: str
    min: int
    max: int | None
    row_label: Bilingual


@dataclass(frozen=True)
class Section:
    """Consecutive items under one heading; the items of a group's section repeat per row."""

    id: str
    title: Bilingual
    group: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Rule:
    """An edit rule (审核关系): `assertion` is what must hold, wherever `when` is true."""

    id: str
    severity: Severity
    assertion: str
    message: Bilingual
    when: str = ""
    each: str = ""
    items: tuple[str, ...] = ()
    source: str = ""
    examples_pass: tuple[Mapping[str, Any], ...] = ()
    examples_fail: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Rule":
        """The rule of a definition file."""
        return cls(
            id=data["id"],
            severity=Severity(data["severity"]),
            assertion=data["assert"],
            message=data["message"],
            when=data.get("when", ""),
            each=data.get("each", ""),
            items=tuple(data.get("items") or ()),
            source=data.get("source", ""),
            examples_pass=_examples(data.get("pass")),
            examples_fail=_examples(data.get("fail")),
        )


@dataclass(frozen=True)
class Definition:
    """One form (普查表). `form_name` is its name in the rule language: `G101-1` → `g101_1`.

    A listing form (清查表) names the items that tell whether the unit belongs to the census.
    """

    code: str
    form_name: str
    title: Bilingual
    respondent: str
    unit_kinds: tuple[str, ...]
    groups: tuple[Group, ...]
    sections: tuple[Section, ...]
    items_by_slug: Mapping[str, Item]
    rules: tuple[Rule, ...]
    owed_when: str = ALWAYS
    owed_reason: Bilingual = field(default_factory=dict)
    listing: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    orientation: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Definition":
        """The form of a definition file; the structure is taken as checked."""
        sections = tuple(_section(section) for section in data.get("sections", ()))
        items = {item.slug: item for section in sections for item in section.items}
        return cls(
            code=data["code"],
            form_name=form_name(data["code"]),
            title=data.get("title") or {"zh": data["code"], "en": data["code"]},
            respondent=data.get("respondent", "unit"),
            unit_kinds=tuple(data.get("unit_kinds") or ()),
            groups=tuple(_group(group) for group in data.get("groups") or ()),
            sections=sections,
            items_by_slug=MappingProxyType(items),
            rules=tuple(Rule.from_dict(rule) for rule in data.get("rules") or ()),
            owed_when=data.get("owed_when") or ALWAYS,
            owed_reason=data.get("owed_reason") or {},
            listing=data.get("listing") or {},
            basis=data.get("basis", ""),
            orientation=data.get("orientation", ""),
            raw=data,
        )

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item in the order of the form."""
        return tuple(self.items_by_slug.values())

    @cached_property
    def groups_by_slug(self) -> Mapping[str, Group]:
        """The repeat groups by name."""
        return {group.slug: group for group in self.groups}

    def group_items(self, group: str) -> tuple[Item, ...]:
        """The items of one repeat group; `""` gives those outside of every group."""
        return tuple(item for item in self.items if item.group == group)

    def item_at(self, path: str) -> Item | None:
        """The item of a cell, or None where the form has no such cell."""
        group, _row, slug = split_path(path)
        item = self.items_by_slug.get(slug)
        return item if item is not None and item.group == group else None


def form_name(code: str) -> str:
    """The name of a form in the rule language: `G101-1` → `g101_1`."""
    return code.lower().replace("-", "_")


def split_path(path: str) -> tuple[str, str, str]:
    """`facilities/ab12cd34/hours` → group, row, slug; a plain slug has neither group nor row."""
    group, _, rest = path.rpartition("/")
    if not group:
        return "", "", path
    group, _, row = group.partition("/")
    return group, row, rest


def _section(data: Mapping[str, Any]) -> Section:
    group = data.get("group") or ""
    items = (Item.from_dict(item, section=data["id"], group=group) for item in data["items"])
    return Section(data["id"], data.get("title") or {}, group, tuple(items))


def _group(data: Mapping[str, Any]) -> Group:
    return Group(
        slug=data["slug"],
        label=data.get("label") or {"zh": data["slug"], "en": data["slug"]},
        layout=data.get("layout", "rows"),
        min=data.get("min", 0),
        max=data.get("max"),
        row_label=data.get("row_label") or {},
    )


def _examples(data: Any) -> tuple[Mapping[str, Any], ...]:
    """One example may stand without a list around it."""
    if not data:
        return ()
    return tuple(data) if isinstance(data, list) else (data,)


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
