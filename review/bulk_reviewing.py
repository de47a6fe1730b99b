"""The background job that signs off many cases, each by the same door as one."""

import csv
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Refusal
from accounts.models import User
from review.bulk import Ready, bulk_preview
from review.selectors import QueueFilter
from review.services import decision_record
from submissions.jobs import RunningJob, job_running

STEP = 50  # cases of one transaction, and between two reports of how far it is


def bulk_review_job(job_id: int) -> None:
    """Run the job. Parameters: `narrowed` (the queue's filter), `token` of the preview.

    A second delivery approves what the first had not: the preview is then another one, so it is
    only compared before the first case.
    """
    with job_running(job_id) as running:
        actor = running.job.requested_by
        narrowed = QueueFilter(**running.job.parameters["narrowed"])
        preview = bulk_preview(actor=actor, narrowed=narrowed)
        if running.job.attempts <= 1 and preview.token != running.job.parameters["token"]:
            raise Conflict(_("预览以后待审核的普查表有变化，请重新预览。"), code="preview_changed")
        refused = list(_approve(running, actor, preview.ready))
        if refused:
            _keep(running, refused)
        total = len(preview.ready)
        running.progress(
            total,
            total,
            _("通过 %(done)d 份，未通过 %(refused)d 份。")
            % {"done": total - len(refused), "refused": len(refused)},
        )


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
    path = Path("bulk-review") / f"{uuid4().hex}.csv"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    with whole.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([_("普查表编号"), _("未通过的原因")])
        rows.writerows(refused)
    running.result_path, running.result_name = str(path), _("未通过的普查表.csv")
