"""The signals, in the order in which they are shown."""

from review.interference.signals.base import Signal
from review.interference.signals.bursts import Burst, LastDay, NightWork
from review.interference.signals.contacts import AfterContact
from review.interference.signals.copies import Copies
from review.interference.signals.digits import FirstDigits, LastDigits, RoundNumbers
from review.interference.signals.downward import OnlyDownward
from review.interference.signals.equal_values import EqualValues
from review.interference.signals.tempo import FastApproval, FastTyping
from review.interference.signals.thresholds import UnderLimit

SIGNALS: tuple[Signal, ...] = (
    AfterContact(),
    OnlyDownward(),
    EqualValues(),
    Copies(),
    RoundNumbers(),
    LastDigits(),
    FirstDigits(),
    UnderLimit(),
    NightWork(),
    LastDay(),
    Burst(),
    FastTyping(),
    FastApproval(),
)
SIGNALS_BY_NAME = {signal.name: signal for signal in SIGNALS}

__all__ = ["SIGNALS", "SIGNALS_BY_NAME", "Signal"]
