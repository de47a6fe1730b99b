"""Recording what was found at the place; the register follows, by revision or by change order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import FieldOutcome, FrameChangeKind, UnitStatus
from registry.evidence_files import photograph_keep
from registry.extent import is_far_from_county
from registry.models import FieldVerification, FrameChange, Unit
from registry.models.unit import LATITUDES, LONGITUDES
from registry.services.frame_changes import ChangeRequest, frame_change_request
from registry.services.freezing import freeze_of
from registry.services.units import SEALED, unit_data_checked, unit_set
from registry.unit_data import UnitData, data_of

NOTE_AT_LEAST = 4  # characters: "没有" says nothing
STATUS_OF = {
    FieldOutcome.IN_SCOPE: UnitStatus.OPERATING,
    FieldOutcome.SUSPENDED: UnitStatus.SUSPENDED_ALL_YEAR,
    FieldOutcome.CLOSED: UnitStatus.CLOSED,
    FieldOutcome.OUT_OF_SCOPE: UnitStatus.OUT_OF_SCOPE,
    FieldOutcome.NOT_FOUND: UnitStatus.NOT_FOUND,
}
ORDER_OF = {
    FieldOutcome.IN_SCOPE: FrameChangeKind.RESUMPTION,
    FieldOutcome.SUSPENDED: FrameChangeKind.SUSPENSION,
    FieldOutcome.CLOSED: FrameChangeKind.DEATH,
    FieldOutcome.OUT_OF_SCOPE: FrameChangeKind.OUT_OF_SCOPE,
    FieldOutcome.NOT_FOUND: FrameChangeKind.NOT_FOUND,
}


@dataclass(frozen=True)
class Finding:
    """What a person found at the place. `photo` is the content of the file.

    `facts` are those of the register that are otherwise there, by their names in `UnitData`.
    """

    outcome: FieldOutcome
    note: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    accuracy: int | None = None
    photo: bytes = b""
    duplicate_id: int | None = None
    observed_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def verification_record(
    *, actor: User, unit_id: int, finding: Finding
) -> tuple[FieldVerification, FrameChange | None]:
    """Keep the visit, and let the register follow it. Also the change that waits for approval.

    The status follows at once; after the freeze, and for a duplicate, by a change that somebody
    else approves. Raises `Missing`, `NotAllowed`, or `Invalid` at the field.
    """
    unit = Unit.objects.select_for_update(no_key=True).visible_to(actor).filter(pk=unit_id).first()
    if unit is None:
        raise Missing(_("没有找到这个普查对象，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.UNIT_AMEND, unit):
        raise NotAllowed(_("您可以查看，但无权修改此普查对象。"))
    _check(finding)
    path, digest = photograph_keep(finding.photo)
    far = finding.longitude is not None and finding.latitude is not None
    made = FieldVerification.objects.create(
        unit=unit,
        division_code=unit.division_code,
        outcome=finding.outcome,
        note=finding.note.strip(),
        duplicate_of_id=finding.duplicate_id,
        longitude=finding.longitude,
        latitude=finding.latitude,
        accuracy=finding.accuracy,
        is_far=far
        and is_far_from_county(
            unit.division_code, finding.longitude or Decimal(0), finding.latitude or Decimal(0)
        ),
        photo=path,
        photo_digest=digest,
        observed_at=finding.observed_at or timezone.now(),
        verified_by=actor,
    )
    audit_record(
        action=AuditAction.UNIT_VERIFIED,
        actor=actor,
        subject=unit,
        detail={"outcome": str(finding.outcome), "photo": digest, "far": made.is_far},
        kept=made,
    )
    return made, _follow(unit, made, finding.facts, actor)


def _follow(
    unit: Unit, made: FieldVerification, facts: Mapping[str, Any], actor: User
) -> FrameChange | None:
    outcome = FieldOutcome(made.outcome)
    order = ChangeRequest(
        kind=ORDER_OF.get(outcome, FrameChangeKind.MERGE),
        reason=(made.note or str(outcome.label))[:200],
        evidence=_("现场核实 %(pk)d 号") % {"pk": made.pk},
        effective_on=timezone.localdate(made.observed_at),
        unit_id=unit.pk,
        survivor_id=made.duplicate_of_id,
    )
    if outcome == FieldOutcome.DUPLICATE:
        return frame_change_request(actor=actor, wanted=order)
    status = STATUS_OF[outcome]
    now, is_frozen = data_of(unit), freeze_of(unit.division_code) is not None
    # sealed facts change by order; the listing form itself keeps what was found
    open_facts = {name: facts[name] for name in facts if not (is_frozen and name in SEALED)}
    new = unit_data_checked(replace(_placed(unit, made), **open_facts), now=now)
    if not is_frozen:
        new = replace(new, status=status)
    if new != now:
        reason = _("现场核实：%(outcome)s") % {"outcome": outcome.label}
        unit_set(unit, new, actor=actor, reason=reason, at=made.observed_at)
    if is_frozen and unit.status != status:
        return frame_change_request(actor=actor, wanted=order)
    return None


def _placed(unit: Unit, made: FieldVerification) -> UnitData:
    """The unit with the position that was taken, where it had none and the place is plausible."""
    data = data_of(unit)
    if unit.longitude is None and made.longitude is not None and not made.is_far:
        return replace(data, longitude=made.longitude, latitude=made.latitude)
    return data


def _check_position(longitude: Decimal | None, latitude: Decimal | None) -> None:
    if longitude is None and latitude is None:
        return
    if longitude is None or latitude is None:
        raise Invalid(_("经度和纬度须同时填写。"), code="position", cell="longitude")
    if not (
        LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
    ):
        raise Invalid(_("位置不在我国范围内，请核对。"), code="position", cell="longitude")


def _check(finding: Finding) -> None:
    _check_position(finding.longitude, finding.latitude)
    has_position = finding.longitude is not None
    if finding.observed_at and finding.observed_at > timezone.now():
        raise Invalid(_("核实时间不能晚于现在。"), code="observed_at", cell="observed_at")
    if finding.outcome == FieldOutcome.IN_SCOPE:
        return
    if len(finding.note.strip()) < NOTE_AT_LEAST:
        raise Invalid(_("请写明现场情况。"), code="note_required", cell="note")
    if finding.outcome == FieldOutcome.NOT_FOUND and not finding.photo and not has_position:
        raise Invalid(_("查无此户须有现场照片或定位。"), code="evidence_required", cell="photo")
    if finding.outcome == FieldOutcome.DUPLICATE and finding.duplicate_id is None:
        raise Invalid(
            _("请填写与之重复的普查对象的代码。"), code="duplicate_required", cell="duplicate"
        )
