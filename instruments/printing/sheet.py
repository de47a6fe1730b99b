"""What is printed: one form, its answers, and what the margins say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from instruments.codelist_values import CodeListValues
from instruments.evaluation.definition import Definition, Item, Section

HEAD, FOOT = "head", "foot"  # the sections that stand around the tables, by their id


@dataclass(frozen=True)
class FormSheet:
    """One form to print. `mark` says what it is worth (空白表, 填报中 …), `edition` of which version.

    `is_explained` puts the explanations of the items (指标解释) behind the form.
    """

    definition: Definition
    edition: str
    codelists: Mapping[str, CodeListValues]
    mark: str
    printed_at: str
    values: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_blank: bool = False
    is_explained: bool = False
    exercise: str = ""
    year: str = ""
    unit: str = ""
    reference: str = ""

    @property
    def title(self) -> str:
        """The official name of the form."""
        return self.definition.title["zh"]

    @property
    def authority(self) -> list[tuple[str, str]]:
        """The block at the upper right; who issued and approved the form only where it is known."""
        raw = self.definition.raw
        lines = [
            ("表　　号", self.definition.code),
            ("制定机关", raw.get("issued_by", "")),
            ("批准机关", raw.get("approved_by", "")),
            ("批准文号", self.definition.basis),
            ("有效期至", raw.get("valid_until", "")),
        ]
        return [(name, text) for name, text in lines if text]

    @property
    def head(self) -> tuple[Item, ...]:
        """What identifies the unit, above the table."""
        return self._around(HEAD)

    @property
    def foot(self) -> tuple[Item, ...]:
        """Who answers for it, below the table."""
        return self._around(FOOT)

    @property
    def body(self) -> tuple[Section, ...]:
        """The sections of the table."""
        return tuple(s for s in self.definition.sections if s.group or s.id not in {HEAD, FOOT})

    def row_ids(self, group: str) -> list[str]:
        """The repeats that were entered."""
        return list(self.rows.get(group, ()))

    def _around(self, section: str) -> tuple[Item, ...]:
        return tuple(
            item
            for one in self.definition.sections
            if one.id == section and not one.group
            for item in one.items
        )
