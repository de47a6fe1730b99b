"""Freezing a frame, drawing from it once a number has become public, closing the sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from registry.models import Unit
from review.models import QualityCheck, QualityLot, QualitySample
from review.quality.drawing import DrawnLot, FrameLine, draw, draw_digest, frame_digest, seed_of
from review.quality.enums import LotOutcome, SamplePart, SampleStage
from review.quality.frame import frame_keep, frame_lines, frame_size_now
from review.quality.plan import plan_of
from review.quality.selectors import is_of_level, level_of
from submissions.models import CollectionExercise, Submission
from submissions.policies import is_running

TEXT_AT_MOST = 100
VALUE_AT_MOST = 64
BATCH = 2000


def freeze_check(
    *, actor: User, exercise: CollectionExercise, division_code: str, source: str, at: datetime
) -> Level:
    """What `sample_freeze` refuses, before anything is read. Returns the level that draws.

    Raises `NotAllowed`, `Conflict`, or `Invalid` at the field.
    """
    level = level_of(division_code)
    if level is None or not is_of_level(actor, Permission.QUALITY_DRAW, division_code):
        raise NotAllowed(_("只有本级普查办可以为本级抽取质量核查样本。"))
    if not is_running(exercise):
        raise Conflict(_("本次普查填报已结束，不能再抽取。"), code="exercise_closed")
    if not source:
        raise Invalid(
            _("请写明用哪一个尚未公布的数字，如“双色球第 2018058 期开奖号码”。"), cell="source"
        )
    if at <= timezone.now():
        raise Invalid(
            _("公布时间须在抽样框冻结以后：已经公布的数字可以挑选，不能作种子。"),
            code="already_public",
            cell="at",
        )
    if QualitySample.objects.filter(
        exercise=exercise, division_code=division_code, stage=SampleStage.FROZEN
    ).exists():
        raise _undrawn()
    if not frame_size_now(exercise, division_code):
        raise Conflict(_("这里还没有已提交的普查表，没有可抽取的。"), code="empty_frame")
    return level


def _undrawn() -> Conflict:
    return Conflict(
        _("已有一个冻结而未抽取的抽样框，请先抽取：不能反复冻结来挑选结果。"), code="undrawn"
    )


def sample_freeze(
    *, actor: User, exercise: CollectionExercise, division_code: str, source: str, at: datetime
) -> QualitySample:
    """Freeze and hash the frame of a division, and say which public number will draw from it.

    Raises what `freeze_check` raises. Reads every submitted form of the division.
    """
    source = source.strip()[:TEXT_AT_MOST]
    level = freeze_check(
        actor=actor, exercise=exercise, division_code=division_code, source=source, at=at
    )
    plan = plan_of(exercise.code)
    with transaction.atomic():
        frame = frame_keep(exercise=exercise, division_code=division_code, level=level, plan=plan)
        if at <= (now := timezone.now()):
            raise Invalid(_("冻结期间数字已经公布，请改用以后公布的数字。"), cell="at")
        try:
            with transaction.atomic():
                sample = QualitySample.objects.create(
                    exercise=exercise,
                    division_code=division_code,
                    level=level,
                    plan=dict(plan.data),
                    frame_path=frame.path,
                    frame_digest=frame.digest,
                    frame_count=frame.lines,
                    frozen_at=now,
                    frozen_by=actor,
                    public_source=source,
                    public_at=at,
                )
        except IntegrityError as error:
            raise _undrawn() from error
        audit_record(
            action=AuditAction.QUALITY_FRAME_FROZEN,
            actor=actor,
            subject=sample,
            detail={
                "hash": frame.digest,
                "number": frame.lines,
                "source": source,
                "plan": plan.name,
            },
        )
    return sample


@transaction.atomic
def sample_draw(*, actor: User, sample_id: int, value: str) -> QualitySample:
    """Draw with the public number. Raises `Missing`, `NotAllowed`, `Conflict`, or `Invalid`.

    The seed is SM3(frame digest | source | number): it could not be known when the frame was
    frozen, and it cannot be chosen now. The act that is recorded names no drawn unit.
    """
    sample = sample_locked(actor, sample_id, Permission.QUALITY_DRAW)
    if sample.stage != SampleStage.FROZEN:
        raise Conflict(_("这个样本已经抽取。"), code="already_drawn")
    value = value.strip()
    if not value or len(value) > VALUE_AT_MOST or not value.isprintable():
        raise Invalid(
            _("请填写公布的数字，最多 %d 个字符。") % VALUE_AT_MOST, code="value", cell="value"
        )
    if timezone.now() < sample.public_at:
        raise Conflict(_("约定的公布时间还没有到。"), code="not_public_yet", cell="value")
    if _digest_now(sample) != sample.frame_digest:
        raise Conflict(_("抽样框文件与冻结时不一致，不能抽取。"), code="frame_changed")
    sample.public_value = value
    sample.seed = seed_of(sample.frame_digest, sample.public_source, value)
    lots = draw(
        frame_lines(sample.frame_path),
        seed=sample.seed,
        level=sample.level,
        plan=sample.quality_plan,
    )
    sample.draw_digest = draw_digest(lots)
    sample.stage = SampleStage.DRAWN
    sample.drawn_at, sample.drawn_by = timezone.now(), actor
    sample.save()
    _keep(sample, lots)
    audit_record(
        action=AuditAction.QUALITY_DRAWN,
        actor=actor,
        subject=sample,
        detail={
            "seed": sample.seed,
            "value": value,
            "lots": len(lots),
            "number": sum(len(lot.codes) for lot in lots),
            "hash": sample.draw_digest,
        },
    )
    return sample


def _digest_now(sample: QualitySample) -> str:
    try:
        return frame_digest(frame_lines(sample.frame_path))
    except (OSError, EOFError, ValueError):
        return ""


def _keep(sample: QualitySample, lots: Sequence[DrawnLot]) -> None:
    wanted = {code for lot in lots for code, _stratum in lot.codes}
    lines = {line.code: line for line in frame_lines(sample.frame_path) if line.code in wanted}
    for lot in lots:
        kept = QualityLot.objects.create(
            sample=sample,
            part=lot.part,
            division_code=lot.division_code,
            unit_kind=lot.unit_kind,
            size=lot.size,
            letter=lot.letter,
            aql=lot.aql,
            sample_size=len(lot.codes),
            acceptance_number=lot.acceptance_number,
            strata={name: list(numbers) for name, numbers in lot.strata.items()},
        )
        _checks_keep(kept, [(lines[code], stratum) for code, stratum in lot.codes])


def _checks_keep(lot: QualityLot, drawn: Sequence[tuple[FrameLine, str]]) -> None:
    submissions = _submissions(line.receipt for line, _stratum in drawn if line.receipt)
    units = Unit.objects.in_bulk(
        [line.code for line, _stratum in drawn if not line.receipt], field_name="code"
    )
    checks = []
    for rank, (line, stratum) in enumerate(drawn, start=1):
        submission = submissions.get(line.receipt)
        unit = submission.case.unit if submission else units[line.code]
        checks.append(
            QualityCheck(
                sample=lot.sample,
                lot=lot,
                division_code=unit.division_code,
                unit=unit,
                case=submission.case if submission else None,
                submission=submission,
                code=line.code,
                stratum=stratum,
                rank=rank,
            )
        )
    QualityCheck.objects.bulk_create(checks, batch_size=BATCH)


def _submissions(receipts: Iterable[str]) -> dict[str, Submission]:
    found = Submission.objects.filter(receipt_code__in=list(receipts))
    found = found.select_related("case__unit").defer("document", "explanations")
    return {submission.receipt_code: submission for submission in found}


@transaction.atomic
def sample_close(*, actor: User, sample_id: int) -> QualitySample:
    """End the sample: its results are open to other levels from now on.

    Raises `Conflict` while a lot is not decided.
    """
    sample = sample_locked(actor, sample_id, Permission.QUALITY_DRAW)
    if sample.stage != SampleStage.DRAWN:
        raise Conflict(_("这个样本不在核查中。"), code="other_stage")
    pending = sample.lots.filter(outcome=LotOutcome.PENDING).count()
    if pending:
        raise Conflict(_("还有 %d 批没有判定。") % pending, code="lots_pending")
    sample.stage = SampleStage.CLOSED
    sample.closed_at, sample.closed_by = timezone.now(), actor
    sample.save(update_fields=["stage", "closed_at", "closed_by"])
    outcomes = list(sample.lots.filter(part=SamplePart.FORM).values_list("outcome", flat=True))
    audit_record(
        action=AuditAction.QUALITY_CLOSED,
        actor=actor,
        subject=sample,
        detail={
            "accepted": outcomes.count(LotOutcome.ACCEPTED),
            "rejected": outcomes.count(LotOutcome.REJECTED),
        },
    )
    return sample


def sample_locked(actor: User, sample_id: int, permission: Permission) -> QualitySample:
    """The sample, locked, for somebody of its own level. Raises `Missing` or `NotAllowed`."""
    samples = QualitySample.objects.select_for_update(of=("self",), no_key=True)
    sample = samples.visible_to(actor).filter(pk=sample_id).first()
    if sample is None:
        raise Missing(_("没有这个样本，或不在您的管辖范围内。"))
    if not is_of_level(actor, permission, sample.division_code):
        raise NotAllowed(_("只有抽取样本的本级人员可以办理。"))
    return sample
