"""The checks themselves, pure: from the facts of a division to findings. Their words are data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from instruments.definition_files import yaml_read
from submissions.cross_checks.world import (
    COUNTY_DIGITS,
    TOWN_DIGITS,
    Plant,
    Sent,
    World,
    plain_name,
)

FILE = Path(__file__).resolve().parent / "checks.yaml"
RURAL_PLANT = "3"
TEN_THOUSAND = 10_000  # cubic metres in the unit of J101-2
TOLERANCE = Decimal("1.2")
Bilingual = Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """What a check found at one case; `case_id` None: at a province as a whole."""

    case_id: int | None
    division_code: str
    cells: tuple[str, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    other_case_id: int | None = None


@dataclass(frozen=True)
class CrossCheck:
    """One check with the rule of the census that it is."""

    id: str
    source: str
    title: Bilingual
    message: Bilingual
    run: Callable[[World], Iterator[Found]]

    def sentence(self, found: Found, language: str) -> str:
        """The message with the figures in it."""
        return self.message[language].format(**found.figures)


def names_unique(world: World) -> Iterator[Found]:
    """J101-1 R4: the name of a plant stands once in a county."""
    namesakes: dict[tuple[str, str], list[Plant]] = defaultdict(list)
    for plant in world.plants.values():
        if plant.name:
            namesakes[plant.division_code[:COUNTY_DIGITS], plain_name(plant.name)].append(plant)
    for plants in namesakes.values():
        for plant in plants if len(plants) > 1 else []:
            other = next(p for p in plants if p.case_id != plant.case_id)
            figures = {"count": str(len(plants)), "name": plant.name}
            yield Found(plant.case_id, plant.division_code, ("unit_name",), figures, other.case_id)


def receivers_exist(world: World) -> Iterator[Found]:
    """X05: the plant named in G102 item 20 reports itself in J101-1."""
    known = {plain_name(plant.name) for plant in world.plants.values()}
    for sent in world.sent:
        if plain_name(sent.receiver) not in known:
            figures = {"name": sent.receiver}
            yield Found(sent.case_id, sent.division_code, (sent.cell,), figures)


def plants_take_what_is_sent(world: World) -> Iterator[Found]:
    """X20: what units send to a plant does not exceed the industrial part of what it treated."""
    by_name: dict[str, list[Sent]] = defaultdict(list)
    for sent in world.sent:
        by_name[plain_name(sent.receiver)].append(sent)
    for plant in world.plants.values():
        there = by_name.get(plain_name(plant.name), [])
        if not there or plant.treated is None:
            continue
        total = sum((sent.volume for sent in there), Decimal(0))
        taken = (plant.treated - plant.treated_domestic) * TEN_THOUSAND
        if total > taken * TOLERANCE:
            figures = {"count": str(len(there)), "sent": f"{total:f}", "taken": f"{taken:f}"}
            yield Found(
                plant.case_id, plant.division_code, ("unit_name",), figures, there[0].case_id
            )


def villages_have_a_plant(world: World) -> Iterator[Found]:
    """X22, S102 R6: households joined to a rural facility have one in their town."""
    towns = {
        plant.division_code[:TOWN_DIGITS]
        for plant in world.plants.values()
        if plant.kind == RURAL_PLANT
    }
    for case_id, division in world.villages:
        if division[:TOWN_DIGITS] not in towns:
            yield Found(case_id, division, ("sw_rural",))


def waste_sent_is_received(world: World) -> Iterator[Found]:
    """X21, J103-2 R3: over a province, what is sent to licensed units is what these received."""
    for province in sorted(world.waste_sent.keys() | world.waste_received.keys()):
        sent = world.waste_sent.get(province, Decimal(0))
        received = world.waste_received.get(province, Decimal(0))
        if max(sent, received) > min(sent, received) * TOLERANCE:
            figures = {"sent": f"{sent:f}", "received": f"{received:f}"}
            yield Found(None, province.ljust(12, "0"), (), figures)


RUNNERS: Mapping[str, Callable[[World], Iterator[Found]]] = {
    "J101-1-R04": names_unique,
    "X05": receivers_exist,
    "X20": plants_take_what_is_sent,
    "X21": waste_sent_is_received,
    "X22": villages_have_a_plant,
}


@lru_cache(maxsize=1)
def cross_checks() -> tuple[CrossCheck, ...]:
    """Every check, in the order of the file."""
    return tuple(
        CrossCheck(data["id"], data["source"], data["title"], data["message"], RUNNERS[data["id"]])
        for data in yaml_read(FILE)
    )
