"""What the checks compare: a few facts of each form, gathered in one pass over a division."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

TOWN_DIGITS, COUNTY_DIGITS, PROVINCE_DIGITS = 9, 6, 2


@dataclass(frozen=True)
class FormFacts:
    """One form as stored: plain values by path, row ids by group."""

    case_id: int
    unit_id: int
    division_code: str
    form_code: str
    values: Mapping[str, str]
    rows: Mapping[str, list[str]]

    def number(self, path: str) -> Decimal:
        """The figure in a cell; zero where there is none."""
        return number(self.values.get(path, ""))

    def paths(self, group: str, slug: str) -> Iterator[tuple[str, str]]:
        """Row and cell path of an item in every row of a group."""
        for row in self.rows.get(group, []):
            yield row, f"{group}/{row}/{slug}"


@dataclass
class Plant:
    """A central sewage plant: J101-1, with the figures of its J101-2."""

    case_id: int
    unit_id: int
    name: str
    division_code: str
    kind: str
    treated: Decimal | None = None
    treated_domestic: Decimal = Decimal(0)


@dataclass(frozen=True)
class Sent:
    """Wastewater of one outlet that goes to a named plant, in cubic metres."""

    case_id: int
    cell: str
    receiver: str
    volume: Decimal
    division_code: str


@dataclass
class World:
    """Everything the checks look at."""

    plants: dict[int, Plant] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    villages: list[tuple[int, str]] = field(default_factory=list)
    treated: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    waste_sent: dict[str, Decimal] = field(default_factory=dict)
    waste_received: dict[str, Decimal] = field(default_factory=dict)


def number(text: Any) -> Decimal:
    """A figure as typed; zero for what is none."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)


def plain_name(name: str) -> str:
    """A name without blanks, full-width forms and case, so that the same plant is the same."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def world_of(forms: Iterable[FormFacts]) -> World:
    """One pass; J101-2 may come before or after its J101-1."""
    world = World()
    for form in forms:
        READERS[form.form_code](world, form)
    for unit_id, (total, domestic) in world.treated.items():
        plant = world.plants.get(unit_id)
        if plant is not None:
            plant.treated, plant.treated_domestic = total, domestic
    return world


def _read_plant(world: World, form: FormFacts) -> None:
    world.plants[form.unit_id] = Plant(
        form.case_id,
        form.unit_id,
        form.values.get("unit_name", ""),
        form.division_code,
        form.values.get("plant_type", ""),
    )


def _read_operation(world: World, form: FormFacts) -> None:
    if form.values.get("treated", ""):
        world.treated[form.unit_id] = form.number("treated"), form.number("treated_domestic")


def _read_outlets(world: World, form: FormFacts) -> None:
    world.sent += _sent(form)


def _read_village(world: World, form: FormFacts) -> None:
    if form.number("sw_rural") > 0:
        world.villages.append((form.case_id, form.division_code))


def _read_wastes(world: World, form: FormFacts) -> None:
    sent = (form.number(path) for _row, path in form.paths("wastes", "sent"))
    _add(world.waste_sent, form.division_code, sum(sent, Decimal(0)))


def _read_licensed(world: World, form: FormFacts) -> None:
    _add(world.waste_received, form.division_code, form.number("received"))


READERS: Mapping[str, Callable[[World, FormFacts], None]] = {
    "G102": _read_outlets,
    "G104-2": _read_wastes,
    "J101-1": _read_plant,
    "J101-2": _read_operation,
    "J103-2": _read_licensed,
    "S102": _read_village,
}


def _sent(form: FormFacts) -> Iterator[Sent]:
    for row, path in form.paths("outlets", "receiving_plant"):
        receiver = form.values.get(path, "")
        if receiver and form.values.get(f"outlets/{row}/destination") in {"E", "L"}:
            volume = form.number(f"outlets/{row}/discharge")
            yield Sent(form.case_id, path, receiver, volume, form.division_code)


def _add(totals: dict[str, Decimal], division_code: str, amount: Decimal) -> None:
    province = division_code[:PROVINCE_DIGITS]
    totals[province] = totals.get(province, Decimal(0)) + amount
