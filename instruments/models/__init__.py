"""Models of the instruments app."""

from instruments.models.code_list import CodeList, CodeListVersion
from instruments.models.instrument import Instrument, InstrumentVersion

__all__ = ["CodeList", "CodeListVersion", "Instrument", "InstrumentVersion"]
