"""How alike two entries are, a whole county at a time.

The score is the mean of the agreement of name, address and legal person, weighed by how much each
tells firms apart; what either side leaves blank has no say. Names by Jaro-Winkler (it forgives a
wrong character best where it stands late), addresses by edit distance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

NAME_WEIGHT, ADDRESS_WEIGHT, PERSON_WEIGHT = 0.65, 0.2, 0.15
NAME_AT_LEAST = 0.75  # below this the name alone says that they are two
SAME_FROM = 0.90  # merged without a person
ASK_FROM = 0.78  # shown to a person
NEARLY = 0.03  # a second candidate so close to the best makes the choice a person's
CANDIDATES_AT_MOST = 3
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a comparison, in comparable form."""

    name: str
    address: str = ""
    person: str = ""
    code: str = ""  # the organisation's nine characters, blank where unknown


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of the register (by its position) that a row may be."""

    index: int
    score: float
    name: float
    address: float | None
    person: float | None
    codes_differ: bool

    @property
    def is_same(self) -> bool:
        """Whether it is merged without asking. Two different codes are never merged so."""
        return self.score >= SAME_FROM and not self.codes_differ

    @property
    def is_doubtful(self) -> bool:
        """Whether a person is to look. Two codes that differ need a name that hardly does."""
        if self.codes_differ:
            return self.name >= 0.97 and self.score >= SAME_FROM
        return self.score >= ASK_FROM


def candidates(rows: Sequence[Party], register: Sequence[Party]) -> Iterator[list[Candidate]]:
    """For every row the entries it may be, best first. Memory: `_BLOCK` × register × 4 bytes."""
    names = [party.name for party in register]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        matrix = process.cdist(
            [party.name for party in block],
            names,
            scorer=JaroWinkler.normalized_similarity,
            score_cutoff=NAME_AT_LEAST,
            dtype=np.float32,
            workers=-1,
        )
        for row, likenesses in zip(block, matrix, strict=True):
            near = np.flatnonzero(likenesses).tolist()
            found = [_candidate(row, register[i], i, float(likenesses[i])) for i in near]
            found.sort(key=lambda one: (-one.score, one.index))
            yield found


def _candidate(row: Party, other: Party, index: int, name: float) -> Candidate:
    address = _alike(row.address, other.address)
    person = _same_person(row.person, other.person)
    total, weights = NAME_WEIGHT * name, NAME_WEIGHT
    for likeness, weight in ((address, ADDRESS_WEIGHT), (person, PERSON_WEIGHT)):
        if likeness is not None:
            total += weight * likeness
            weights += weight
    differ = bool(row.code and other.code and row.code != other.code)
    return Candidate(index, total / weights, name, address, person, differ)


def _alike(one: str, other: str) -> float | None:
    return fuzz.ratio(one, other) / 100 if one and other else None


def _same_person(one: str, other: str) -> float | None:
    if not one or not other:
        return None
    if one == other:
        return 1.0
    # one wrong character of a name of two or three
    return 0.6 if len(one) == len(other) and fuzz.ratio(one, other) >= 50 else 0.0
