"""From a release to its marks: every table suppressed, attacked, and told which figures are hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from instruments.definition_files import yaml_read
from summaries.definitions import SummaryTable
from summaries.disclosure.networks import NATION, Place, Tables, linked_columns
from summaries.disclosure.rules import Rules
from summaries.disclosure.suppression import PRIMARY, SECONDARY, attacked
from summaries.enums import Axis
from summaries.release_lines import Content

RULES_DIR = Path(__file__).resolve().parent
Marks = dict[str, dict[str, dict[str, dict[str, str]]]]  # area → axis → row → column → mark
WHOLE = "total"  # the axis under which the marks of the total stand


@lru_cache(maxsize=8)
def rules_written(exercise: str) -> Mapping[str, Any]:
    """The rules of an exercise as the repository has them. Raises OSError where it has none."""
    found: Mapping[str, Any] = yaml_read(RULES_DIR / f"{exercise}.yaml")
    return found


@dataclass
class Marked:
    """The marks of one table, and what the attack on them found."""

    marks: Marks = field(default_factory=dict)
    primary: int = 0
    secondary: int = 0
    exposed: int = 0


def table_marked(table: SummaryTable, contents: Mapping[str, Content], rules: Rules) -> Marked:
    """Suppress and attack one table over all its areas. Raises `CannotProtect`."""
    found = Marked()
    for columns in linked_columns(table):
        tables = Tables(table, contents, rules, columns)
        network = tables.network()
        hidden = network.suppress()
        found.primary += sum(mark == PRIMARY for mark in hidden.values())
        found.secondary += sum(mark == SECONDARY for mark in hidden.values())
        found.exposed += sum(not one.is_safe for one in attacked(network, hidden))
        for (place, slug), number in tables.places.items():
            if number in hidden:
                _mark(found.marks, place, slug, hidden[number])
    _mark_formulas(table, found.marks)
    return found


def _mark(marks: Marks, place: Place, slug: str, mark: str) -> None:
    where = (place.area, place.axis or WHOLE, place.key)
    marks.setdefault(where[0], {}).setdefault(where[1], {}).setdefault(where[2], {})[slug] = mark
    if place.area != NATION and place.axis == "":
        rows = marks.setdefault(NATION, {}).setdefault(Axis.DIVISION, {})
        rows.setdefault(place.area, {})[slug] = mark


def _mark_formulas(table: SummaryTable, marks: Marks) -> None:
    """A formula over a hidden figure is hidden: with the others it would give it away."""
    for axes in marks.values():
        for rows in axes.values():
            for row in rows.values():
                for column in table.columns:
                    names = column.formula.names if column.formula else ()
                    if any(name in row for name in names):
                        row[column.slug] = SECONDARY
