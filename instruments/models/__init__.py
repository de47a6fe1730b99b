"""Models of the instruments app."""

from instruments.models.code_list import CodeList, CodeListVersion
from instruments.models.coefficient import (
    Coefficient,
    CoefficientPublication,
    CoefficientSet,
    CoefficientVersion,
    Confidence,
    Medium,
)
from instruments.models.instrument import Instrument, InstrumentVersion

__all__ = [
    "CodeList",
    "CodeListVersion",
    "Coefficient",
    "CoefficientPublication",
    "CoefficientSet",
    "CoefficientVersion",
    "Confidence",
    "Instrument",
    "InstrumentVersion",
    "Medium",
]
