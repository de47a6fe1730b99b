"""What the pages of change orders show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from registry.enums import UnitPart
from registry.lifecycle import UNDO_DAYS
from registry.models import FrameChange, FrameChangeUnit, Unit
from registry.presenters import Change, changes_between
from registry.selectors import division_names
from registry.unit_data import as_json, data_of


@dataclass(frozen=True)
class ChangeRow:
    """One line of the list."""

    change: FrameChange
    place: str
    name: str


def change_rows(changes: Sequence[FrameChange]) -> list[ChangeRow]:
    """Lines with names. Two queries, however many."""
    places = division_names([change.division_code for change in changes])
    links = FrameChangeUnit.objects.filter(change__in=changes, part=UnitPart.SUBJECT)
    names = dict(links.values_list("change_id", "unit__name"))
    return [
        ChangeRow(
            change=change,
            place=places.get(change.division_code, change.division_code),
            name=names.get(change.pk) or _first_name(change),
        )
        for change in changes
    ]


def _first_name(change: FrameChange) -> str:
    units = change.facts.get("units") or [{}]
    return str(units[0].get("name", ""))


@dataclass(frozen=True)
class ChangePage:
    """One change order: the units it concerns, and the facts before and after."""

    change: FrameChange
    place: str
    units: list[FrameChangeUnit]
    changes: list[Change]
    new_units: list[dict[str, str]]

    @classmethod
    def of(cls, change: FrameChange) -> "ChangePage":
        """Three queries."""
        units = list(change.units.select_related("unit").order_by("pk"))
        subject = next((link.unit for link in units if link.part == UnitPart.SUBJECT), None)
        facts = change.facts["facts"]
        before = change.before.get(str(subject.pk)) if subject else None
        return cls(
            change=change,
            place=division_names([change.division_code]).get(change.division_code, ""),
            units=units,
            changes=changes_between(before or _now(subject, facts), facts),
            new_units=change.facts["units"],
        )

    @property
    def undo_until(self) -> str:
        """The last day on which it can be undone."""
        decided = self.change.decided_at
        return f"{decided + timedelta(UNDO_DAYS):%Y-%m-%d}" if decided else ""


def _now(subject: Unit | None, facts: dict[str, object]) -> dict[str, object]:
    return as_json(data_of(subject)) if subject else {}
