"""The background job of the checks over several units, and reading what they found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.scopes import prefix_range
from submissions.cross_checks.checks import CrossCheck, Found, cross_checks
from submissions.cross_checks.world import READERS, FormFacts, world_of
from submissions.division_filter import significant
from submissions.enums import CaseStatus, ExerciseStatus, JobKind
from submissions.jobs import RunningJob, job_running, job_start
from submissions.models import Case, CrossFinding, Job, Response

M = TypeVar("M", bound=models.Model)
CHUNK = 500
SHOWN_AT_MOST = 500


def cross_check_start(*, actor: User, division_code: str) -> Job:
    """Ask for a run over a division. Raises NotAllowed."""
    return job_start(
        kind=JobKind.CROSS_CHECK, parameters={}, actor=actor, division_code=division_code
    )


def cross_check_job(job_id: int) -> None:
    """Run the job: one pass over the forms, then every check, then the findings in one go."""
    with job_running(job_id) as running:
        prefix = _prefix(running.job.division_code)
        world = world_of(_facts(prefix, running))
        found = [(check, finding) for check in cross_checks() for finding in check.run(world)]
        _replace(running.job, prefix, found)
        sentence = _("发现 %(count)d 处问题") % {"count": len(found)}
        running.progress(1, 1, sentence)


def _prefix(division_code: str) -> str:
    """The digits that say something; none for the nation."""
    return significant(division_code) if division_code.strip("0") else ""


def _facts(prefix: str, running: RunningJob) -> Iterator[FormFacts]:
    cases = _within(Case.objects.owed(), prefix)
    cases = cases.filter(form_code__in=list(READERS), exercise__status=ExerciseStatus.OPEN)
    responses = Response.objects.filter(
        case__in=cases.exclude(status=CaseStatus.VOID), version__gt=0
    ).select_related("case")
    total = responses.count()
    for number, response in enumerate(responses.order_by("pk").iterator(chunk_size=CHUNK)):
        if number % CHUNK == 0:
            running.progress(number, total, _("正在读取普查表"))
        case, plain = response.case, response.plain()
        yield FormFacts(
            case.pk,
            case.unit_id,
            case.division_code,
            case.form_code,
            plain["values"],
            plain["rows"],
        )


@transaction.atomic
def _replace(job: Job, prefix: str, found: list[tuple[CrossCheck, Found]]) -> None:
    _within(CrossFinding.objects.all(), prefix).delete()
    now = timezone.now()
    CrossFinding.objects.bulk_create(
        [
            CrossFinding(
                job=job,
                check_id=check.id,
                case_id=finding.case_id,
                other_case_id=finding.other_case_id,
                division_code=finding.division_code,
                cells=list(finding.cells),
                message_zh=check.sentence(finding, "zh"),
                message_en=check.sentence(finding, "en"),
                found_at=now,
            )
            for check, finding in found
        ],
        batch_size=1000,
    )


def _within(rows: QuerySet[M], prefix: str) -> QuerySet[M]:
    low, high = prefix_range(prefix)
    return rows.filter(division_code__gte=low, division_code__lt=high) if high else rows


def cross_findings_listed(user: User, check_id: str = "") -> list[CrossFinding]:
    """Those of the own jurisdiction, in the order of the divisions. One query."""
    found = CrossFinding.objects.visible_to(user)
    if check_id:
        found = found.filter(check_id=check_id)
    names = ("case__unit", "other_case__unit", "job")
    return list(found.select_related(*names).order_by("division_code", "pk")[:SHOWN_AT_MOST])


def cross_findings_of(case: Case) -> list[CrossFinding]:
    """What the last runs found at one case. One query."""
    return list(CrossFinding.objects.filter(case=case).select_related("other_case__unit"))
