"""What a signal is: a test of every subject, with the words that explain it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from django.utils.functional import Promise

from review.interference.observations import Observations
from review.interference.statistics import Ints

FACTS_AT_MOST = 30
Figures = Mapping[str, float | int | str]


@dataclass(frozen=True)
class Fact:
    """One row that raised a signal: a case, and what happened there, in figures."""

    case: int
    figures: Figures = field(default_factory=dict)


def no_facts() -> list[Fact]:
    """Of a subject that is not conspicuous."""
    return []


@dataclass(frozen=True)
class Tested:
    """A subject that a signal judged: how likely an honest one looks like this, and why.

    `subject` is a person's id, or a county's code with the limit's name. `facts` are made for the
    conspicuous few only.
    """

    subject: str
    chance: float
    size: int
    figures: Figures
    is_large: bool = True  # whether the difference matters, apart from being improbable
    facts: Callable[[], list[Fact]] = no_facts


class Signal(ABC):
    """One kind of sign. The words say what is looked at, and what honest causes it can have."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    explanation: ClassVar[str | Promise]
    honest_causes: ClassVar[str | Promise]
    # with %(…)s for the figures of a finding
    sentence: ClassVar[str | Promise]
    subject_kind: ClassVar[str] = "person"
    # The share of honest subjects that may be flagged; tests and benchmark hold it.
    false_alarms_at_most: ClassVar[float] = 0.01

    @abstractmethod
    def test(self, observed: Observations) -> list[Tested]:
        """Judge every subject that has enough rows."""


def rows_by(keys: Ints) -> dict[int, Ints]:
    """Key → the numbers of its rows, in order. One sort."""
    if not len(keys):
        return {}
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {int(key): part for key, part in zip(found, parts, strict=True)}


def share(events: float, trials: float) -> str:
    """As a percentage of whole numbers, for a sentence."""
    return f"{events / trials:.0%}" if trials else "—"


def first_facts(facts: Sequence[Fact]) -> list[Fact]:
    """As many as are kept."""
    return list(facts[:FACTS_AT_MOST])
