"""The background job that signs off many cases, each by the same door as one."""

import csv
import json
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Refusal
from accounts.models import User
from audit.hashing import content_hash
from review.bulk import BulkPreview, Ready, as_plain
from review.enums import APPROVALS, Decision
from review.models import ReviewDecision
from review.services import decision_record
from submissions.jobs import RunningJob, job_running
from submissions.models import Job

STEP = 50  # cases of one transaction, and between two reports of how far it is
FOLDER = Path("bulk-review")


def ready_keep(preview: BulkPreview) -> str:
    """Write down exactly what was confirmed; the path below the media folder."""
    path = FOLDER / f"{preview.token}.json"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    whole.write_text(json.dumps(as_plain(preview.ready)), encoding="utf-8")
    return str(path)


def bulk_review_job(job_id: int) -> None:
    """Run the job. Parameters: `list` (what `ready_keep` wrote) and `token`, its digest.

    Only what the person confirmed is decided, however often the task is delivered: a case that
    has come to the queue since waits for the next preview.
    """
    with job_running(job_id) as running:
        actor = running.job.requested_by
        ready = _confirmed(running)
        refused = _approve(running, actor, _undecided(ready, running.job))
        if refused:
            _keep(running, refused)
        running.progress(
            len(ready),
            len(ready),
            _("通过 %(done)d 份，未通过 %(refused)d 份。")
            % {"done": len(ready) - len(refused), "refused": len(refused)},
        )


def _confirmed(running: RunningJob) -> list[Ready]:
    parameters = running.job.parameters
    whole = Path(settings.MEDIA_ROOT) / parameters["list"]
    rows = json.loads(whole.read_text(encoding="utf-8"))
    if content_hash(rows) != parameters["token"]:
        raise Conflict(_("确认过的名单已被改动，任务没有执行。"), code="list_altered")
    return [Ready(case, submission, Decision(decision)) for case, submission, decision in rows]


def _undecided(ready: list[Ready], job: Job) -> list[Ready]:
    """Without those that an earlier delivery has decided. One query."""
    decided = set(
        ReviewDecision.objects.filter(
            decided_by=job.requested_by,
            decided_at__gte=job.created_at,
            decision__in=APPROVALS,
            submission__in=[one.submission for one in ready],
        ).values_list("submission_id", flat=True)
    )
    return [one for one in ready if one.submission not in decided]


def _approve(running: RunningJob, actor: User, ready: list[Ready]) -> list[tuple[int, str]]:
    """Decide case by case; what is refused is told with its sentence and the rest goes on.

    So many cases are one transaction: a worker that dies loses those, and decides them again.
    """
    refused = []
    for start in range(0, len(ready), STEP):
        running.progress(start, len(ready), _("正在审核"))
        with transaction.atomic():
            for one in ready[start : start + STEP]:
                try:
                    decision_record(
                        case_id=one.case,
                        decision=one.decision,
                        actor=actor,
                        submission_id=one.submission,
                    )
                except Refusal as refusal:
                    refused.append((one.case, refusal.message))
    return refused


def _keep(running: RunningJob, refused: list[tuple[int, str]]) -> None:
    path = FOLDER / f"{uuid4().hex}.csv"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    with whole.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([_("普查表编号"), _("未通过的原因")])
        rows.writerows(refused)
    running.result_path, running.result_name = str(path), _("未通过的普查表.csv")
