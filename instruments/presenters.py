"""A definition as a reading page shows it, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from instruments.codelist_values import CodeListValues
from instruments.measures import measure_name
from instruments.models import InstrumentVersion

UNROLLED_AT_MOST = 40

TYPE_NAMES: dict[str, str | Promise] = {
    "text": _("文字"),
    "code": _("编码"),
    "decimal": _("数值"),
    "integer": _("整数"),
    "year": _("年份"),
    "date": _("日期"),
    "year_month": _("年月"),
    "yes_no": _("是/否"),
    "choice": _("单选"),
    "multi_choice": _("多选"),
    "coordinate": _("度分秒"),
    "credit_code": _("统一社会信用代码"),
    "organisation_code": _("组织机构代码"),
    "division": _("区划代码"),
    "phone": _("电话"),
}
CONFIDENCE_NAMES: dict[str, str | Promise] = {
    "found": _("有公开资料"),
    "known-high": _("较有把握"),
    "known-medium": _("把握一般"),
    "known-low": _("把握较低"),
}
REQUIRED_NAMES: dict[str, str | Promise] = {"always": _("必填"), "never": _("选填")}


def reader_language() -> str:
    """`en` or `zh`: the languages a definition is written in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def in_reader_language(pair: Mapping[str, str] | None) -> str:
    """The text of a bilingual pair in the reader's language."""
    return pair[reader_language()] if pair else ""


@dataclass(frozen=True)
class ItemLine:
    """One item of the page."""

    data: Mapping[str, Any]
    codelist: CodeListValues | None

    @property
    def slug(self) -> str:
        """The stable name, as rules write it."""
        return str(self.data["slug"])

    @property
    def code(self) -> str:
        """The official code."""
        return str(self.data["code"])

    @property
    def label(self) -> str:
        """The official label."""
        return in_reader_language(self.data["label"])

    @property
    def help(self) -> str:
        """The explanation."""
        return in_reader_language(self.data.get("help"))

    @property
    def unit(self) -> str:
        """The unit of measure."""
        return measure_name(str(self.data.get("unit", "")))

    @property
    def indent(self) -> int:
        """Depth of a 其中 line."""
        return int(self.data.get("indent", 0))

    @property
    def type_name(self) -> str:
        """What kind of value it takes."""
        return str(TYPE_NAMES[self.data["type"]])

    @property
    def decimals(self) -> int | None:
        """Decimal places of a decimal."""
        return self.data.get("scale")

    @property
    def bounds(self) -> str:
        """`0 … 8760`, open ends blank."""
        low, high = self.data.get("min", ""), self.data.get("max", "")
        return f"{low} … {high}" if low or high else ""

    @property
    def required(self) -> str:
        """Always, never, or the expression that decides."""
        text = str(self.data["required"])
        return str(REQUIRED_NAMES.get(text, ""))

    @property
    def required_when(self) -> str:
        """The expression that makes it required, if one does."""
        text = str(self.data["required"])
        return "" if text in REQUIRED_NAMES else text

    @property
    def applies_when(self) -> str:
        """The expression without which it stays blank."""
        return str(self.data.get("applies", ""))

    @property
    def confidence(self) -> str:
        """How sure the draft is of this item."""
        return str(CONFIDENCE_NAMES[self.data["confidence"]])

    @property
    def entries(self) -> list[list[str]]:
        """The entries of a short code list; a long one is searched, not read."""
        if self.codelist is None or len(self.codelist) > UNROLLED_AT_MOST:
            return []
        return self.codelist.pairs(reader_language())


@dataclass(frozen=True)
class SectionBlock:
    """A section with its items; `group` says whose rows or columns it describes."""

    title: str
    group: str
    items: list[ItemLine]


@dataclass(frozen=True)
class RuleLine:
    """One rule of the page."""

    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The rule's name."""
        return str(self.data["id"])

    @property
    def is_hard(self) -> bool:
        """Blocks submission."""
        return bool(self.data["severity"] == "hard")

    @property
    def message(self) -> str:
        """What the filler reads."""
        return in_reader_language(self.data["message"])

    @property
    def condition(self) -> str:
        """When it applies."""
        return str(self.data.get("when", ""))

    @property
    def text(self) -> str:
        """What must hold."""
        return str(self.data["assert"])

    @property
    def group(self) -> str:
        """The group over whose rows it runs."""
        return str(self.data.get("each", ""))

    @property
    def source(self) -> str:
        """Where it comes from."""
        return str(self.data["source"])

    @property
    def passing(self) -> list[str]:
        """Examples that satisfy it."""
        return _examples(self.data["pass"])

    @property
    def failing(self) -> list[str]:
        """Examples that violate it."""
        return _examples(self.data["fail"])


def _examples(given: Any) -> list[str]:
    examples = given if isinstance(given, list) else [given]
    return ["; ".join(_parts(example)) for example in examples]


def _parts(value: Mapping[str, Any], prefix: str = "") -> list[str]:
    parts = []
    for key, inner in value.items():
        name = prefix if key in {"values", "rows"} else f"{prefix}{key}"
        if isinstance(inner, Mapping):
            parts += _parts(inner, f"{name}." if name and not name.endswith(".") else name)
        elif isinstance(inner, list) and inner and isinstance(inner[0], Mapping):
            for number, row in enumerate(inner, start=1):
                parts += _parts(row, f"{name}[{number}].")
        else:
            shown = ", ".join(map(str, inner)) if isinstance(inner, list) else inner
            parts.append(f"{name} = {shown}")
    return parts


@dataclass(frozen=True)
class InstrumentPage:
    """One version of one form for reading."""

    version: InstrumentVersion
    codelists: Mapping[str, CodeListValues]

    @property
    def data(self) -> Mapping[str, Any]:
        """The definition."""
        # a JSONField is Any to the stubs
        return self.version.definition  # type: ignore[no-any-return]

    @property
    def code(self) -> str:
        """The official code of the form."""
        return str(self.data["code"])

    @property
    def title(self) -> str:
        """The official title."""
        return in_reader_language(self.data["title"])

    @property
    def basis(self) -> str:
        """The document that orders the form."""
        return str(self.data["basis"])

    @property
    def owed_reason(self) -> str:
        """Who fills it."""
        return in_reader_language(self.data.get("owed_reason"))

    @property
    def owed_when(self) -> str:
        """The expression of who fills it."""
        return str(self.data.get("owed_when", "always"))

    @property
    def sections(self) -> list[SectionBlock]:
        """Every section, items with their code lists."""
        return section_blocks(self.data, self.codelists)

    @property
    def item_count(self) -> int:
        """How many items."""
        return sum(len(section["items"]) for section in self.data["sections"])

    @property
    def rules(self) -> list[RuleLine]:
        """Every rule."""
        return [RuleLine(rule) for rule in self.data["rules"]]


@dataclass(frozen=True)
class LocalAdditions:
    """What a province adds to a form, for reading."""

    data: Mapping[str, Any]
    codelists: Mapping[str, CodeListValues]

    @property
    def sections(self) -> list[SectionBlock]:
        """Every added section."""
        return section_blocks(self.data, self.codelists)

    @property
    def rules(self) -> list[RuleLine]:
        """Every added rule."""
        return [RuleLine(rule) for rule in self.data.get("rules") or []]


def section_blocks(
    data: Mapping[str, Any], codelists: Mapping[str, CodeListValues]
) -> list[SectionBlock]:
    """The sections of a definition or of additions to one, items with their code lists."""
    groups = {group["slug"]: group for group in data.get("groups") or []}
    return [
        SectionBlock(
            in_reader_language(section["title"]),
            _group_text(groups.get(section.get("group", ""))),
            [ItemLine(item, codelists.get(item.get("codelist", ""))) for item in section["items"]],
        )
        for section in data["sections"]
    ]


def _group_text(group: Mapping[str, Any] | None) -> str:
    if group is None:
        return ""
    return f"{in_reader_language(group['label'])} {group['min']}–{group['max']}"
