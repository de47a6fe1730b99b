"""Freezing a pack, deciding about it from above, and the duty register."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api_fields import has_control_character
from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from accounts.services.signing_keys import Signer
from audit.enums import AuditAction
from audit.hashing import canonical_json, content_hash
from audit.services import audit_record
from registry.evidence_files import document_keep
from registry.models import Division
from registry.selectors import division_get
from review.acceptance.models import AcceptanceDecision, AcceptancePack, DutyRecord
from review.acceptance.selectors import criteria_for, score_now
from review.enums import AcceptanceVerdict, DutyKind
from submissions.models import CollectionExercise

TEXT_LENGTH_AT_MOST = 2000
TITLE_LENGTH_AT_MOST = 200


@transaction.atomic
def acceptance_freeze(
    *, actor: User, division: Division, exercise: CollectionExercise
) -> AcceptancePack:
    """Score a division now and keep it for ever. Raises `NotAllowed`.

    All figures are of one snapshot of the database.
    """
    if not actor.has_perm(Permission.ACCEPTANCE_MANAGE, Place(division.code)):
        raise NotAllowed(_("您不能为这个区划固定验收材料。"))
    criteria = criteria_for(exercise)
    as_of = timezone.now()
    score = score_now(division=division, exercise=exercise, is_checked=True)
    pack = AcceptancePack(
        division_code=division.code,
        division_name=division.full_name,
        exercise=exercise,
        criteria=criteria.raw,
        criteria_hash=criteria.hash,
        score=score.as_plain(),
        as_of=as_of,
        made_at=as_of,
        made_by=actor,
    )
    pack.digest = content_hash(pack_content(pack))
    pack.save(force_insert=True)
    audit_record(
        action=AuditAction.ACCEPTANCE_FROZEN,
        actor=actor,
        subject=pack,
        detail={"total": pack.score["total"], "hash": pack.digest},
    )
    return pack


def pack_content(pack: AcceptancePack) -> dict[str, Any]:
    """What the digest covers."""
    return {
        "division": pack.division_code,
        "name": pack.division_name,
        "exercise": pack.exercise_id,
        "criteria": pack.criteria_hash,
        "score": pack.score,
        "as_of": pack.as_of.isoformat(),
    }


@dataclass(frozen=True)
class Verdict:
    """What is decided: the verdict, why, and until when what is wrong is put right."""

    verdict: str
    reason: str
    rectify_by: date | None = None


@transaction.atomic
def acceptance_decide(
    *, actor: User, pack_id: int, verdict: Verdict, signer: Signer | None = None
) -> AcceptanceDecision:
    """Decide about a pack, once, from the level above its division.

    A vetoed pack cannot pass. Raises `Missing`, `NotAllowed`, `Conflict` or `Invalid`.
    """
    pack = AcceptancePack.objects.select_related("exercise").filter(pk=pack_id).first()
    if pack is None:
        raise Missing(_("没有这份验收材料。"))
    if not may_decide(actor, pack):
        raise NotAllowed(_("验收由上一级普查办决定。"))
    if pack.made_by_id == actor.pk:
        raise NotAllowed(_("不能验收自己固定的材料。"), code="own_pack")
    _check(pack, verdict)
    if signer is None and pack.exercise.requires_signature:
        raise Conflict(
            _("本普查阶段的验收结论须签名，请先打开签名密钥。"), code="signature_required"
        )
    decision = AcceptanceDecision(
        pack=pack,
        division_code=pack.division_code,
        verdict=verdict.verdict,
        reason=verdict.reason.strip(),
        rectify_by=verdict.rectify_by,
        decided_at=timezone.now(),
        decided_by=actor,
    )
    if signer is not None:
        decision.key = signer.key
        content = signed_content(decision, fingerprint=signer.key.fingerprint)
        decision.signature = signer.sign(canonical_json(content))
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("这份验收材料已有结论。"), code="decided") from error
    audit_record(
        action=AuditAction.ACCEPTANCE_DECIDED,
        actor=actor,
        subject=pack,
        detail={"status": decision.verdict, "reason": decision.reason},
    )
    return decision


def signed_content(decision: AcceptanceDecision, *, fingerprint: str) -> dict[str, Any]:
    """The statement that is signed: which pack, what was decided, by whom, when."""
    return {
        "pack": decision.pack.digest,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "rectify_by": decision.rectify_by.isoformat() if decision.rectify_by else "",
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": decision.decided_by_id,
        "key": fingerprint,
    }


def may_decide(actor: User, pack: AcceptancePack) -> bool:
    """Whether the person is of an office above the division."""
    division = division_get(pack.division_code)
    if division is None or not division.parent_code:
        return False
    return actor.has_perm(Permission.ACCEPTANCE_MANAGE, Place(division.parent_code))


def _check(pack: AcceptancePack, verdict: Verdict) -> None:
    if verdict.verdict not in AcceptanceVerdict.values:
        raise Invalid(_("请选择验收结论。"), code="verdict_required", cell="verdict")
    is_pass = verdict.verdict == AcceptanceVerdict.PASS
    if is_pass and any(line["vetoes"] for line in pack.score["lines"]):
        raise Invalid(_("有一票否决项，不能通过。"), code="vetoed", cell="verdict")
    _check_text(verdict.reason, "reason")
    if is_pass and verdict.rectify_by is not None:
        raise Invalid(_("通过的不填整改期限。"), code="day_not_asked", cell="rectify_by")
    if not is_pass and verdict.rectify_by is None:
        raise Invalid(_("请填写整改期限。"), code="day_required", cell="rectify_by")
    if verdict.rectify_by is not None and verdict.rectify_by < timezone.localdate():
        raise Invalid(_("整改期限已经过去。"), code="day_past", cell="rectify_by")


def _check_text(text: str, cell: str, at_most: int = TEXT_LENGTH_AT_MOST) -> None:
    if not text.strip():
        raise Invalid(_("请填写此项。"), code="text_required", cell=cell)
    if has_control_character(text, allowed="\r\n\t"):
        raise Invalid(_("文字中有不可见的控制字符。"), code="control_character", cell=cell)
    if len(text.strip()) > at_most:
        raise Invalid(
            _("文字过长，最多 %(length)d 个字。") % {"length": at_most},
            code="text_too_long",
            cell=cell,
        )


@dataclass(frozen=True)
class DutyDocument:
    """One arrangement as it is brought: what it is, and the scanned document."""

    kind: str
    title: str
    name: str
    content: bytes


@transaction.atomic
def duty_record(
    *, actor: User, division_code: str, exercise: CollectionExercise, document: DutyDocument
) -> DutyRecord:
    """Add to the duty register. Raises `NotAllowed` or `Invalid`; without a document nothing is
    proved."""
    if not actor.has_perm(Permission.ACCEPTANCE_MANAGE, Place(division_code)):
        raise NotAllowed(_("您不能登记这个区划的四落实材料。"))
    if document.kind not in DutyKind.values:
        raise Invalid(_("请选择类别。"), code="kind_required", cell="kind")
    _check_text(document.title, "title", TITLE_LENGTH_AT_MOST)
    if not document.content:
        raise Invalid(_("请附上证明文件。"), code="file_required", cell="file")
    path, digest = document_keep(document.content)
    record = DutyRecord.objects.create(
        exercise=exercise,
        division_code=division_code,
        kind=document.kind,
        title=document.title.strip(),
        file_path=path,
        file_name=document.name[-200:],
        file_digest=digest,
        recorded_at=timezone.now(),
        recorded_by=actor,
    )
    audit_record(
        action=AuditAction.DUTY_RECORDED,
        actor=actor,
        subject=record,
        detail={"kind": record.kind, "file": record.file_name, "hash": digest},
    )
    return record
