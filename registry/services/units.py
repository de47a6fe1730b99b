"""Registering and amending one unit."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.area_selectors import only_area_of
from registry.enums import OBJECT_CODE_LETTERS, UnitKind, UnitSource
from registry.models import Unit
from registry.policies import data_problems
from registry.screening.precedence import FIELD
from registry.selectors import Lookalike, classifications_for, division_name, lookalikes
from registry.services.freezing import freeze_of
from registry.services.revisions import revise
from registry.successions import code_now
from registry.unit_data import FIELDS, UnitData, data_normalised, data_of

# What a frozen register seals: whoever changes it needs a change order.
SEALED = frozenset(
    {
        "name",
        "kind",
        "status",
        "credit_code",
        "site_suffix",
        "organisation_code",
        "division_code",
        "industry_codes",
    }
)
_NEXT_SERIALS = """
    INSERT INTO registry_objectcodeserial AS s (stem, last_number) VALUES (%(stem)s, %(count)s)
    ON CONFLICT (stem) DO UPDATE SET last_number = s.last_number + EXCLUDED.last_number
    RETURNING last_number
"""


@transaction.atomic
def unit_register(
    *,
    actor: User,
    data: UnitData,
    source: UnitSource = UnitSource.FIELD,
    is_confirmed: bool = False,
) -> Unit:
    """Enter a unit. Raises `NotAllowed`, `Invalid` (every problem at its field) or `Conflict`.

    Look-alikes are a `Conflict` with the list until the person confirms that it is another unit.
    """
    data = unit_data_checked(data)
    if not actor.has_perm(Permission.UNIT_REGISTER, Place(data.division_code)):
        raise _outside(data)
    if data.kind != UnitKind.AREA and freeze_of(data.division_code) is not None:
        raise Conflict(
            _("名录已冻结，请办理“新增”变更单。"), code="register_frozen", cell="division_code"
        )
    _refuse_taken_code(data, actor=actor)
    if not is_confirmed:
        _refuse_lookalikes(lookalikes(data, actor=actor))
    unit = unit_add(data, actor=actor, source=source)
    audit_record(action=AuditAction.UNIT_REGISTERED, actor=actor, subject=unit)
    return unit


@transaction.atomic
def unit_amend(
    *, actor: User, unit_id: int, data: UnitData, reason: str, base_revision: int | None = None
) -> Unit:
    """Change what the register says, keeping what it said before. Nothing changed, nothing written.

    Raises `Missing`, `NotAllowed` (also where the unit would leave the jurisdiction), `Invalid`,
    or `Conflict` where somebody amended it after `base_revision`.
    """
    locked = Unit.objects.select_for_update(no_key=True)  # forms may go on pointing at it
    unit = locked.visible_to(actor).filter(pk=unit_id).first()
    if unit is None:
        raise Missing(_("没有找到这个普查对象，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.UNIT_AMEND, unit):
        raise NotAllowed(_("您可以查看，但无权修改此普查对象。"))
    data = unit_data_checked(data)
    changed = changed_fields(data_of(unit), data)
    if not changed:
        return unit
    _check_amendment(unit, data, actor=actor, reason=reason, base_revision=base_revision)
    if SEALED.intersection(changed) and freeze_of(unit.division_code) is not None:
        raise Conflict(
            _("名录已冻结，更名、迁址、关闭等请办理变更单；地址、联系方式仍可修改。"),
            code="register_frozen",
            cell=next(name for name in changed if name in SEALED),
        )
    before = unit.code
    unit_set(unit, data, actor=actor, reason=reason.strip())
    audit_record(
        action=AuditAction.UNIT_AMENDED,
        actor=actor,
        subject=unit,
        detail={"fields": changed, "reason": reason.strip(), "code_before": before},
    )
    return unit


def unit_add(
    data: UnitData,
    *,
    actor: User,
    source: UnitSource = UnitSource.FIELD,
    reason: str = "",
    at: datetime | None = None,
) -> Unit:
    """Write a new unit of checked facts with its first revision. `Conflict` for a taken code."""
    unit = Unit(source=source, registered_by=actor)
    _write(unit, data)
    unit.enumeration_area = only_area_of(data.division_code)
    _save(unit, data, actor=actor)
    revise([unit], actor=actor, reason=reason, effective_at=at)
    return unit


def unit_set(
    unit: Unit, data: UnitData, *, actor: User, reason: str, at: datetime | None = None
) -> None:
    """Write checked facts over a locked unit with a revision. `Conflict` for a taken code."""
    _refuse_taken_code(data, actor=actor, except_id=unit.pk)
    changed = changed_fields(data_of(unit), data)
    _write(unit, data)
    unit.origins = {**unit.origins, **dict.fromkeys(changed, FIELD)}
    if "division_code" in changed:
        unit.enumeration_area = only_area_of(data.division_code)
    unit.amended_at, unit.amended_by = timezone.now(), actor
    _save(unit, data, actor=actor)
    revise([unit], actor=actor, reason=reason, effective_at=at)


def changed_fields(before: UnitData, after: UnitData) -> list[str]:
    """Names of the facts that differ."""
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


def object_codes_issue(*, kind: UnitKind, division_code: str, count: int = 1) -> list[str]:
    """The next census-issued codes: class letter, 12-digit division, serial. Locks the serial."""
    stem = f"{OBJECT_CODE_LETTERS[kind]}{division_code}"
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SERIALS, {"stem": stem, "count": count})
        last: int = cursor.fetchone()[0]
    return [f"{stem}{number:05d}" for number in range(last - count + 1, last + 1)]


def unit_data_checked(data: UnitData, *, now: UnitData | None = None) -> UnitData:
    """The facts in the register's spelling. Raises `Invalid` with every problem at its field.

    Of a unit that is as it is `now`, only what changes is judged: a unit whose industry nobody
    knows can be closed all the same.
    """
    data = data_normalised(data)
    data = replace(data, division_code=code_now(data.division_code))
    problems = data_problems(data, classifications_for([data]))
    if now is not None:
        changed = {*changed_fields(now, data)}
        problems = [problem for problem in problems if problem.field in changed]
    if problems:
        first = problems[0]
        raise Invalid(
            str(first.problem) if len(problems) == 1 else _("有 %d 处填写有误。") % len(problems),
            code="unit_invalid",
            cell=first.field,
            details={"errors": [problem.as_error for problem in problems]},
        )
    return data


def _outside(data: UnitData) -> NotAllowed:
    return NotAllowed(
        _("%(division)s不在您的管辖范围内。") % {"division": division_name(data.division_code)},
        code="outside_jurisdiction",
        cell="division_code",
    )


def _check_amendment(
    unit: Unit, data: UnitData, *, actor: User, reason: str, base_revision: int | None
) -> None:
    if not reason.strip():
        raise Invalid(_("修改普查对象须写明理由。"), code="reason_required", cell="reason")
    if data.division_code != unit.division_code and not actor.has_perm(
        Permission.UNIT_AMEND, Place(data.division_code)
    ):
        raise _outside(data)
    if base_revision is not None and base_revision != _last_number(unit):
        raise Conflict(
            _("在您填写期间，此普查对象已被他人修改。请核对最新内容后再改。"),
            code="amended_meanwhile",
        )


def _refuse_taken_code(data: UnitData, *, actor: User, except_id: int | None = None) -> None:
    taken = Unit.objects.filter(code=data.identity).first()
    if not data.identity or taken is None or taken.pk == except_id:
        return
    if actor.has_perm(Permission.UNIT_VIEW, taken):
        sentence = _("代码 %(code)s 已登记为“%(name)s”（%(division)s）。") % {
            "code": taken.code,
            "name": taken.name,
            "division": division_name(taken.division_code),
        }
        details: dict[str, Any] = {"unit": taken.pk}
    else:
        sentence = _("代码 %(code)s 已在其他地区登记。") % {"code": taken.code}
        details = {}
    sentence += _("同一单位的另一厂区请填写不同的厂区编号。")
    field = "credit_code" if data.credit_code else "organisation_code"
    raise Conflict(sentence, code="code_taken", cell=field, details=details)


def _refuse_lookalikes(found: list[Lookalike]) -> None:
    if not found:
        return
    raise Conflict(
        _("名录库中已有 %(count)d 个相似的普查对象，请确认不是同一个后再登记。")
        % {"count": len(found)},
        code="lookalikes",
        details={
            "lookalikes": [
                {
                    "unit": one.unit.pk,
                    "code": one.unit.code,
                    "name": one.unit.name,
                    "division_code": one.unit.division_code,
                    "reason": one.reason,
                }
                for one in found
            ]
        },
    )


def _write(unit: Unit, data: UnitData) -> None:
    for name in FIELDS:
        setattr(unit, name, getattr(data, name))
    unit.industry_codes = list(data.industry_codes)
    if not data.identity and not unit.object_code:
        (unit.object_code,) = object_codes_issue(
            kind=UnitKind(data.kind), division_code=data.division_code
        )
    unit.code = data.identity or unit.object_code


def _save(unit: Unit, data: UnitData, *, actor: User) -> None:
    """Save; where the same code was registered a moment ago, say so instead of failing."""
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError:
        _refuse_taken_code(data, actor=actor, except_id=unit.pk)
        raise


def _last_number(unit: Unit) -> int:
    last = unit.revisions.order_by("-number").values_list("number", flat=True).first()
    return last or 0
