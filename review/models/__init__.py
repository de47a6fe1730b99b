"""Models of the review app."""

from review.acceptance.models import AcceptanceDecision, AcceptancePack, DutyRecord
from review.interference.models import InterferenceFinding, InterferenceNote, InterferenceRun
from review.models.claim import CaseClaim
from review.models.decisions import DecisionSignature, ReviewDecision, ReviewDecisionQuerySet
from review.models.escalation import ReviewEscalation
from review.models.peer_statistic import PeerStatistic
from review.models.quality_checks import QualityCheck, QualityDifference
from review.models.quality_reports import QualityReport
from review.models.quality_samples import QualityLot, QualitySample
from review.models.saved_filter import SavedFilter

__all__ = [
    "AcceptanceDecision",
    "AcceptancePack",
    "CaseClaim",
    "DecisionSignature",
    "DutyRecord",
    "InterferenceFinding",
    "InterferenceNote",
    "InterferenceRun",
    "PeerStatistic",
    "QualityCheck",
    "QualityDifference",
    "QualityLot",
    "QualityReport",
    "QualitySample",
    "ReviewDecision",
    "ReviewDecisionQuerySet",
    "ReviewEscalation",
    "SavedFilter",
]
