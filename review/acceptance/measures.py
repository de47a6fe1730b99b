"""What a division has done, counted from the tables, for it and for each of its children at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Left

from accounts.enums import Level, Permission
from registry.counts import within
from registry.coverage_rates import Rate
from registry.coverage_selectors import blocks_rates
from registry.enums import UnitStatus
from registry.models import Division, Unit
from review.acceptance.models import DutyRecord
from review.acceptance.scoring import Measure
from review.enums import APPROVALS, Decision, DutyKind
from review.interference.findings import looked_into
from review.models import DecisionSignature, QualityCheck, ReviewDecision
from review.quality.enums import CheckStage, SamplePart, SampleStage
from submissions.enums import CaseStatus
from submissions.explanation_texts import OTHER_UNITS_AT_MOST
from submissions.models import Case, CollectionExercise, EditFailure, Response, Submission
from submissions.verification import revisions_faults

WHOLE = ""  # the division itself; a child is known by its prefix
INTACT_SAMPLE = 40
_OWING = (UnitStatus.OPERATING, UnitStatus.SUSPENDED_ALL_YEAR)
By = dict[str, Measure]


@dataclass(frozen=True)
class Question:
    """Of which exercise and division, and how many digits tell its children apart."""

    exercise: CollectionExercise
    division: Division
    digits: int

    def cases(self) -> QuerySet[Case]:
        """Owed forms that are not void."""
        rows = Case.objects.owed().filter(exercise=self.exercise).exclude(status=CaseStatus.VOID)
        return within(rows, self.division.prefix)

    def grouped(self, rows: QuerySet[Any], place: str = "division_code", **counts: Any) -> By:
        """`part` of `whole` by child, and their sum. One query."""
        found: By = {WHOLE: Measure(0, 0)}
        grouped = rows.order_by().annotate(place=Left(place, self.digits)).values("place")
        for row in grouped.annotate(**counts):
            found[row["place"]] = measure = Measure(row["part"], row["whole"])
            found[WHOLE] += measure
        return found


def measures_of(question: Question) -> dict[str, By]:
    """Every measure but the sampled check of the chains. About a dozen queries, whatever the size."""
    return {name: measure(question) for name, measure in MEASURES.items()}


def _duties(question: Question) -> By:
    """Kinds of the four arrangements that have a record with a document; of a parent its own."""
    rows = within(DutyRecord.objects.filter(exercise=question.exercise), question.division.prefix)
    kinds: dict[str, set[str]] = defaultdict(set)
    for code, kind in rows.values_list("division_code", "kind"):
        kinds[WHOLE if code == question.division.code else code[: question.digits]].add(kind)
    places = {WHOLE, *kinds}
    return {place: Measure(len(kinds[place]), len(DutyKind)) for place in places}


def _assigned(question: Question) -> By:
    forms = Case.objects.owed().filter(unit=OuterRef("pk"), exercise=question.exercise)
    units = within(Unit.objects.filter(status__in=_OWING), question.division.prefix)
    has_form = units.annotate(has_form=Exists(forms))
    return question.grouped(has_form, part=Count("pk", filter=Q(has_form=True)), whole=Count("pk"))


def _filled(question: Question) -> By:
    return question.grouped(
        question.cases(),
        part=Count("pk", filter=Q(status__in=[CaseStatus.UNDER_REVIEW, CaseStatus.FINAL])),
        whole=Count("pk"),
    )


def _approved(question: Question) -> By:
    levels = question.exercise.levels
    above = levels[levels.index(Level.COUNTY) + 1 :] if Level.COUNTY in levels else []
    passed = Q(status=CaseStatus.FINAL) | Q(status=CaseStatus.UNDER_REVIEW, review_level__in=above)
    return question.grouped(question.cases(), part=Count("pk", filter=passed), whole=Count("pk"))


def _on_time(question: Question) -> By:
    """First submissions on or before the last day; forms without a last day are not asked."""
    due = Coalesce(OuterRef("due_on"), OuterRef("exercise__due_on"))
    in_time = Submission.objects.filter(case=OuterRef("pk"), submitted_at__date__lte=due)
    asked = question.cases().exclude(submitted_at=None).exclude(due_on=None, exercise__due_on=None)
    return question.grouped(
        asked.annotate(in_time=Exists(in_time)),
        part=Count("pk", filter=Q(in_time=True)),
        whole=Count("pk"),
    )


def _faulty(question: Question) -> By:
    submitted = question.cases().filter(status__in=[CaseStatus.UNDER_REVIEW, CaseStatus.FINAL])
    return question.grouped(
        submitted, part=Count("pk", filter=Q(hard_count__gt=0)), whole=Count("pk")
    )


def _repeated(question: Question) -> By:
    """Explained findings whose words serve more units of the county than one cause can reach."""
    rows = within(
        EditFailure.objects.explained().filter(case__exercise=question.exercise),
        question.division.prefix,
    )
    texts = (
        rows.order_by()
        .annotate(county=Left("division_code", 6), place=Left("division_code", question.digits))
        .values("county", "place", "explanation_key")
        .annotate(units=Count("case__unit_id", distinct=True), number=Count("pk"))
    )
    found: By = defaultdict(lambda: Measure(0, 0))
    for row in texts.iterator():
        part = row["number"] if row["units"] > OTHER_UNITS_AT_MOST + 1 else 0
        for place in (WHOLE, row["place"]):
            found[place] += Measure(part, row["number"])
    return found


def _returned(question: Question) -> By:
    """Decisions of levels above the supervisor that sent a form back."""
    rows = within(
        ReviewDecision.objects.filter(case__exercise=question.exercise).exclude(
            level__in=[Level.SUPERVISOR, Level.COUNTY]
        ),
        question.division.prefix,
    )
    return question.grouped(
        rows, part=Count("pk", filter=Q(decision=Decision.RETURN)), whole=Count("pk")
    )


def _signed(question: Question) -> By:
    if not question.exercise.requires_signature:
        return defaultdict(lambda: Measure(0, 0))
    signature = DecisionSignature.objects.filter(decision=OuterRef("pk"))
    rows = within(
        ReviewDecision.objects.filter(case__exercise=question.exercise, decision__in=APPROVALS),
        question.division.prefix,
    )
    return question.grouped(
        rows.annotate(is_signed=Exists(signature)),
        part=Count("pk", filter=Q(is_signed=True)),
        whole=Count("pk"),
    )


def _rates(question: Question, pick: Callable[[Any], Rate]) -> By:
    found: By = defaultdict(lambda: Measure(0, 0))
    for place, line in blocks_rates(question.division, question.digits).items():
        one = pick(line)
        found[place] = Measure(one.events, one.total)
    return found


def _checked(question: Question, kind: str) -> By:
    """Wrong items of checked ones (差错率) in the closed checks of closed samples, unweighted."""
    rows = within(
        QualityCheck.objects.filter(
            sample__exercise=question.exercise,
            sample__stage=SampleStage.CLOSED,
            stage=CheckStage.CLOSED,
            lot__part=SamplePart.FORM,
        ),
        question.division.prefix,
    )
    return question.grouped(
        rows, part=Coalesce(Sum(f"{kind}_errors"), 0), whole=Coalesce(Sum(f"{kind}_checked"), 0)
    )


def _looked_into(question: Question) -> By:
    found: By = defaultdict(lambda: Measure(0, 0))
    for code, looked in looked_into(question.division):
        for place in (WHOLE, code[: question.digits]):
            found[place] += Measure(int(looked), 1)
    return found


MEASURES: dict[str, Callable[[Question], By]] = {
    "duties": _duties,
    "assigned": _assigned,
    "filled": _filled,
    "approved": _approved,
    "on_time": _on_time,
    "faulty": _faulty,
    "repeated": _repeated,
    "returned": _returned,
    "missing_units": lambda question: _rates(question, lambda line: line.missing),
    "duplicate_units": lambda question: _rates(question, lambda line: line.duplicate),
    "key_errors": lambda question: _checked(question, "key"),
    "other_errors": lambda question: _checked(question, "other"),
    "looked_into": _looked_into,
    "signed": _signed,
}
# The page that shows what a measure counts, and who may open it.
EVIDENCE: dict[str, tuple[str, Permission]] = {
    "duties": ("acceptance", Permission.PROGRESS_VIEW),
    "assigned": ("unit_list", Permission.UNIT_VIEW),
    "filled": ("progress", Permission.PROGRESS_VIEW),
    "approved": ("progress", Permission.PROGRESS_VIEW),
    "on_time": ("progress", Permission.PROGRESS_VIEW),
    "faulty": ("rule_list", Permission.FINDING_REPORT_VIEW),
    "repeated": ("explanation_duplicates", Permission.FINDING_REPORT_VIEW),
    "returned": ("return_reasons", Permission.FINDING_REPORT_VIEW),
    "missing_units": ("coverage", Permission.COVERAGE_CHECK),
    "duplicate_units": ("coverage", Permission.COVERAGE_CHECK),
    "key_errors": ("quality_home", Permission.QUALITY_VIEW),
    "other_errors": ("quality_home", Permission.QUALITY_VIEW),
    "looked_into": ("interference", Permission.INTERFERENCE_VIEW),
    "signed": ("return_reasons", Permission.FINDING_REPORT_VIEW),
    "intact": ("audit_list", Permission.AUDIT_VIEW),
}


def intact_of(question: Question) -> Measure:
    """Of a fixed sample of submitted forms: how many still carry an unbroken chain of revisions."""
    keys = list(question.cases().exclude(submitted_at=None).values_list("pk", flat=True))
    step = max(len(keys) // INTACT_SAMPLE, 1)
    sample = sorted(keys)[::step][:INTACT_SAMPLE]
    responses: Sequence[Response] = list(
        Response.objects.filter(case__in=sample)
        .select_related("case")
        .prefetch_related("revisions")
    )
    whole = [
        not list(revisions_faults(one, sorted(one.revisions.all(), key=lambda r: r.number)))
        for one in responses
    ]
    return Measure(sum(whole), len(whole))
