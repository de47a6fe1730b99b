"""What a bulletin says: every figure with the cell it stands in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from instruments.definition_files import yaml_read
from instruments.measures import measure_name
from submissions.presenters.items import localised
from summaries.arithmetic import EXACT, Line
from summaries.definitions import Column, SummaryTable
from summaries.enums import Axis
from summaries.figures import sum_of
from summaries.formulas import rounded
from summaries.models import ReleaseTable, SummaryRelease
from summaries.release_lines import CITY
from summaries.units import factor_between

HIDDEN, ABSENT = "×", "—"
WHOLE = "total"
Hidden = Mapping[str, Mapping[str, Mapping[str, str]]]


@lru_cache(maxsize=8)
def bulletin_written(exercise: str) -> Mapping[str, Any]:
    """The bulletin of an exercise as data. Raises OSError where it has none."""
    found: Mapping[str, Any] = yaml_read(Path(__file__).resolve().parent / f"{exercise}.yaml")
    return found


@dataclass(frozen=True)
class Figure:
    """One figure as printed, with its number in the list of sources."""

    shown: str
    value: Decimal | None
    source: int


@dataclass(frozen=True)
class Section:
    """A heading, a sentence, a table by division and the column of its chart."""

    title: str
    sentence: str
    heads: list[str]
    rows: list[list[str]]
    chart_title: str
    chart: list[tuple[str, Decimal]]


@dataclass(frozen=True)
class Bulletin:
    """The whole: `sources` names the cell of every figure of the sentences, in order."""

    title: str
    place: str
    release: SummaryRelease
    publication_hash: str
    sections: list[Section]
    sources: list[str]


def bulletin_of(
    release: SummaryRelease, publication_hash: str, areas: Mapping[str, tuple[ReleaseTable, Hidden]]
) -> Bulletin:
    """The bulletin of one area: by table code, the stored table and what is hidden in it."""
    written = bulletin_written(release.exercise.code)
    place = next(iter(areas.values()))[0].division_name if areas else release.division_name
    sources: list[str] = []
    sections = []
    for section in written["sections"]:
        if section["table"] not in areas:
            continue
        stored, hidden = areas[section["table"]]
        table = SummaryTable.from_dict(release.definitions[section["table"]])
        made = _Filling(table, stored, hidden, section)
        if made.has_figures:
            sections.append(made.section(place, sources))
    return Bulletin(
        localised(written["title"]), place, release, publication_hash, sections, sources
    )


@dataclass(frozen=True)
class _Filling:
    """One section while it is filled."""

    table: SummaryTable
    stored: ReleaseTable
    hidden: Hidden
    written: Mapping[str, Any]

    @property
    def has_figures(self) -> bool:
        """Whether any unit reported what the section tells."""
        return any(
            self._value(spec, self.stored.content["total"]) is not None
            for spec in self.written["figures"].values()
        )

    def section(self, place: str, sources: list[str]) -> Section:
        """Fill the sentence and the table; each figure of the sentence becomes a source."""
        told = {}
        for name, spec in self.written["figures"].items():
            sources.append(
                f"{self.table.number} {self.stored.division_code} {WHOLE} {spec['column']} "
                f"{self.stored.content_hash}"
            )
            shown = self._shown(spec, WHOLE, "", self.stored.content["total"])
            unit = "" if shown in {HIDDEN, ABSENT} else f" {measure_name(spec['unit'])}"
            told[name] = f"{shown}{unit} [{len(sources)}]"
        specs = self.written["figures"].values()
        chart = self.written["figures"][self.written["chart"]]
        return Section(
            localised(self.written["title"]),
            localised(self.written["text"]).format(place=place, **told),
            [
                localised(self._column(s).label)
                + _("（%(unit)s）") % {"unit": measure_name(s["unit"])}
                for s in specs
            ],
            [
                [name, *(self._shown(spec, axis, key, data) for spec in specs)]
                for axis, key, name, data in self._rows()
            ],
            localised(self._column(chart).label),
            [
                (name, value)
                for axis, key, name, data in self._rows()
                if not self._is_hidden(chart, axis, key)
                and (value := self._value(chart, data)) is not None
            ],
        )

    def _column(self, spec: Mapping[str, Any]) -> Column:
        return self.table.by_slug[spec["column"]]

    def _rows(self) -> Iterator[tuple[str, str, str, Any]]:
        axes = self.stored.content["axes"]
        axis = CITY if CITY in axes else Axis.DIVISION.value
        names = self.stored.content["names"].get(axis, {})
        for key, data in sorted(axes.get(axis, {}).items()):
            yield axis, key, names.get(key, [key, key])[1], data

    def _is_hidden(self, spec: Mapping[str, Any], axis: str, key: str) -> bool:
        return bool(self.hidden.get(axis, {}).get(key, {}).get(spec["column"]))

    def _value(self, spec: Mapping[str, Any], data: Mapping[str, Any]) -> Decimal | None:
        column = self._column(spec)
        exact = sum_of(column, Line.from_dict(data))
        if exact is None:
            return None
        factor = factor_between(column.unit, spec["unit"])
        return rounded(EXACT.multiply(exact, factor), spec["scale"])

    def _shown(self, spec: Mapping[str, Any], axis: str, key: str, data: Mapping[str, Any]) -> str:
        if self._is_hidden(spec, axis, key):
            return HIDDEN
        value = self._value(spec, data)
        return ABSENT if value is None else f"{value:,f}"
