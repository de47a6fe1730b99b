"""What the signals look at: columns of numbers, one row a fact. Neither database nor Django.

Times are seconds since 1970 (UTC); `local` times have the offset of Asia/Shanghai added, so that
hours of the day can be read from them. People, cases and units are their ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from review.interference.statistics import Floats, Ints, floats, ints

Bools = NDArray[np.bool_]
DAY = 86_400
HOUR = 3_600


@dataclass(frozen=True)
class Values:
    """Numbers of the newest submission of each case: one row a cell that is not blank.

    `item` points into `Observations.items` (form/item); `last_digit` is the last digit that was
    typed, without noughts behind the point; -1 for numbers below 10.
    """

    case: Ints = field(default_factory=ints)
    person: Ints = field(default_factory=ints)
    item: Ints = field(default_factory=ints)
    number: Floats = field(default_factory=floats)
    last_digit: Ints = field(default_factory=ints)


@dataclass(frozen=True)
class Corrections:
    """Changes of a number that had been submitted, by whom and when, from what to what."""

    case: Ints = field(default_factory=ints)
    person: Ints = field(default_factory=ints)
    at: Floats = field(default_factory=floats)
    before: Floats = field(default_factory=floats)
    after: Floats = field(default_factory=floats)


@dataclass(frozen=True)
class Saves:
    """Saves from the page, in the order of case and time; `cells` were changed by each."""

    case: Ints = field(default_factory=ints)
    person: Ints = field(default_factory=ints)
    at: Floats = field(default_factory=floats)
    cells: Ints = field(default_factory=ints)


@dataclass(frozen=True)
class Submitted:
    """Submissions: `local` time, and the day after the last one on which they were due (or 0)."""

    case: Ints = field(default_factory=ints)
    person: Ints = field(default_factory=ints)
    local: Floats = field(default_factory=floats)
    due: Floats = field(default_factory=floats)


@dataclass(frozen=True)
class Contacts:
    """A return, a question or a note to the filler, by whom; `until` the next submission."""

    case: Ints = field(default_factory=ints)
    person: Ints = field(default_factory=ints)
    at: Floats = field(default_factory=floats)
    until: Floats = field(default_factory=floats)


@dataclass(frozen=True)
class Decisions:
    """Approvals one by one (not of a bulk sign-off): seconds since the same person's last act."""

    case: Ints = field(default_factory=ints)
    person: Ints = field(default_factory=ints)
    seconds: Floats = field(default_factory=floats)
    cells: Ints = field(default_factory=ints)


@dataclass(frozen=True)
class Observations:
    """Everything that a scan reads. `county` and `form` of each case, by its id."""

    values: Values = field(default_factory=Values)
    corrections: Corrections = field(default_factory=Corrections)
    saves: Saves = field(default_factory=Saves)
    submitted: Submitted = field(default_factory=Submitted)
    contacts: Contacts = field(default_factory=Contacts)
    decisions: Decisions = field(default_factory=Decisions)
    items: Sequence[str] = ()
    county: Mapping[int, str] = field(default_factory=dict)

    def size(self) -> dict[str, int]:
        """How many rows of each kind, for the record of a run."""
        return {
            "values": len(self.values.case),
            "corrections": len(self.corrections.case),
            "saves": len(self.saves.case),
            "submissions": len(self.submitted.case),
            "contacts": len(self.contacts.case),
            "decisions": len(self.decisions.case),
        }
