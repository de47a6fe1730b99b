"""More time for an area: asked for by its office, decided by an office above it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import LEVEL_OF_PREFIX, PREFIX_LENGTHS, Level, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Jurisdiction, Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.selectors import division_name
from submissions.models import (
    DeadlineExtension,
    ExercisePhase,
    ExtensionDecision,
    PhaseDeadline,
)
from submissions.phase_enums import WORKS_WITH_A_DEADLINE, Verdict
from submissions.phases.open_work import phases_here
from submissions.policies import is_running
from submissions.services.spoken import reason_checked

COUNTY_DIGITS = PREFIX_LENGTHS[3]
EVENTS = {
    Verdict.APPROVE: AuditAction.EXTENSION_APPROVED,
    Verdict.REFUSE: AuditAction.EXTENSION_REFUSED,
    Verdict.WITHDRAW: AuditAction.EXTENSION_WITHDRAWN,
}


@transaction.atomic
def extension_request(
    *, phase_id: int, area_prefix: str, due_on: date, reason: str, actor: User
) -> DeadlineExtension:
    """Ask for more time in a county, or in a town of it.

    Raises `NotAllowed` outside the own area, `Invalid` for a day that is not later than the
    deadline or is past, `Conflict` where a request of the area waits already (`extension_stands`)
    or the phase has no deadline (`no_deadline`).
    """
    phase = _phase(phase_id)
    if not actor.has_perm(Permission.DEADLINE_EXTEND, Place(area_prefix)):
        raise NotAllowed(_("您不能为这个区划申请延期。"))
    if len(area_prefix) < COUNTY_DIGITS or not division_name(area_prefix.ljust(12, "0")):
        raise Invalid(_("请选择本县或本县的乡镇。"), code="area_unknown", cell="area")
    if not WORKS_WITH_A_DEADLINE.intersection(phase.works):
        raise Invalid(_("这个阶段没有填报工作，不需要延期。"), code="no_filling", cell="phase")
    here = next(o for o in phases_here(phase.exercise, area_prefix) if o.phase.pk == phase.pk)
    before = here.deadline.due_on if here.deadline else None
    if before is None and here.is_open:
        raise Conflict(_("这个阶段没有设定截止日期，不需要延期。"), code="no_deadline")
    if due_on < timezone.localdate() or (before is not None and due_on <= before):
        raise Invalid(
            _("延至的日期应晚于现在的截止日期，且不早于今天。"), code="extension_day", cell="due_on"
        )
    waiting = DeadlineExtension.objects.undecided().filter(phase=phase, area_prefix=area_prefix)
    if waiting.exists():
        raise Conflict(_("这个区划的延期申请正在等待批准。"), code="extension_stands")
    extension = DeadlineExtension.objects.create(
        phase=phase,
        division_code=area_prefix.ljust(12, "0"),
        area_prefix=area_prefix,
        due_on=due_on,
        due_before=before,
        reason=reason_checked(reason, field="reason"),
        requested_at=timezone.now(),
        requested_by=actor,
    )
    _record(AuditAction.EXTENSION_REQUESTED, extension, actor, extension.reason)
    return extension


@transaction.atomic
def extension_decide(
    *, extension_id: int, verdict: Verdict, actor: User, note: str = ""
) -> ExtensionDecision:
    """Approve (the deadline moves at once), refuse, or withdraw.

    Raises `NotAllowed` for the asking level itself (`not_your_level`), the one who asked
    (`own_request`), or `Conflict` where it is decided (`extension_decided`).
    """
    locked = DeadlineExtension.objects.select_for_update(of=("self",))
    extension = locked.select_related("phase__exercise").filter(pk=extension_id).first()
    if extension is None:
        raise Missing(_("没有这项延期申请。"))
    _phase(extension.phase_id)
    level = _level_of(extension, verdict, actor)
    if ExtensionDecision.objects.filter(extension=extension).exists():
        raise Conflict(_("这项延期申请已经有了结论。"), code="extension_decided")
    note = note.strip()
    if verdict == Verdict.REFUSE or note:
        note = reason_checked(note, field="note")
    now = timezone.now()
    decision = ExtensionDecision.objects.create(
        extension=extension,
        verdict=verdict,
        level=level,
        note=note,
        decided_at=now,
        decided_by=actor,
    )
    if verdict == Verdict.APPROVE:
        PhaseDeadline.objects.create(
            phase=extension.phase,
            area_prefix=extension.area_prefix,
            due_on=extension.due_on,
            reason=extension.reason,
            extension=extension,
            set_at=now,
            set_by=actor,
        )
    _record(EVENTS[verdict], extension, actor, note)
    return decision


def approver_level(extension: DeadlineExtension, actor: User) -> Level | None:
    """The lowest office level at which this person stands above the county that asks."""
    lengths = [
        len(scope.prefix)
        for scope in actor.scopes_for(Permission.DEADLINE_EXTEND)
        if isinstance(scope, Jurisdiction) and scope.covers(extension)
        if len(scope.prefix) < COUNTY_DIGITS
    ]
    return LEVEL_OF_PREFIX.get(max(lengths)) if lengths else None


def _level_of(extension: DeadlineExtension, verdict: Verdict, actor: User) -> Level:
    if verdict == Verdict.WITHDRAW:
        if actor.pk != extension.requested_by_id:
            raise NotAllowed(_("只有申请人可以撤回。"), code="not_yours")
        return Level.COUNTY
    if not actor.has_perm(Permission.DEADLINE_EXTEND, extension):
        raise NotAllowed(_("您不能批准延期。"))
    if actor.pk == extension.requested_by_id:
        raise NotAllowed(_("申请人不能批准自己的申请。"), code="own_request")
    level = approver_level(extension, actor)
    if level is None:
        raise NotAllowed(_("县级的延期由市级或以上普查办批准。"), code="not_your_level")
    return level


def _phase(phase_id: int) -> ExercisePhase:
    phase = ExercisePhase.objects.select_related("exercise").filter(pk=phase_id).first()
    if phase is None:
        raise Missing(_("没有这个阶段。"))
    if not is_running(phase.exercise):
        raise Conflict(_("本次普查填报已结束，不能再办理。"), code="exercise_closed")
    return phase


def _record(action: AuditAction, extension: DeadlineExtension, actor: User, reason: str) -> None:
    audit_record(
        action=action,
        actor=actor,
        subject=extension,
        detail={
            "phase": extension.phase.kind,
            "until": extension.due_on.isoformat(),
            "before": extension.due_before.isoformat() if extension.due_before else None,
            **({"reason": reason} if reason else {}),
        },
    )
