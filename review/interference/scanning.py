"""The background job that scans a division, and the run that it leaves behind."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from registry.prefixes import significant_digits
from review.interference.loading import Scope, observations_read
from review.interference.models import InterferenceFinding, InterferenceRun
from review.interference.ranking import FALSE_DISCOVERIES, Flagged, Outcome, outcome_of
from review.interference.signals.base import Fact
from review.interference.signals.thresholds import limits
from submissions.enums import JobKind
from submissions.jobs import job_running, job_start
from submissions.models import CollectionExercise, Job

FINDINGS_AT_MOST = 2_000


def interference_scan_start(
    *, actor: User, division_code: str, exercise: CollectionExercise
) -> Job:
    """Ask for a scan of a division. Raises `NotAllowed`."""
    return job_start(
        kind=JobKind.INTERFERENCE_SCAN,
        parameters={"exercise": exercise.code},
        actor=actor,
        division_code=division_code,
    )


def interference_scan_job(job_id: int) -> None:
    """Run the job. Its message names no finding: more people see jobs than may see findings."""
    with job_running(job_id) as running:
        job = running.job
        exercise = CollectionExercise.objects.get(code=job.parameters["exercise"])
        run = interference_scan(
            actor=job.requested_by,
            scope=Scope(exercise, job.division_code, timezone.now()),
            progress=lambda done, total: running.progress(done, total, _("正在读取过程数据")),
        )
        number = run.sizes["submissions"]
        running.progress(1, 1, _("已扫描 %(number)d 次提交。") % {"number": number})


def interference_scan(
    *,
    actor: User,
    scope: Scope,
    threshold: float = FALSE_DISCOVERIES,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> InterferenceRun:
    """Scan and keep. The same scope and threshold give the same findings, hence the same digest.

    Raises `NotAllowed`, or `Invalid` for a moment to come.
    """
    if not actor.has_perm(Permission.INTERFERENCE_VIEW, Place(scope.division_code)):
        raise NotAllowed(_("您不能在这个区划扫描干预迹象。"))
    if scope.as_of > timezone.now():
        raise Invalid(_("这一时刻还没有到。"), code="moment_to_come", cell="as_of")
    observed = observations_read(scope, progress)
    outcome = outcome_of(observed, threshold=threshold)
    return _kept(actor, scope, outcome, threshold, observed.size())


@transaction.atomic
def _kept(
    actor: User, scope: Scope, outcome: Outcome, threshold: float, sizes: dict[str, int]
) -> InterferenceRun:
    kept = outcome.flagged[:FINDINGS_AT_MOST]
    people = _people([one for one in kept if one.signal.subject_kind == "person"])
    rows = [_row(number, one, people, scope) for number, one in enumerate(kept, start=1)]
    run = InterferenceRun.objects.create(
        division_code=scope.division_code,
        exercise=scope.exercise,
        as_of=scope.as_of,
        parameters={
            "threshold": threshold,
            "limits": content_hash([[x.name, x.field, str(x.value)] for x in limits()]),
        },
        sizes=sizes,
        judged=outcome.judged,
        finding_count=len(rows),
        digest=findings_digest(rows),
        made_at=timezone.now(),
        made_by=actor,
    )
    for row in rows:
        row.run = run
    InterferenceFinding.objects.bulk_create(rows, batch_size=500)
    audit_record(
        action=AuditAction.INTERFERENCE_SCANNED,
        actor=actor,
        subject=run,
        detail={"as_of": scope.as_of.isoformat(), "number": len(rows), "hash": run.digest},
    )
    return run


def findings_digest(rows: list[InterferenceFinding]) -> str:
    """SM3 over every finding in order; times and who asked are no part of it."""
    return content_hash(
        [
            [r.rank, r.signal, r.subject, repr(r.chance), repr(r.adjusted), r.figures, r.facts]
            for r in rows
        ]
    )


def _people(flagged: list[Flagged]) -> dict[int, str]:
    """Person → division of the account."""
    keys = {int(one.tested.subject) for one in flagged}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "division_code"))


def _row(number: int, one: Flagged, people: dict[int, str], scope: Scope) -> InterferenceFinding:
    is_person = one.signal.subject_kind == "person"
    subject = one.tested.subject
    code = people[int(subject)] if is_person else subject.partition("/")[0].ljust(12, "0")
    if not code.startswith(significant_digits(scope.division_code)):
        code = scope.division_code  # somebody from above is shown to whoever scanned
    return InterferenceFinding(
        division_code=code,
        rank=number,
        signal=one.signal.name,
        subject=subject,
        person_id=int(subject) if is_person else None,
        chance=one.tested.chance,
        adjusted=one.adjusted,
        size=one.tested.size,
        figures=dict(one.tested.figures),
        facts=[_fact(fact) for fact in one.tested.facts()],
    )


def _fact(fact: Fact) -> dict[str, Any]:
    figures = dict(fact.figures)
    for name in ("at", "local"):
        if name in figures:
            figures[name] = _moment(float(figures[name]), is_local=name == "local")
    return {"case": fact.case, **figures}


def _moment(seconds: float, *, is_local: bool) -> str:
    """As it is read in Shanghai, to the second."""
    zone = timezone.get_default_timezone()
    if is_local:  # already shifted: read the numbers as they are
        moment = datetime.fromtimestamp(seconds, tz=timezone.get_fixed_timezone(0))
    else:
        moment = datetime.fromtimestamp(seconds, tz=zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
