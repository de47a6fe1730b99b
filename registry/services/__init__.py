"""The only writers of the register."""

from registry.services.frame import frame_load
from registry.services.units import unit_amend, unit_register

__all__ = ["frame_load", "unit_amend", "unit_register"]
