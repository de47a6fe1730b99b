"""Background jobs of quality control. Nothing of a job names a drawn unit."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Refusal
from review.enums import ReturnReason
from review.models import QualityLot, ReviewDecision
from review.quality.frame import frame_lines
from review.quality.services.lots import lot_case_return
from review.quality.services.sampling import sample_draw, sample_freeze
from submissions.jobs import RunningJob, job_running
from submissions.models import CollectionExercise, Submission

STEP = 50  # forms of one transaction, and between two reports of how far it is
KEPT_AT_MOST = 1000


def quality_frame_job(job_id: int) -> None:
    """Freeze a frame (`act`: freeze, with `exercise`, `source`, `at`) or draw from it (`sample`,
    `value`)."""
    with job_running(job_id) as running:
        asked, actor = running.job.parameters, running.job.requested_by
        if asked["act"] == "draw":
            sample = sample_draw(actor=actor, sample_id=asked["sample"], value=asked["value"])
        else:
            at = parse_datetime(asked["at"])
            if at is None:
                raise Conflict(_("公布时间不对。"))
            sample = sample_freeze(
                actor=actor,
                exercise=CollectionExercise.objects.get(pk=asked["exercise"]),
                division_code=running.job.division_code,
                source=asked["source"],
                at=at,
            )
        running.progress(
            sample.frame_count,
            sample.frame_count,
            _("抽样框 %(number)d 行，校验值 %(digest)s…")
            % {"number": sample.frame_count, "digest": sample.frame_digest[:16]},
        )


def lot_return_job(job_id: int) -> None:
    """Return every form of a failing lot: all of its frame, not those drawn alone.

    Safe when delivered twice: what is with its filler is passed over.
    """
    with job_running(job_id) as running:
        lot = QualityLot.objects.select_related("sample").get(pk=running.job.parameters["lot"])
        cases = list(lot_cases(lot))
        kept = _return(running, lot, cases)
        lot.kept = kept[:KEPT_AT_MOST]
        lot.returned_count = ReviewDecision.objects.filter(
            case__in=cases,
            reason_codes=[ReturnReason.QUALITY_LOT],
            decided_at__gte=lot.decided_at,
        ).count()
        lot.save(update_fields=["kept", "returned_count"])
        running.progress(
            len(cases),
            len(cases),
            _("已退回 %(done)d 份，未能退回 %(kept)d 份。")
            % {"done": lot.returned_count, "kept": len(kept)},
        )


def lot_cases(lot: QualityLot) -> Iterator[int]:
    """The cases of a lot, as its frame lists them."""
    name = f"{lot.part}/{lot.division_code}/{lot.unit_kind}"
    receipts: list[str] = []
    for line in frame_lines(lot.sample.frame_path):
        if line.lot == name:
            receipts.append(line.receipt)
    for start in range(0, len(receipts), 1000):
        found = Submission.objects.filter(receipt_code__in=receipts[start : start + 1000])
        yield from found.order_by("case_id").values_list("case_id", flat=True)


def _return(running: RunningJob, lot: QualityLot, cases: list[int]) -> list[list[int | str]]:
    """Case by case; what is refused is kept with its sentence and the rest goes on."""
    kept: list[list[int | str]] = []
    for start in range(0, len(cases), STEP):
        running.progress(start, len(cases), _("正在整批退回"))
        with transaction.atomic():
            for case_id in cases[start : start + STEP]:
                try:
                    lot_case_return(actor=running.job.requested_by, lot=lot, case_id=case_id)
                except Refusal as refusal:
                    kept.append([case_id, refusal.message])
    return kept
