"""Coverage of a division: rates from its closed quality blocks, and what its lists found."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Left

from accounts.models import User
from registry.counts import within
from registry.coverage_rates import Rate, rate
from registry.enums import BlockStage, EntrySide, EntryVerdict, RowOutcome
from registry.models import BlockEntry, CoverageBlock, CoverageRound, Division, SourceRow
from registry.prefixes import significant_digits
from registry.selectors import divisions_below

SHOULD_BE = {EntryVerdict.MATCHED, EntryVerdict.MISSING}


@dataclass(frozen=True)
class CoverageLine:
    """A division: 漏报率, 重报率, and units that the register has and the ground has not."""

    name: str
    code: str
    missing: Rate
    duplicate: Rate
    not_there: Rate


@dataclass(frozen=True)
class ListLine:
    """What became of one authority's rows in a county."""

    list_id: int
    list_name: str
    county: str
    rows: int
    matched: int
    created: int
    waiting: int
    refused: int

    @property
    def match_rate(self) -> float:
        """Rows that were units already, of those that could be taken; 0 to 1."""
        taken = self.rows - self.refused
        return self.matched / taken if taken else 0.0

    @property
    def match_shown(self) -> str:
        """As a percentage of one decimal."""
        return f"{self.match_rate:.1%}"


Tally = dict[str, int]


def coverage_lines(actor: User, division: Division) -> list[CoverageLine]:
    """The division and the level below it. Three queries."""
    blocks = within(
        CoverageBlock.objects.visible_to(actor).filter(stage=BlockStage.CLOSED), division.prefix
    )
    places = dict(blocks.values_list("pk", "division_code"))
    tallies = _tallies(list(places))
    children = list(divisions_below(division.code))
    lines = [_line(division.name, division.code, [tallies[pk] for pk in places])]
    for child in children:
        own = [tallies[pk] for pk, code in places.items() if code.startswith(child.prefix)]
        if own:
            lines.append(_line(child.name, child.code, own))
    return lines


def blocks_rates(division: Division, digits: int) -> dict[str, CoverageLine]:
    """Of the division, under a blank key, and of each place of so many digits that has blocks.

    For figures that somebody answers for, whoever asks: not narrowed to a person. Two queries.
    """
    blocks = within(CoverageBlock.objects.filter(stage=BlockStage.CLOSED), division.prefix)
    places = dict(blocks.values_list("pk", "division_code"))
    tallies = _tallies(list(places))
    keys = {"", *(code[:digits] for code in places.values())}
    return {
        key: _line(key, key, [tallies[pk] for pk, code in places.items() if code.startswith(key)])
        for key in keys
    }


def _tallies(blocks: list[int]) -> dict[int, Tally]:
    rows = BlockEntry.objects.filter(block__in=blocks).values_list("block_id", "side", "verdict")
    found: dict[int, Tally] = defaultdict(lambda: defaultdict(int))
    for block, side, verdict, number in rows.annotate(number=Count("pk")).order_by():
        found[block][f"{side}/{verdict}"] += number
        found[block][side] += number
    return found


def _line(name: str, code: str, blocks: list[Tally]) -> CoverageLine:
    ground, register = EntrySide.GROUND, EntrySide.REGISTER
    missing = [
        (
            tally[f"{ground}/{EntryVerdict.MISSING}"],
            sum(tally[f"{ground}/{verdict}"] for verdict in SHOULD_BE)
            + tally[f"{register}/{EntryVerdict.THERE}"],
        )
        for tally in blocks
    ]
    duplicate = [(t[f"{register}/{EntryVerdict.DUPLICATE}"], t[register]) for t in blocks]
    not_there = [(t[f"{register}/{EntryVerdict.NOT_THERE}"], t[register]) for t in blocks]
    return CoverageLine(name, code, rate(missing), rate(duplicate), rate(not_there))


def list_lines(actor: User, division: Division, *, at_most: int = 500) -> list[ListLine]:
    """Every list that has rows here, by county. One query."""
    rows = within(SourceRow.objects.visible_to(actor), division.prefix)
    counted = (
        rows.annotate(county=Left("division_code", 6))
        .values_list("county", "source_list_id", "source_list__name", "outcome")
        .annotate(number=Count("pk"))
        .order_by("county", "source_list_id", "outcome")
    )
    found: dict[tuple[str, int, str], Tally] = defaultdict(lambda: defaultdict(int))
    for county, list_id, name, outcome, number in counted:
        found[county, list_id, name][outcome] += number
    return [
        ListLine(
            list_id=list_id,
            list_name=name,
            county=county,
            rows=sum(tally.values()),
            matched=tally[RowOutcome.MERGED],
            created=tally[RowOutcome.CREATED],
            waiting=tally[RowOutcome.WAITING],
            refused=tally[RowOutcome.REFUSED],
        )
        for (county, list_id, name), tally in list(found.items())[:at_most]
    ]


def rounds_of(actor: User, division: Division) -> list[CoverageRound]:
    """Draws in the division, the newest first, with their blocks."""
    rows = CoverageRound.objects.visible_to(actor).select_related("drawn_by")
    prefix = significant_digits(division.code)
    rows = rows.filter(division_code__startswith=prefix)
    return list(rows.prefetch_related("blocks__area", "blocks__checker")[:20])
