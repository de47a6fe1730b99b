"""Areas that report as units (以行政区为单位的普查对象), and the samples a unit belongs to."""

from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import OBJECT_CODE_LETTERS, DivisionLevel, UnitKind, UnitSource
from registry.models import Division, Unit
from registry.selectors import areas_missing, division_name
from registry.services.revisions import revise

AREAS_AT_ONCE = 3000
REASON = gettext_lazy("开设行政区填报单位")


@transaction.atomic
def area_units_register(
    *, actor: User | None, division_code: str, level: DivisionLevel
) -> list[Unit]:
    """One unit for every division of `level` inside a division that has none yet. Idempotent.

    Raises `NotAllowed`, or `Invalid` where it would be more than one act should register. `actor`
    None is the installation itself. Five queries however many areas.
    """
    if actor is not None and not actor.has_perm(Permission.FRAME_LOAD, Place(division_code)):
        raise NotAllowed(
            _("%(division)s不在您的管辖范围内。") % {"division": division_name(division_code)},
            code="outside_jurisdiction",
        )
    missing = list(areas_missing(division_code, level)[: AREAS_AT_ONCE + 1])
    if len(missing) > AREAS_AT_ONCE:
        raise Invalid(
            _("一次最多开设 %(count)d 个填报单位，请按下一级区划分别开设。")
            % {"count": AREAS_AT_ONCE},
            code="too_many_areas",
        )
    now = timezone.now()
    registrar = actor or User.objects.order_by("pk").first()
    if registrar is None:
        raise Invalid(_("还没有任何账号，不能登记普查对象。"), code="no_account")
    units = [_area_unit(division, registrar) for division in missing]
    for unit in units:
        unit.registered_at = now
    try:
        with transaction.atomic():
            Unit.objects.bulk_create(units, batch_size=500)
    except IntegrityError as error:
        raise Conflict(
            _("他人正在开设同一批填报单位，请刷新后再看。"), code="areas_taken"
        ) from error
    revise(units, actor=registrar, reason=str(REASON))
    if units:
        audit_record(
            action=AuditAction.AREAS_REGISTERED,
            actor=actor,
            division_code=division_code,
            detail={"level": str(level.label), "number": len(units)},
        )
    return units


def _area_unit(division: Division, registrar: User) -> Unit:
    """The code is a letter, the division and a serial that is always 1: an area has one unit."""
    code = f"{OBJECT_CODE_LETTERS[UnitKind.AREA]}{division.code}00001"
    return Unit(
        code=code,
        object_code=code,
        name=division.full_name or division.name,
        kind=UnitKind.AREA,
        division_code=division.code,
        source=UnitSource.FRAME,
        registered_by=registrar,
    )


@transaction.atomic
def unit_samples_set(
    *, actor: User, unit_id: int, samples: Collection[str], known: Sequence[str], reason: str
) -> Unit:
    """Say which samples and key regions a unit belongs to (forms that only those owe).

    `known` are the codes of such forms. Raises `Missing`, `NotAllowed`, or `Invalid` for another
    code or without a reason.
    """
    unit = Unit.objects.select_for_update(no_key=True).visible_to(actor).filter(pk=unit_id).first()
    if unit is None:
        raise Missing(_("没有找到这个普查对象，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.FRAME_LOAD, unit):
        raise NotAllowed(_("只有普查办可以划定抽样和重点范围。"))
    wanted = sorted(set(samples))
    if unknown := [code for code in wanted if code not in known]:
        raise Invalid(
            _("没有按抽样或重点范围填报的表 %(code)s。") % {"code": unknown[0]},
            code="unknown_sample",
            cell="samples",
        )
    if wanted == sorted(unit.samples):
        return unit
    if not reason.strip():
        raise Invalid(_("请写明理由。"), code="reason_required", cell="reason")
    before, unit.samples = sorted(unit.samples), wanted
    unit.amended_at, unit.amended_by = timezone.now(), actor
    unit.save(update_fields=["samples", "amended_at", "amended_by"])
    revise([unit], actor=actor, reason=reason.strip())
    audit_record(
        action=AuditAction.UNIT_AMENDED,
        actor=actor,
        subject=unit,
        detail={"fields": ["samples"], "reason": reason.strip(), "samples_before": before},
    )
    return unit
