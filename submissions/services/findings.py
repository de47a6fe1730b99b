"""Keeps the stored findings and the counters of cases equal to what the rules say."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from instruments.evaluation.definition import form_name
from instruments.evaluation.engine import Finding, evaluate
from submissions.enums import FailureKind, Severity
from submissions.models import Case, EditFailure, Response
from submissions.services.unit_forms import UnitForms
from submissions.services.waived import waivers_apply

Key = tuple[int, str, str]
COUNTERS = (
    "hard_count",
    "soft_open_count",
    "filled_count",
    "required_count",
    "required_missing_count",
)


@dataclass
class _Difference:
    """What has to change among the stored findings."""

    new: list[EditFailure]
    changed: list[EditFailure]
    gone: list[EditFailure]


def findings_refresh(
    *, forms: UnitForms, responses: Collection[Response], now: datetime, with_required: bool = True
) -> dict[int, list[EditFailure]]:
    """Evaluate these responses, store what has changed and count. Returns the findings by case.

    At most six queries whatever the number of forms: read, waivers of what is new, delete, insert,
    update, counters.
    `with_required` False leaves blank required items out (a case nobody has touched yet).
    """
    before = {r.case_id: _counters(r.case) for r in responses}
    found = {
        _key(failure): failure
        for failure in failures_found(forms=forms, responses=responses, now=now)
        if with_required or failure.kind != FailureKind.REQUIRED
    }
    stored = EditFailure.objects.filter(case_id__in=[r.case_id for r in responses])
    difference = _compare({_key(failure): failure for failure in stored}, found)
    waivers_apply([*difference.new, *difference.changed], timezone.localdate(now))
    _store(difference)
    by_case: dict[int, list[EditFailure]] = {response.case_id: [] for response in responses}
    for failure in found.values():
        by_case[failure.case_id].append(failure)
    for response in responses:
        failures = by_case[response.case_id]
        _count_open(response.case, failures)
    changed = [r.case for r in responses if before[r.case_id] != _counters(r.case)]
    if changed:
        Case.objects.bulk_update(changed, COUNTERS)
    return by_case


def _count_open(case: Case, failures: Collection[EditFailure]) -> None:
    """Count what is left to put right or to explain, without what a waiver sets aside."""
    blocking = [failure for failure in failures if not failure.is_waived]
    case.soft_open_count = sum(f.severity == Severity.SOFT and not f.explanation for f in blocking)
    case.hard_count = sum(
        f.severity == Severity.HARD and f.kind != FailureKind.REQUIRED for f in blocking
    )


def failures_found(
    *, forms: UnitForms, responses: Collection[Response], now: datetime
) -> list[EditFailure]:
    """What the rules say, unsaved, and the counters of the cases in memory. No query.

    A blank required item is counted as missing, not as a hard error: an empty form is not full
    of errors.
    """
    context = forms.context()
    found = []
    for response in responses:
        case, compiled, plain = response.case, forms.compiled(response), forms.plain(response)
        failures = [_failure(case, finding, now) for finding in evaluate(compiled, plain, context)]
        missing = sum(f.kind == FailureKind.REQUIRED for f in failures)
        hard = sum(f.severity == Severity.HARD for f in failures)
        case.hard_count = hard - missing
        case.soft_open_count = sum(f.severity == Severity.SOFT for f in failures)
        case.filled_count = len(plain["values"])
        case.required_count = len(compiled.required_cells(plain, context))
        case.required_missing_count = missing
        found += failures
    return found


def _counters(case: Case) -> list[int]:
    return [getattr(case, name) for name in COUNTERS]


def responses_reading(forms: UnitForms, response: Response) -> list[Response]:
    """The other living forms of the unit whose rules read this one."""
    name = form_name(response.case.form_code)
    return [
        other
        for other in forms.living
        if other is not response and name in forms.compiled(other).reads_forms
    ]


def _key(failure: EditFailure) -> Key:
    return failure.case_id, failure.rule_id, failure.row_key


def _failure(case: Case, finding: Finding, now: datetime) -> EditFailure:
    return EditFailure(
        case=case,
        division_code=case.division_code,
        rule_id=finding.rule_id,
        row_key=finding.row,
        kind=FailureKind(finding.kind),
        severity=Severity(finding.severity),
        cells=list(finding.cells),
        row=finding.row,
        message_zh=finding.message["zh"],
        message_en=finding.message.get("en", ""),
        first_seen_at=now,
    )


def _compare(stored: dict[Key, EditFailure], found: dict[Key, EditFailure]) -> _Difference:
    """Sort by key; what stands already keeps its row, its explanation and its first moment."""
    difference = _Difference([], [], [f for key, f in stored.items() if key not in found])
    for key, failure in list(found.items()):
        before = stored.get(key)
        if before is None:
            difference.new.append(failure)
            continue
        found[key] = before
        if _take_over(before, failure):
            difference.changed.append(before)
    return difference


def _take_over(before: EditFailure, after: EditFailure) -> bool:
    """Bring a stored finding up to date; whether anything differed."""
    fields = ("kind", "severity", "cells", "row", "message_zh", "message_en", "division_code")
    differing = [name for name in fields if getattr(before, name) != getattr(after, name)]
    for name in differing:
        setattr(before, name, getattr(after, name))
    if before.severity == Severity.HARD and before.explanation:
        before.explanation, before.explanation_key = "", ""
        before.explained_at, before.explained_by_id = None, None
    return bool(differing)


def _store(difference: _Difference) -> None:
    if difference.gone:
        EditFailure.objects.filter(pk__in=[failure.pk for failure in difference.gone]).delete()
    if difference.new:
        EditFailure.objects.bulk_create(difference.new)
    if difference.changed:
        EditFailure.objects.bulk_update(
            difference.changed,
            [
                "kind",
                "severity",
                "cells",
                "row",
                "message_zh",
                "message_en",
                "division_code",
                "explanation",
                "explanation_key",
                "explained_at",
                "explained_by",
                "waiver",
                "waived_until",
            ],
        )
