"""Models of the review app."""

from review.acceptance.models import AcceptanceDecision, AcceptancePack, DutyRecord
from review.interference.models import InterferenceFinding, InterferenceNote, InterferenceRun
from review.models.decisions import DecisionSignature, ReviewDecision, ReviewDecisionQuerySet
from review.models.quality_checks import QualityCheck, QualityDifference
from review.models.quality_reports import QualityReport
from review.models.quality_samples import QualityLot, QualitySample

__all__ = [
    "AcceptanceDecision",
    "AcceptancePack",
    "DecisionSignature",
    "DutyRecord",
    "InterferenceFinding",
    "InterferenceNote",
    "InterferenceRun",
    "QualityCheck",
    "QualityDifference",
    "QualityLot",
    "QualityReport",
    "QualitySample",
    "ReviewDecision",
    "ReviewDecisionQuerySet",
]
