"""Two checks before publication: the shape of a definition, then what it means."""

from instruments.checking.check import check_dependents, check_set
from instruments.checking.extension import check_extension, fitting
from instruments.checking.faults import Fault, Source
from instruments.checking.meaning import check_codelists

__all__ = [
    "Fault",
    "Source",
    "check_codelists",
    "check_dependents",
    "check_extension",
    "check_set",
    "fitting",
]
