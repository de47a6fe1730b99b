"""The tables of the submissions app, one file per model."""

from submissions.models.batch_run import (
    BatchDivisionCount,
    BatchPart,
    BatchRuleResult,
    BatchRun,
)
from submissions.models.case import Case
from submissions.models.case_handover import CaseHandover
from submissions.models.coefficient_impact import CoefficientImpact
from submissions.models.correction import CorrectionDecision, CorrectionRequest
from submissions.models.cross_finding import CrossFinding
from submissions.models.deadline_extension import DeadlineExtension, ExtensionDecision
from submissions.models.derivation import AccountingRun, Derivation
from submissions.models.edit_failure import EditFailure
from submissions.models.exercise import CollectionExercise
from submissions.models.fact_change import FactChange
from submissions.models.form_change import CaseReopening, FormChange
from submissions.models.item_query import ItemQuery
from submissions.models.job import Job
from submissions.models.note import Note, NoteThread
from submissions.models.phase import CalendarDay, ExercisePhase, PhaseAct, PhaseDeadline
from submissions.models.practice_attempt import PracticeAttempt
from submissions.models.response import Response
from submissions.models.response_revision import ResponseRevision
from submissions.models.rule_measurement import RuleMeasurement
from submissions.models.rule_waiver import RuleWaiver, WaiverDecision
from submissions.models.submission import Submission
from submissions.models.two_person import TwoPersonOutcome, TwoPersonRequest

__all__ = [
    "AccountingRun",
    "BatchDivisionCount",
    "BatchPart",
    "BatchRuleResult",
    "BatchRun",
    "CalendarDay",
    "Case",
    "CaseHandover",
    "CaseReopening",
    "CoefficientImpact",
    "CollectionExercise",
    "CorrectionDecision",
    "CorrectionRequest",
    "CrossFinding",
    "DeadlineExtension",
    "Derivation",
    "EditFailure",
    "ExercisePhase",
    "ExtensionDecision",
    "FactChange",
    "FormChange",
    "ItemQuery",
    "Job",
    "Note",
    "NoteThread",
    "PhaseAct",
    "PhaseDeadline",
    "PracticeAttempt",
    "Response",
    "ResponseRevision",
    "RuleMeasurement",
    "RuleWaiver",
    "Submission",
    "TwoPersonOutcome",
    "TwoPersonRequest",
    "WaiverDecision",
]
