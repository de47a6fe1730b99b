"""The sampling plan of an exercise: data of the repository, copied into every sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from accounts.exceptions import Missing
from audit.hashing import content_hash
from instruments.definition_files import yaml_read
from instruments.evaluation.definition import ALWAYS, Definition, Item
from review.quality.acceptance import TABLES_DIR, AcceptancePlan, tables


@dataclass(frozen=True)
class QualityPlan:
    """What a sample is drawn and judged by. `data` is the plain content of the file."""

    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Exercise and version: nps2 v1."""
        return f"{self.data['exercise']} v{self.data['version']}"

    @property
    def digest(self) -> str:
        """SM3 of the content."""
        return content_hash(dict(self.data))

    @property
    def standard(self) -> str:
        """The standard that the acceptance numbers are from."""
        return tables(self.data["standard"]).standard

    def inspection_level(self, level: str) -> str:
        """II where the plan says nothing else."""
        return str(self.data["inspection_levels"].get(level, "II"))

    def aql(self, unit_kind: str) -> str:
        """The acceptance quality limit of a class, in per cent of forms."""
        return str(self.data["aql"].get(unit_kind, self.data["aql"]["default"]))

    def acceptance(self, lot_size: int, *, level: str, unit_kind: str) -> AcceptancePlan:
        """The plan of a lot of forms."""
        found = tables(self.data["standard"])
        return found.plan(lot_size, level=self.inspection_level(level), aql=self.aql(unit_kind))

    def number(self, name: str) -> int:
        """A whole number of the plan: `return_days`, `added_at_least`, …"""
        return int(self.data[name])

    def limit(self, name: str) -> Decimal:
        """A limit of the rates, as a share."""
        return Decimal(self.data["limits"][name])

    def size_measure(self, unit_kind: str) -> Mapping[str, Any] | None:
        """Which item tells how large units of a class are."""
        found: Mapping[str, Any] | None = self.data["size"].get(unit_kind)
        return found

    def tolerance(self, form_code: str, item: Item) -> Mapping[str, str]:
        """`relative` or `absolute`; empty where answers must be the same."""
        own = self.data["item_tolerances"].get(form_code, {}).get(item.slug)
        found: Mapping[str, str] = own or self.data["tolerances"].get(item.type.value, {})
        return found

    def key_items(self, definition: Definition) -> frozenset[str]:
        """The slugs of the key items (关键指标) of a form."""
        listed = self.data["key_items"].get(definition.code)
        if listed is not None:
            return frozenset(listed)
        rule = self.data["key_items"]["default"]
        return frozenset(
            item.slug
            for item in definition.items
            if item.type.value in rule["types"]
            and item.required == rule.get("required", ALWAYS)
            and not item.derived
        )

    def is_nonconforming(self, *, key_errors: int, other_errors: int, other_checked: int) -> bool:
        """Whether a form fails: by its key items, or by the share of its other items."""
        rule = self.data["nonconforming"]
        if key_errors >= int(rule["key_errors"]):
            return True
        share = Decimal(rule["other_share"])
        return other_errors > share * other_checked


@lru_cache
def _read(exercise_code: str) -> dict[str, Any] | None:
    path = TABLES_DIR / f"{exercise_code}.yaml"
    found: dict[str, Any] | None = yaml_read(path) if path.is_file() else None
    return found


def plan_of(exercise_code: str) -> QualityPlan:
    """The plan in force. Raises `Missing` for an exercise without one."""
    data = _read(exercise_code) if exercise_code.isidentifier() else None
    if data is None:
        raise Missing(_("本普查阶段没有质量核查抽样方案。"))
    return QualityPlan(data)
