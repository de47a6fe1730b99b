"""From judged subjects to findings: false discoveries kept in check signal by signal, then ranked."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from review.interference.observations import Observations
from review.interference.signals import SIGNALS, Signal
from review.interference.signals.base import Tested
from review.interference.statistics import false_discovery

# Of the subjects that a signal names, about this share may be honest (Benjamini and Hochberg).
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Flagged:
    """A subject that stands out: its chance, and the chance adjusted for how many were judged."""

    signal: Signal
    tested: Tested
    adjusted: float


@dataclass(frozen=True)
class Outcome:
    """What a scan found, the most improbable first; and how many subjects each signal judged."""

    flagged: list[Flagged]
    judged: dict[str, int]


def signal_flag(
    signal: Signal, observed: Observations, threshold: float
) -> tuple[list[Flagged], int]:
    """The subjects of one signal beyond the threshold whose difference matters."""
    judged = signal.test(observed)
    adjusted = false_discovery(np.asarray([one.chance for one in judged]))
    flagged = [
        Flagged(signal, one, float(level))
        for one, level in zip(judged, adjusted, strict=True)
        if level <= threshold and one.is_large
    ]
    return flagged, len(judged)


def outcome_of(
    observed: Observations,
    *,
    threshold: float = FALSE_DISCOVERIES,
    signals: Iterable[Signal] = SIGNALS,
) -> Outcome:
    """Every signal, in one list."""
    flagged: list[Flagged] = []
    judged = {}
    for signal in signals:
        own, number = signal_flag(signal, observed, threshold)
        flagged += own
        judged[signal.name] = number
    flagged.sort(key=lambda one: (one.adjusted, one.signal.name, one.tested.subject))
    return Outcome(flagged, judged)
