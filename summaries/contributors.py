"""From a figure to the units behind it, the largest first, each with its share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from registry.models import Unit
from summaries.arithmetic import Line, contributions
from summaries.definitions import Column
from summaries.formulas import rounded
from summaries.frames import frame_unpacked, units_read
from summaries.models import ReleaseTable, SummaryRun
from summaries.release_pages import is_county_row

AT_MOST = 500
SHARE_SCALE = 2  # per cent


@dataclass(frozen=True)
class Contributor:
    """A unit and what it gives; `unit` is None where the viewer may not see it."""

    place: int
    unit: Unit | None
    value: Decimal
    share: Decimal | None


@dataclass(frozen=True)
class Ranking:
    """The units behind one figure."""

    column: Column
    total: Decimal
    reporting: int
    entries: Sequence[Contributor]

    @property
    def is_complete(self) -> bool:
        """Whether every unit that reported more than nothing is in the list."""
        added = sum((entry.value for entry in self.entries), Decimal(0))
        return added == self.total

    @property
    def share_shown(self) -> Decimal | None:
        """The share of the listed units together."""
        return _share(sum((entry.value for entry in self.entries), Decimal(0)), self.total)


def ranking_of_row(
    *, actor: User, stored: ReleaseTable, axis: str, key: str, column: Column
) -> Ranking | None:
    """The units of a released figure: a county's from its frame, else the largest that are kept."""
    rows = stored.content["axes"].get(axis, {})
    data = rows.get(key) if axis else stored.content["total"]
    if data is None:
        return None
    line = Line.from_dict(data)
    pairs = None
    if is_county_row(axis, key):
        pairs = _pairs_of_county(stored, key, column)
    return _ranking(actor, line, column, pairs)


def _pairs_of_county(
    stored: ReleaseTable, key: str, column: Column
) -> list[tuple[Decimal, int]] | None:
    frame = stored.release.frames.filter(prefix=key).first()
    if frame is None:
        return None
    pairs = []
    for unit, forms in units_read(frame_unpacked(bytes(frame.packed))):
        given = contributions(forms, [column]).get(column.slug)
        if given is not None and given.value:
            pairs.append((given.value, unit.unit_id))
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1]))[:AT_MOST]


def ranking_of_run(*, actor: User, run: SummaryRun, key: str, column: Column) -> Ranking | None:
    """The largest units of a figure of a run; `key` is the row's code, blank for the total."""
    if run.result is None:
        return None
    rows = {row["code"]: row for row in run.result["rows"]}
    data = rows.get(key) if key else run.result["total"]
    return _ranking(actor, Line.from_dict(data), column, None) if data else None


def _ranking(
    actor: User, line: Line, column: Column, pairs: list[tuple[Decimal, int]] | None
) -> Ranking | None:
    tally = line.cells.get(column.slug)
    if tally is None:
        return None
    found = tally.largest if pairs is None else pairs
    units: Mapping[int, Unit] = Unit.objects.visible_to(actor).in_bulk(
        [unit_id for _value, unit_id in found]
    )
    entries = [
        Contributor(place, units.get(unit_id), value, _share(value, tally.total))
        for place, (value, unit_id) in enumerate(found, start=1)
    ]
    return Ranking(column, tally.total, tally.reporting, entries)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return rounded(part * 100 / whole, SHARE_SCALE) if whole else None
