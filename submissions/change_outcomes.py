"""What a change of a form does to one case: the same question for the preview and for the act."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Max

from audit.hashing import content_hash
from instruments.draft_selectors import forms_with_list
from instruments.evaluation.engine import Finding
from instruments.evaluation.engine import Severity as RuleSeverity
from instruments.models import CodeListVersion, InstrumentVersion
from instruments.selectors import version_current
from submissions.enums import (
    CaseStatus,
    ChangeKind,
    ExerciseStatus,
    ReopenPolicy,
    Severity,
)
from submissions.jobs import RunningJob
from submissions.models import Case, EditFailure, FormChange
from submissions.models.case import CaseQuerySet

RuleKey = tuple[str, str]
CHUNK = 200


class Outcome(StrEnum):
    """What becomes of a case."""

    MOVED = "moved"  # it may be filled: it takes the new version, answers kept
    REOPENED = "reopened"  # submitted or approved: taken back, then it takes the new version
    LEFT = "left"  # submitted or approved: it stays with the version it was submitted with


def outcome_of(status: str, policy: str, *, has_new_hard: bool) -> Outcome:
    """Total over the statuses of living cases."""
    if status in {CaseStatus.OPEN, CaseStatus.RETURNED}:
        return Outcome.MOVED
    is_taken_back = policy == ReopenPolicy.ALL or (policy == ReopenPolicy.AFFECTED and has_new_hard)
    return Outcome.REOPENED if is_taken_back else Outcome.LEFT


@dataclass(frozen=True)
class Weighed:
    """The findings of one case under the new version beside those that stand."""

    stored: dict[RuleKey, EditFailure]
    found: dict[RuleKey, Finding]

    @property
    def has_new_hard(self) -> bool:
        """Whether something now blocks that did not block before."""
        return any(
            finding.severity == RuleSeverity.HARD and not self._blocked(key)
            for key, finding in self.found.items()
        )

    @property
    def appearing(self) -> list[Finding]:
        """Findings that would be new."""
        return [finding for key, finding in self.found.items() if key not in self.stored]

    @property
    def disappearing(self) -> list[EditFailure]:
        """Findings that would go."""
        return [failure for key, failure in self.stored.items() if key not in self.found]

    def _blocked(self, key: RuleKey) -> bool:
        before = self.stored.get(key)
        return before is not None and before.severity == Severity.HARD


def weigh(stored: Collection[EditFailure], found: Collection[Finding]) -> Weighed:
    """By rule and row."""
    return Weighed(
        {(failure.rule_id, failure.row_key): failure for failure in stored},
        {(finding.rule_id, finding.row): finding for finding in found},
    )


def forms_changed(kind: str, code: str) -> list[str]:
    """Codes of the forms whose cases a change concerns."""
    return [code] if kind == ChangeKind.FORM else forms_with_list(code)


def cases_concerned(form_codes: Collection[str], division_prefix: str = "") -> CaseQuerySet:
    """Living cases of running exercises, in the order of their keys."""
    cases = Case.objects.filter(form_code__in=form_codes, exercise__status=ExerciseStatus.OPEN)
    cases = cases.exclude(status=CaseStatus.VOID)
    if division_prefix:
        cases = cases.filter(division_code__startswith=division_prefix)
    return cases.order_by("pk")


def chunks_of(cases: CaseQuerySet, running: RunningJob | None, message: str) -> Iterator[list[int]]:
    """Keys of the cases there are now, a chunk at a time; the job's progress is written."""
    total = cases.count()
    last = cases.aggregate(last=Max("pk"))["last"] or 0
    done = after = 0
    while chunk := list(
        cases.filter(pk__gt=after, pk__lte=last).values_list("pk", flat=True)[:CHUNK]
    ):
        if running is not None:
            running.progress(done, total, message)
        yield chunk
        done, after = done + len(chunk), chunk[-1]


def base_of(kind: str, code: str) -> InstrumentVersion | CodeListVersion:
    """The version in force. Raises the model's DoesNotExist."""
    if kind == ChangeKind.FORM:
        return version_current(code)
    return CodeListVersion.objects.current().get(code_list__name=code)


def impact_key(change: FormChange, base: InstrumentVersion | CodeListVersion) -> str:
    """What an impact holds for: this content, this policy, against this version."""
    parts: list[Any] = [change.content_hash, change.reopen, base.content_hash, base.number]
    return content_hash(parts)
