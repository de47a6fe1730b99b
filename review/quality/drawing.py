"""The draw: from the lines of a frozen frame and a seed, the same list for everybody.

A line of the frame is `code|receipt|hash|lot|stratum`, fields without `|`, sorted by code. `lot` is
`part/division/class`. The codes of a stratum are taken in the order of SM3(seed|code).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.hashing import content_hash, sm3_hex, sm3_hex_of
from registry.sampling import draw_order
from review.quality.allocation import allocate
from review.quality.enums import SamplePart
from review.quality.plan import QualityPlan

ADDED = "added"


@dataclass(frozen=True)
class FrameLine:
    """One form, or one unit that left the register, that can be drawn."""

    code: str
    receipt: str
    digest: str
    lot: str
    stratum: str

    def text(self) -> str:
        """As it is hashed."""
        return "|".join((self.code, self.receipt, self.digest, self.lot, self.stratum))

    @classmethod
    def read(cls, text: str) -> FrameLine:
        """The line of a text. Raises ValueError for one that has been damaged."""
        code, receipt, digest, lot, stratum = text.split("|")
        return cls(code, receipt, digest, lot, stratum)


@dataclass(frozen=True)
class DrawnLot:
    """A lot with its plan, and what was drawn of each stratum."""

    name: str
    size: int
    letter: str
    acceptance_number: int
    aql: str
    strata: Mapping[str, tuple[int, int]]  # in the frame, drawn
    codes: Sequence[tuple[str, str]]  # code and stratum, in the order of the draw

    @property
    def part(self) -> SamplePart:
        """Forms, or units that left the register."""
        return SamplePart(self.name.split("/")[0])

    @property
    def division_code(self) -> str:
        """Where it lies."""
        return self.name.split("/")[1]

    @property
    def unit_kind(self) -> str:
        """Its class; blank for units that left the register."""
        return self.name.split("/")[2]


def frame_digest(lines: Iterable[FrameLine]) -> str:
    """SM3 over the lines in their order, each with its line end."""
    return sm3_hex_of(f"{line.text()}\n".encode() for line in lines)


def seed_of(digest: str, source: str, value: str) -> str:
    """The seed: nobody can know it before the public value, nor choose it after."""
    return sm3_hex(f"{digest}|{source}|{value}".encode())


def draw(lines: Iterable[FrameLine], *, seed: str, level: str, plan: QualityPlan) -> list[DrawnLot]:
    """Every lot with what is drawn of it, by the names of the lots."""
    strata: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        strata[line.lot][line.stratum].append(line.code)
    return [_lot(name, strata[name], seed, level, plan) for name in sorted(strata)]


def _lot(
    name: str, strata: Mapping[str, Sequence[str]], seed: str, level: str, plan: QualityPlan
) -> DrawnLot:
    sizes = {stratum: len(codes) for stratum, codes in strata.items()}
    part, _division, unit_kind = name.split("/")
    total = sum(sizes.values())
    if part == SamplePart.REMOVED:
        # every unit that left must really be gone: no acceptance number but zero
        letter, wanted, accepted, aql = "", plan.number("removed_at_least"), 0, ""
    else:
        found = plan.acceptance(total, level=level, unit_kind=unit_kind)
        letter, wanted, accepted = found.letter, found.sample_size, found.acceptance_number
        aql = plan.aql(unit_kind)
    numbers = allocate(sizes, wanted, _minima(strata, plan))
    drawn = [
        (code, stratum)
        for stratum, codes in strata.items()
        for code in draw_order(seed, codes)[: numbers[stratum]]
    ]
    in_order = {code: place for place, code in enumerate(draw_order(seed, [c for c, _s in drawn]))}
    return DrawnLot(
        name=name,
        size=total,
        letter=letter,
        acceptance_number=accepted,
        aql=aql,
        strata={stratum: (sizes[stratum], numbers[stratum]) for stratum in sorted(sizes)},
        codes=sorted(drawn, key=lambda one: in_order[one[0]]),
    )


def _minima(strata: Iterable[str], plan: QualityPlan) -> dict[str, int]:
    every, added = plan.number("stratum_at_least"), plan.number("added_at_least")
    return {name: added if name.endswith(ADDED) else every for name in strata}


def draw_digest(lots: Iterable[DrawnLot]) -> str:
    """SM3 over what was drawn, to compare two draws by."""
    return content_hash(
        [[lot.name, lot.size, lot.letter, lot.acceptance_number, list(lot.codes)] for lot in lots]
    )
