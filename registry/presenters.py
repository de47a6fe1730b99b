"""What the register's pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.enums import ListAuthority, UnitKind, UnitStatus
from registry.models import SourceRow, Unit, UnitRevision
from registry.screening.precedence import FIELD
from registry.selectors import division_names, industry_names
from registry.unit_data import FIELDS

STATUS_TAGS = {
    UnitStatus.OPERATING: "tag-ok",
    UnitStatus.SUSPENDED_ALL_YEAR: "tag-soft",
    UnitStatus.CLOSED: "tag-off",
    UnitStatus.OUT_OF_SCOPE: "tag-off",
    UnitStatus.DUPLICATE: "tag-off",
    UnitStatus.NOT_FOUND: "tag-hard",
}
LACK_LABELS = {
    "position": gettext_lazy("无经纬度"),
    "industry": gettext_lazy("无行业代码"),
    "code": gettext_lazy("无统一社会信用代码和组织机构代码"),
}


@dataclass(frozen=True)
class UnitRow:
    """One line of the list."""

    unit: Unit
    place: str
    industry: str
    status_tag: str


def unit_rows(units: list[Unit]) -> list[UnitRow]:
    """Lines with names in place of codes. Two queries, however many units."""
    places = division_names([unit.division_code for unit in units])
    industries = industry_names([unit.main_industry for unit in units])
    return [
        UnitRow(
            unit=unit,
            place=places.get(unit.division_code, unit.division_code),
            industry=industries.get(unit.main_industry, ""),
            status_tag=STATUS_TAGS[UnitStatus(unit.status)],
        )
        for unit in units
    ]


@dataclass(frozen=True)
class UnitFacts:
    """The unit page's table of facts; give the template `facts`."""

    unit: Unit
    place: str
    industries: list[tuple[str, str]]
    status_tag: str
    origins: dict[str, str]
    claims: list[SourceRow]

    @classmethod
    def of(cls, unit: Unit) -> "UnitFacts":
        """With the names of its division and industries, and what lists said. Three queries."""
        names = industry_names(unit.industry_codes)
        return cls(
            unit=unit,
            place=division_names([unit.division_code]).get(unit.division_code, ""),
            industries=[(code, names.get(code, "")) for code in unit.industry_codes],
            status_tag=STATUS_TAGS[UnitStatus(unit.status)],
            origins={name: origin_label(origin) for name, origin in unit.origins.items()},
            claims=list(unit.source_rows.select_related("source_list").order_by("pk")),
        )


def origin_label(origin: str) -> str:
    """The list a fact is from, or that a person entered it."""
    return _("人工填写") if origin == FIELD else str(ListAuthority(origin).label)


@dataclass(frozen=True)
class Change:
    """One fact before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RevisionLine:
    """One act in the history of a unit."""

    revision: UnitRevision
    changes: list[Change]

    @property
    def is_first(self) -> bool:
        """The registration itself."""
        return self.revision.number == 1

    @property
    def reason(self) -> str:
        """Why, in words."""
        acts = {
            "frame_load": _("名录导入"),
            "screening": _("部门名录筛选"),
            "match_reversed": _("撤销归并判断"),
        }
        return acts.get(self.revision.reason, self.revision.reason)


def history_lines(revisions: Iterable[UnitRevision]) -> list[RevisionLine]:
    """Each revision with what it changed; expects the newest first."""
    ordered = list(revisions)
    lines = []
    for index, revision in enumerate(ordered):
        before = ordered[index + 1].data if index + 1 < len(ordered) else None
        changes = changes_between(before, revision.data) if before is not None else []
        lines.append(RevisionLine(revision=revision, changes=changes))
    return lines


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The facts of `after` that differ, with labels."""
    return [
        Change(
            # the names are those of columns
            label=str(Unit._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            before=_shown(name, before.get(name)),
            after=_shown(name, after.get(name)),
        )
        for name in FIELDS
        if name in after and before.get(name) != after[name]
    ]


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        return _("、").join(value)
    labels: dict[str, Any] = {}
    if name == "kind":
        labels = dict(UnitKind.choices)
    elif name == "status":
        labels = dict(UnitStatus.choices)
    return str(labels.get(value, value or ""))
