"""Asking for a change of the register, deciding on it, taking it back. Nothing is ever deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Jurisdiction, Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import FrameChangeKind, FrameChangeState, UnitPart, UnitStatus
from registry.evidence_files import document_keep
from registry.lifecycle import POLICIES, PREFIX_AT_MOST, UNDO_DAYS, approval_level
from registry.models import FrameChange, FrameChangeUnit, SourceRow, Unit
from registry.screening.precedence import FIELD
from registry.services.freezing import freeze_of
from registry.services.revisions import revise
from registry.services.units import changed_fields, unit_add, unit_data_checked, unit_set
from registry.unit_data import UnitData, as_json, data_from_json, data_of

PARTS_AT_MOST = 5
ROWS = "rows"  # in `before`: rows of lists that went over to the survivor


@dataclass(frozen=True)
class ChangeRequest:
    """What a person asks for. `facts` are the unit's facts anew, `parts` the units to be made."""

    kind: FrameChangeKind
    reason: str
    effective_on: date
    evidence: str = ""
    unit_id: int | None = None
    survivor_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[UnitData] = ()
    file: bytes = b""  # a scanned document or photograph


@transaction.atomic
def frame_change_request(*, actor: User, wanted: ChangeRequest) -> FrameChange:
    """Put a change before whoever approves it; the register is not touched yet.

    Raises `Missing`, `NotAllowed`, `Invalid` (each at its field), or `Conflict` where another
    change of the unit waits.
    """
    _check_words(wanted)
    unit = _unit_of(actor, wanted.unit_id) if wanted.kind != FrameChangeKind.BIRTH else None
    survivor = _survivor_of(actor, unit, wanted)
    parts = _parts_checked(actor, wanted)
    facts = dict(wanted.facts)
    if unit is not None:
        _check_alone(unit)
        facts = _facts_of(unit, wanted)
    division = unit.division_code if unit else parts[0].division_code
    is_change_order = freeze_of(division) is not None
    file, digest = document_keep(wanted.file)
    change = FrameChange.objects.create(
        kind=wanted.kind,
        division_code=division,
        facts={"facts": facts, "units": [as_json(part) for part in parts]},
        reason=wanted.reason.strip(),
        evidence=wanted.evidence.strip(),
        file=file,
        file_digest=digest,
        effective_on=wanted.effective_on,
        level=approval_level(wanted.kind, is_change_order=is_change_order),
        is_change_order=is_change_order,
        requested_by=actor,
    )
    for part, one in ((UnitPart.SUBJECT, unit), (UnitPart.SURVIVOR, survivor)):
        if one is not None:
            FrameChangeUnit.objects.create(change=change, unit=one, part=part)
    _audit(AuditAction.FRAME_CHANGE_REQUESTED, actor, change)
    return change


@transaction.atomic
def frame_change_approve(*, actor: User, change_id: int, note: str = "") -> FrameChange:
    """Do what was asked for. Raises `Missing`, `NotAllowed`, `Conflict`, or `Invalid` where the
    unit has changed so that it is no longer acceptable."""
    change = _locked(actor, change_id, FrameChangeState.REQUESTED)
    if change.requested_by_id == actor.pk:
        raise NotAllowed(_("申请人不能批准自己的变更。"))
    if not may_approve(actor, change):
        raise NotAllowed(
            _("此变更须由%(level)s普查办批准。") % {"level": Level(change.level).label}
        )
    _apply(change, actor)
    return _decided(change, actor, FrameChangeState.APPROVED, note)


@transaction.atomic
def frame_change_refuse(*, actor: User, change_id: int, note: str) -> FrameChange:
    """Say no, and why. Raises `Missing`, `NotAllowed`, `Conflict`, `Invalid` without a reason."""
    change = _locked(actor, change_id, FrameChangeState.REQUESTED)
    if change.requested_by_id == actor.pk or not may_approve(actor, change):
        raise NotAllowed(
            _("此变更须由%(level)s普查办批准。") % {"level": Level(change.level).label}
        )
    if not note.strip():
        raise Invalid(_("不批准须写明意见。"), code="reason_required", cell="note")
    return _decided(change, actor, FrameChangeState.REFUSED, note)


@transaction.atomic
def frame_change_withdraw(*, actor: User, change_id: int) -> FrameChange:
    """Take one's own request back before it is decided."""
    change = _locked(actor, change_id, FrameChangeState.REQUESTED)
    if change.requested_by_id != actor.pk:
        raise NotAllowed(_("只有申请人可以撤回申请。"))
    change.state = FrameChangeState.WITHDRAWN
    change.save(update_fields=["state"])
    _audit(AuditAction.FRAME_CHANGE_WITHDRAWN, actor, change)
    return change


@transaction.atomic
def frame_change_undo(*, actor: User, change_id: int, reason: str) -> FrameChange:
    """Set every unit back to what it was, by new revisions. Within the window only.

    Raises `Conflict` after the window, or where a fact that the change set has been changed since.
    """
    change = _locked(actor, change_id, FrameChangeState.APPROVED)
    if not may_approve(actor, change):
        raise NotAllowed(
            _("此变更须由%(level)s普查办撤销。") % {"level": Level(change.level).label}
        )
    if change.decided_at is None or timezone.now() > change.decided_at + timedelta(UNDO_DAYS):
        raise Conflict(
            _("批准已超过 %d 天，不能撤销，请另办变更。") % UNDO_DAYS, code="undo_window_over"
        )
    if not reason.strip():
        raise Invalid(_("撤销须写明理由。"), code="reason_required", cell="reason")
    _set_back(change, actor)
    change.state, change.undo_reason = FrameChangeState.UNDONE, reason.strip()
    change.undone_by, change.undone_at = actor, timezone.now()
    change.save()
    _audit(AuditAction.FRAME_CHANGE_UNDONE, actor, change)
    return change


def may_approve(actor: User, change: FrameChange) -> bool:
    """Whether a jurisdiction of the needed level covers every place that the change touches."""
    places = {change.division_code, *_places_of(change)}
    digits = PREFIX_AT_MOST[Level(change.level)]
    return any(
        isinstance(scope, Jurisdiction)
        and len(scope.prefix) <= digits
        and all(place.startswith(scope.prefix) for place in places)
        for scope in actor.scopes_for(Permission.FRAME_CHANGE_APPROVE)
    )


def _places_of(change: FrameChange) -> set[str]:
    units = [Place(unit["division_code"]) for unit in change.facts["units"]]
    own = change.facts["facts"].get("division_code")
    others = change.units.values_list("unit__division_code", flat=True)
    return {place.division_code for place in units} | ({own} if own else set()) | set(others)


def _check_words(wanted: ChangeRequest) -> None:
    if not wanted.reason.strip():
        raise Invalid(_("变更须写明理由。"), code="reason_required", cell="reason")
    if POLICIES[wanted.kind].needs_evidence and not wanted.evidence.strip():
        raise Invalid(
            _("此类变更须写明证明材料，如文号、现场照片编号。"),
            code="evidence_required",
            cell="evidence",
        )
    if wanted.effective_on > timezone.localdate():
        raise Invalid(_("发生日期不能晚于今天。"), code="date_to_come", cell="effective_on")
    if wanted.effective_on.year < 1949:
        raise Invalid(_("请核对发生日期。"), code="date_too_early", cell="effective_on")


def _unit_of(actor: User, unit_id: int | None) -> Unit:
    unit = Unit.objects.visible_to(actor).filter(pk=unit_id or 0).first()
    if unit is None:
        raise Missing(_("没有找到这个普查对象，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.UNIT_AMEND, unit):
        raise NotAllowed(_("您可以查看，但无权修改此普查对象。"))
    return unit


def _survivor_of(actor: User, unit: Unit | None, wanted: ChangeRequest) -> Unit | None:
    if wanted.kind != FrameChangeKind.MERGE or unit is None:
        return None
    if wanted.survivor_id is None or wanted.survivor_id == unit.pk:
        raise Invalid(
            _("请填写并入的另一个普查对象的代码。"), code="survivor_required", cell="survivor"
        )
    survivor = _unit_of(actor, wanted.survivor_id)
    if survivor.status == UnitStatus.DUPLICATE:
        raise Invalid(
            _("该对象本身已标为重复，不能并入。"), code="survivor_duplicate", cell="survivor"
        )
    return survivor


def _parts_checked(actor: User, wanted: ChangeRequest) -> list[UnitData]:
    if wanted.kind not in {FrameChangeKind.BIRTH, FrameChangeKind.SPLIT}:
        return []
    if not 1 <= len(wanted.parts) <= PARTS_AT_MOST:
        raise Invalid(_("请填写新产生的普查对象。"), code="parts_required", cell="parts")
    parts = [unit_data_checked(part) for part in wanted.parts]
    for part in parts:
        if not actor.has_perm(Permission.UNIT_REGISTER, Place(part.division_code)):
            raise NotAllowed(_("您不能在这个区划登记普查对象。"), cell="division_code")
    return parts


def _check_alone(unit: Unit) -> None:
    waiting = FrameChange.objects.filter(units__unit=unit, state=FrameChangeState.REQUESTED).first()
    if waiting is not None:
        raise Conflict(
            _("此普查对象已有待批准的变更（%(change)s），请先办结。") % {"change": waiting},
            code="change_waits",
        )


def _facts_of(unit: Unit, wanted: ChangeRequest) -> dict[str, Any]:
    """The facts that change, in the register's spelling. Raises `Invalid`."""
    policy = POLICIES[wanted.kind]
    now = data_of(unit)
    stated = {name: wanted.facts[name] for name in policy.facts if name in wanted.facts}
    new = unit_data_checked(_changed(now, stated, policy.status), now=now)
    names = changed_fields(now, new)
    if not names and wanted.kind != FrameChangeKind.SPLIT:
        raise Invalid(_("与现有登记内容相同，没有变更。"), code="nothing_changes")
    plain = as_json(new)
    return {name: plain[name] for name in names}


def _changed(now: UnitData, facts: Mapping[str, Any], status: UnitStatus | None) -> UnitData:
    new = replace(now, **facts)
    if "name" in facts and facts["name"] != now.name:
        new = replace(new, former_name=now.name)
    return replace(new, status=status) if status else new


def _locked(actor: User, change_id: int, state: FrameChangeState) -> FrameChange:
    changes = FrameChange.objects.select_for_update(no_key=True).visible_to(actor)
    change = changes.filter(pk=change_id).first()
    if change is None:
        raise Missing(_("没有这份变更单，或不在您的管辖范围内。"))
    if change.state != state:
        raise Conflict(
            _("变更单已是“%(state)s”。") % {"state": FrameChangeState(change.state).label},
            code="change_state",
        )
    return change


def _apply(change: FrameChange, actor: User) -> None:
    effective = timezone.make_aware(datetime.combine(change.effective_on, time()))
    subject = _part(change, UnitPart.SUBJECT)
    if subject is not None and change.facts["facts"]:
        before = data_of(subject)
        new = data_from_json({**as_json(before), **change.facts["facts"]})
        change.before[str(subject.pk)] = as_json(before)
        checked = unit_data_checked(new, now=before)
        unit_set(subject, checked, actor=actor, reason=str(change), at=effective)
    for plain in change.facts["units"]:
        made = unit_add(
            unit_data_checked(data_from_json(plain)),
            actor=change.requested_by,  # who brought it in; who approved stands in the change
            reason=str(change),
            at=effective,
        )
        FrameChangeUnit.objects.create(change=change, unit=made, part=UnitPart.CREATED)
    survivor = _part(change, UnitPart.SURVIVOR)
    if survivor is not None and subject is not None:
        rows = SourceRow.objects.filter(unit=subject)
        change.before[ROWS] = list(rows.values_list("pk", flat=True))
        rows.update(unit=survivor)


def _part(change: FrameChange, part: UnitPart) -> Unit | None:
    units = Unit.objects.select_for_update(no_key=True)
    return units.filter(frame_changes__change=change, frame_changes__part=part).first()


def _set_back(change: FrameChange, actor: User) -> None:
    reason = _("撤销 %(change)s") % {"change": change}
    subject = _part(change, UnitPart.SUBJECT)
    if subject is not None and str(subject.pk) in change.before:
        now, before = data_of(subject), change.before[str(subject.pk)]
        names = list(change.facts["facts"])
        plain = as_json(now)
        if any(plain[name] != change.facts["facts"][name] for name in names):
            raise Conflict(
                _("批准后这些内容又有修改，不能撤销，请另办变更。"), code="changed_since"
            )
        restored = data_from_json({**plain, **{name: before[name] for name in names}})
        unit_set(subject, restored, actor=actor, reason=reason)
        SourceRow.objects.filter(pk__in=change.before.get(ROWS, [])).update(unit=subject)
    made = Unit.objects.filter(frame_changes__change=change, frame_changes__part=UnitPart.CREATED)
    for unit in made.select_for_update(no_key=True, of=("self",)):
        unit.status = UnitStatus.OUT_OF_SCOPE
        unit.origins = {**unit.origins, "status": FIELD}
        unit.amended_at, unit.amended_by = timezone.now(), actor
        unit.save()
        revise([unit], actor=actor, reason=reason)


def _decided(change: FrameChange, actor: User, state: FrameChangeState, note: str) -> FrameChange:
    change.state, change.decision_note = state, note.strip()
    change.decided_by, change.decided_at = actor, timezone.now()
    change.save()
    approved = state == FrameChangeState.APPROVED
    action = AuditAction.FRAME_CHANGE_APPROVED if approved else AuditAction.FRAME_CHANGE_REFUSED
    _audit(action, actor, change)
    return change


def _audit(action: AuditAction, actor: User, change: FrameChange) -> None:
    audit_record(
        action=action,
        actor=actor,
        division_code=change.division_code,
        detail={
            "change": change.pk,
            "kind": change.kind,
            "units": list(change.units.values_list("unit_id", flat=True)),
            "change_order": change.is_change_order,
            "file": change.file_digest,
        },
    )
