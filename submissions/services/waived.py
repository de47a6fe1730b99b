"""What waivers do to findings: which are set aside, and how many are left to put right."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from submissions.enums import FailureKind, Severity
from submissions.models import Case, EditFailure, RuleWaiver
from submissions.policies import is_waiver_enough

LAPSED_AT_ONCE = 500


def waivers_apply(failures: Iterable[EditFailure], on: date) -> None:
    """Mark those that a waiver in force sets aside, unsaved. One query, none where no rule failed."""
    failures = list(failures)
    held = _waivers_for([f for f in failures if f.kind == FailureKind.RULE], on)
    for failure in failures:
        waiver = held.get((failure.case_id, failure.rule_id))
        if waiver is not None and not _is_enough(waiver, failure):
            waiver = None
        failure.waiver = waiver
        failure.waived_until = waiver.valid_until if waiver else None


def _is_enough(waiver: RuleWaiver, failure: EditFailure) -> bool:
    level = waiver.level
    return level is not None and is_waiver_enough(level, failure.kind, failure.severity)


def _waivers_for(failures: Collection[EditFailure], on: date) -> dict[tuple[int, str], RuleWaiver]:
    if not failures:
        return {}
    waivers = RuleWaiver.objects.in_force(on).with_state(on)
    found = waivers.filter(
        case_id__in={f.case_id for f in failures}, rule_id__in={f.rule_id for f in failures}
    )
    return {(waiver.case_id, waiver.rule_id): waiver for waiver in found}


def case_waivers_apply(case: Case) -> None:
    """Bring the stored findings and counters of a locked case up to date after a decision."""
    failures = list(EditFailure.objects.filter(case=case, kind=FailureKind.RULE))
    waivers_apply(failures, timezone.localdate())
    EditFailure.objects.bulk_update(failures, ["waiver", "waived_until"])
    _recount([case])


def waivers_lapse() -> int:
    """Let go of the findings whose waiver ended before today, and count their cases again.

    What a waiver does has ended with its day already (`EditFailureQuerySet.blocking`): this keeps
    the counters of lists true. Returns how many cases were touched.
    """
    today, touched = timezone.localdate(), 0
    ended = EditFailure.objects.filter(waived_until__lt=today)
    while ids := list(ended.values_list("case_id", flat=True).distinct()[:LAPSED_AT_ONCE]):
        touched += _lapse(ids, today)
    return touched


def _lapse(case_ids: Collection[int], today: date) -> int:
    with transaction.atomic():
        cases = list(
            Case.objects.select_for_update(no_key=True).filter(pk__in=case_ids).order_by("pk")
        )
        EditFailure.objects.filter(case__in=cases, waived_until__lt=today).update(
            waiver=None, waived_until=None
        )
        _recount(cases)
    return len(cases)


def _recount(cases: Collection[Case]) -> None:
    open_findings = EditFailure.objects.filter(case__in=cases).blocking()
    counts = (
        open_findings.order_by()
        .values("case_id")
        .annotate(
            hard=Count("pk", filter=Q(severity=Severity.HARD) & ~Q(kind=FailureKind.REQUIRED)),
            soft=Count("pk", filter=Q(severity=Severity.SOFT, explanation="")),
        )
    )
    by_case = {count["case_id"]: count for count in counts}
    for case in cases:
        count = by_case.get(case.pk, {"hard": 0, "soft": 0})
        case.hard_count, case.soft_open_count = count["hard"], count["soft"]
    Case.objects.bulk_update(cases, ["hard_count", "soft_open_count"])
