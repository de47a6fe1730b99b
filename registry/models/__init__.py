"""Models of the register."""

from registry.models.confidential_unit import ConfidentialUnit
from registry.models.coverage import BlockEntry, CoverageBlock, CoverageRound
from registry.models.division import Division, DivisionEdition
from registry.models.division_change import DivisionChange, DivisionSuccession
from registry.models.division_point import DivisionPoint
from registry.models.enumeration_area import AreaAssignment, EnumerationArea
from registry.models.field_verification import FieldVerification
from registry.models.frame_change import FrameChange, FrameChangeUnit
from registry.models.industry import Industry
from registry.models.object_code_serial import ObjectCodeSerial
from registry.models.overlay import Overlay
from registry.models.register_freeze import RegisterFreeze
from registry.models.source_list import MatchCandidate, MatchDecision, SourceList, SourceRow
from registry.models.unit import Unit
from registry.models.unit_count import UnitCount
from registry.models.unit_revision import UnitRevision

__all__ = [
    "AreaAssignment",
    "BlockEntry",
    "ConfidentialUnit",
    "CoverageBlock",
    "CoverageRound",
    "Division",
    "DivisionChange",
    "DivisionEdition",
    "DivisionPoint",
    "DivisionSuccession",
    "EnumerationArea",
    "FieldVerification",
    "FrameChange",
    "FrameChangeUnit",
    "Industry",
    "MatchCandidate",
    "MatchDecision",
    "ObjectCodeSerial",
    "Overlay",
    "RegisterFreeze",
    "SourceList",
    "SourceRow",
    "Unit",
    "UnitCount",
    "UnitRevision",
]
