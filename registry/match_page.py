"""The side-by-side page: a row of a list, and the unit it may be, with what differs marked."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from registry.models import MatchCandidate, SourceRow, Unit
from registry.selectors import division_names, industry_names
from registry.unit_data import UnitData, data_from_json, data_of

COMPARED = (
    "name",
    "former_name",
    "credit_code",
    "organisation_code",
    "legal_person",
    "place",
    "address",
    "industries",
    "contact_name",
    "contact_phone",
    "longitude",
    "latitude",
)

Segments = list[tuple[str, bool]]  # a piece of text, and whether the other side lacks it


@dataclass(frozen=True)
class ComparedFact:
    """One line: the same fact on both sides."""

    label: str
    left: Segments
    right: Segments
    is_same: bool


@dataclass(frozen=True)
class MatchPage:
    """What the template shows of one question."""

    row: SourceRow
    candidates: list[MatchCandidate]
    chosen: MatchCandidate
    facts: list[ComparedFact]
    origins: dict[str, str]

    @classmethod
    def of(cls, row: SourceRow, position: int) -> "MatchPage":
        """With the candidate at a position; the best where there is none. Four queries."""
        found = list(row.candidates.select_related("unit"))
        chosen = found[position] if 0 <= position < len(found) else found[0]
        data = data_from_json(row.data)
        return cls(
            row, found, chosen, facts_compared(data, data_of(chosen.unit)), chosen.unit.origins
        )


def facts_compared(left: UnitData, right: UnitData) -> list[ComparedFact]:
    """Every fact that either side states. Two queries, for the names of places and industries."""
    places = division_names([left.division_code, right.division_code])
    industries = industry_names([*left.industry_codes, *right.industry_codes])
    shown = [_shown(data, places, industries) for data in (left, right)]
    facts = []
    for name in COMPARED:
        ours, theirs = shown[0][name], shown[1][name]
        if ours or theirs:
            facts.append(ComparedFact(_label(name), *segments(ours, theirs), ours == theirs))
    return facts


def _shown(data: UnitData, places: dict[str, str], industries: dict[str, str]) -> dict[str, str]:
    found = {
        name: str(value)
        for name in COMPARED
        if (value := getattr(data, name, "")) not in (None, "", ())
    }
    found["place"] = places.get(data.division_code, data.division_code)
    found["industries"] = _("、").join(
        f"{code} {industries.get(code, '')}".strip() for code in data.industry_codes
    )
    return {name: found.get(name, "") for name in COMPARED}


def _label(name: str) -> str:
    own = {"place": _("区划"), "industries": _("行业")}
    return own.get(name) or str(Unit._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def segments(left: str, right: str) -> tuple[Segments, Segments]:
    """Both texts cut where they differ. What stands on one side only has nothing to differ from."""
    if not left or not right:
        return [(left, False)], [(right, False)]
    ours: Segments = []
    theirs: Segments = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        differs = tag != "equal"
        if left[a:b]:
            ours.append((left[a:b], differs))
        if right[c:d]:
            theirs.append((right[c:d], differs))
    return ours, theirs
