"""One item of a form as the page shows it: its control, its options, its help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from instruments.codelist_values import CodeListValues
from instruments.evaluation.parsing.coordinates import read_coordinate
from instruments.measures import measure_name

# A longer list is searched by typing instead of being unrolled in every cell.
SELECT_ENTRIES_AT_MOST = 40
NUMERIC_TYPES = frozenset({"decimal", "integer", "year"})
NARROW_TYPES = NUMERIC_TYPES | {"yes_no", "date", "year_month"}
PLACEHOLDERS = {
    "date": "2018-03-05",
    "year_month": "2017-12",
    "year": "2017",
    "coordinate": "120°12′33.25″",
}
SELECT, COMBOBOX, MULTIPLE, TEXT = "select", "combobox", "multiple", "text"


def language() -> str:
    """`en` or `zh`: which half of a bilingual text to show."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def localised(text: Mapping[str, str] | None) -> str:
    """A bilingual text in the reader's language; Chinese where there is no other."""
    if not text:
        return ""
    return text.get(language()) or text.get("zh", "")


@dataclass(frozen=True)
class ItemView:
    """An item of the definition, with its code list."""

    data: Mapping[str, Any]
    group: str
    codelist: CodeListValues | None = None

    @property
    def slug(self) -> str:
        """The stable name."""
        return str(self.data["slug"])

    @property
    def code(self) -> str:
        """The official code."""
        return str(self.data.get("code", ""))

    @property
    def type(self) -> str:
        """The type of the definition."""
        return str(self.data["type"])

    @cached_property
    def label(self) -> str:
        """The official name."""
        return localised(self.data.get("label"))

    @property
    def unit(self) -> str:
        """The unit of measure, or a dash as in the official form."""
        return measure_name(str(self.data.get("unit", "") or ""))

    @cached_property
    def help(self) -> str:
        """The explanation of the item."""
        return localised(self.data.get("help"))

    @property
    def indent(self) -> int:
        """Depth of an 其中 line."""
        return int(self.data.get("indent", 0))

    @property
    def confidence(self) -> str:
        """How sure the definition is of itself; shown to administrators."""
        return str(self.data.get("confidence", ""))

    @property
    def is_numeric(self) -> bool:
        """Right-aligned."""
        return self.type in NUMERIC_TYPES

    @property
    def is_always_required(self) -> bool:
        """Marked with a star."""
        return self.data.get("required") == "always" and not self.data.get("applies")

    @cached_property
    def control(self) -> str:
        """Which control the cell gets."""
        if self.type == "yes_no":
            return SELECT
        if self.type == "multi_choice":
            return MULTIPLE
        if self.type == "choice" and self.codelist is not None:
            return SELECT if len(self.codelist) <= SELECT_ENTRIES_AT_MOST else COMBOBOX
        return TEXT

    @cached_property
    def attributes(self) -> SafeString:
        """Attributes of the text control that depend on the item alone."""
        pairs: list[tuple[str, str]] = []
        if self.is_numeric:
            pairs.append(("inputmode", "decimal"))
        if self.type in {"phone", "date", "year_month"}:
            pairs.append(("inputmode", "text"))
        if self.type in PLACEHOLDERS:
            pairs.append(("placeholder", PLACEHOLDERS[self.type]))
        if self.control in {COMBOBOX, MULTIPLE}:
            pairs.append(("data-list", str(self.data["codelist"])))
        if self.control == MULTIPLE:
            pairs.append(("placeholder", _("代码，用逗号分隔")))
        elif self.control == COMBOBOX:
            pairs.append(("placeholder", _("代码或名称")))
        return format_html_join(" ", '{}="{}"', pairs)

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """Code and text of every option of a select."""
        if self.type == "yes_no":
            return [("1", _("是")), ("2", _("否"))]
        if self.codelist is None:
            return []
        return [(code, label) for code, label in self.codelist.pairs(language())]

    def options(self, value: str) -> SafeString:
        """The options of a select with `value` chosen; a value outside the list is kept."""
        chosen = conditional_escape(value)
        html = self._options
        if value == "":
            return html
        marker = f'<option value="{chosen}">'
        if marker in html:
            return mark_safe(  # noqa: S308  escaped when built
                html.replace(marker, f'<option value="{chosen}" selected>', 1)
            )
        return format_html(
            '{}<option value="{}" selected>{}</option>',
            html,
            value,
            _("%(value)s（不在代码表中）") % {"value": value},
        )

    @cached_property
    def _options(self) -> SafeString:
        triples = [(code, code, label) for code, label in self.choices]
        listed = format_html_join("", '<option value="{}">{} {}</option>', triples)
        return format_html('<option value=""></option>{}', listed)

    def read(self, value: str) -> str:
        """The value as it is read: coordinates in degrees, minutes and seconds, however typed."""
        return read_coordinate(value).canonical if value and self.type == "coordinate" else value

    def described(self, value: str) -> str:
        """The words behind a coded value: the label of a code, the labels of several."""
        if not value:
            return ""
        if self.type == "yes_no":
            return dict(self.choices).get(value, "")
        if self.codelist is None:
            return ""
        codes = value.split(",") if self.type == "multi_choice" else [value]
        labels = [self.codelist.label(code, language()) for code in codes if code in self.codelist]
        return _("、").join(labels)
