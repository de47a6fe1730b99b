"""The only writers of the register."""

from registry.services.areas import area_units_register, unit_samples_set
from registry.services.frame import frame_load
from registry.services.units import unit_amend, unit_register

__all__ = [
    "area_units_register",
    "frame_load",
    "unit_amend",
    "unit_register",
    "unit_samples_set",
]
