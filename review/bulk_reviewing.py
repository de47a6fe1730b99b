"""The background job that signs off many cases, each by the same conditions as one."""

import csv
import json
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict
from accounts.models import User
from accounts.services.signing_keys import Signer
from accounts.signing_session import signer_lend, signer_lent, signer_return
from audit.hashing import content_hash
from review.bulk import BulkPreview, as_plain
from review.deciding import Ready, decisions_record
from review.enums import APPROVALS, Decision
from review.models import ReviewDecision
from submissions.jobs import RunningJob, job_running
from submissions.models import Job

STEP = 500  # cases of one transaction, and between two reports of how far it is
FOLDER = Path("bulk-review")


def ready_keep(preview: BulkPreview, *, actor: User, signer: Signer | None = None) -> str:
    """Write down exactly what was confirmed; the path below the media folder.

    With an opened key the work may sign with it: its half of the key lies beside the list until the
    work is done, the other half in the cache while the key may be open. Neither is in the database.
    """
    path = FOLDER / f"{preview.token}.json"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    whole.write_text(json.dumps(as_plain(preview.ready)), encoding="utf-8")
    if signer is not None:
        half = _half(actor, preview.token)
        half.touch(mode=0o600)
        half.write_bytes(signer_lend(signer, errand=_errand(actor, preview.token)))
    return str(path)


def _errand(actor: User, token: str) -> str:
    return f"bulk-review {actor.pk} {token}"


def _half(actor: User, token: str) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{token}-{actor.pk}.key"


def bulk_review_job(job_id: int) -> None:
    """Run the job. Parameters: `list` (what `ready_keep` wrote) and `token`, its digest.

    Only what the person confirmed is decided, however often the task is delivered: a case that
    has come to the queue since waits for the next preview.
    """
    with job_running(job_id) as running:
        actor, token = running.job.requested_by, running.job.parameters["token"]
        ready = _confirmed(running)
        half = _half(actor, token)
        signer = None
        if half.exists():
            signer = signer_lent(actor, errand=_errand(actor, token), own=half.read_bytes())
            if signer is None:
                raise Conflict(
                    _("签名密钥已收起，余下的普查表没有审核。请重新打开密钥，再预览一次。"),
                    code="key_closed",
                )
        refused = _approve(running, actor, _undecided(ready, running.job), signer)
        if refused:
            _keep(running, refused)
        half.unlink(missing_ok=True)
        signer_return(errand=_errand(actor, token))
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


def _approve(
    running: RunningJob, actor: User, ready: list[Ready], signer: Signer | None
) -> list[tuple[int, str]]:
    """Decide batch by batch; what is refused is told with its sentence and the rest goes on.

    A batch is one transaction: a worker that dies loses that, and decides it again.
    """
    refused: list[tuple[int, str]] = []
    for start in range(0, len(ready), STEP):
        running.progress(start, len(ready), _("正在审核"))
        told = decisions_record(ready=ready[start : start + STEP], actor=actor, signer=signer)
        refused += [(case, refusal.message) for case, refusal in told.items()]
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
