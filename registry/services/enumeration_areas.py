"""Dividing a division into enumeration areas (普查小区), and sending people into them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission, Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from registry.area_selectors import people_for
from registry.listing import UnitSearch, units_found
from registry.models import AreaAssignment, EnumerationArea, Unit
from registry.prefixes import significant_digits
from registry.selectors import division_name, division_names

UNITS_AT_ONCE = 10_000
_OPEN = """
    WITH wanted AS (
        SELECT DISTINCT u.division_code FROM registry_unit u
        WHERE u.enumeration_area_id IS NULL AND u.kind <> 'area'
          AND u.division_code LIKE %(prefix)s
    )
    SELECT division_code FROM wanted
    WHERE NOT EXISTS (
        SELECT 1 FROM registry_enumerationarea a WHERE a.division_code = wanted.division_code
    )
"""
_PLACE = """
    UPDATE registry_unit u SET enumeration_area_id = a.id
    FROM registry_enumerationarea a
    WHERE u.enumeration_area_id IS NULL AND u.kind <> 'area' AND u.division_code LIKE %(prefix)s
      AND a.division_code = u.division_code AND a.closed_on IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM registry_enumerationarea b
        WHERE b.division_code = a.division_code AND b.closed_on IS NULL AND b.id <> a.id
      )
"""


@dataclass(frozen=True)
class Opened:
    """What opening did."""

    areas: int
    units: int


@transaction.atomic
def areas_open(*, actor: User, division_code: str) -> Opened:
    """One area for every town or village that has units and none yet; units fall into it.

    Idempotent. Units of a place with several areas stay unplaced: which one, a person says.
    """
    if not actor.has_perm(Permission.AREA_ASSIGN, Place(division_code)):
        raise NotAllowed(_("您不能在这个区划划分普查小区。"))
    parameters = {"prefix": f"{significant_digits(division_code)}%"}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, parameters)
        codes = sorted(code for (code,) in cursor.fetchall())
        names = division_names(codes)
        EnumerationArea.objects.bulk_create(
            [
                EnumerationArea(
                    code=f"{code}01", division_code=code, name=names.get(code, code)[-100:]
                )
                for code in codes
            ],
            batch_size=1000,
        )
        cursor.execute(_PLACE, parameters)
        done = Opened(len(codes), cursor.rowcount)
    if done.areas or done.units:
        audit_record(
            action=AuditAction.AREAS_OPENED,
            actor=actor,
            division_code=division_code,
            detail={"areas": done.areas, "units": done.units},
        )
    return done


@transaction.atomic
def area_split(
    *, actor: User, area_id: int, unit_ids: Collection[int], name: str
) -> EnumerationArea:
    """Make a second area of the named units; the rest stay. Raises `Missing`, `Invalid`."""
    area = _locked(actor, area_id)
    moved = area.units.filter(pk__in=list(unit_ids))
    number = moved.count()
    if not number or number == area.units.count():
        raise Invalid(
            _("请选择分出的普查对象：不能一个不选，也不能全选。"), code="units", cell="units"
        )
    codes = EnumerationArea.objects.filter(division_code=area.division_code)
    serial = max(int(code[12:]) for code in codes.values_list("code", flat=True)) + 1
    if serial > 99:
        raise Invalid(_("一个村（居）最多划分 99 个普查小区。"), code="too_many_areas")
    made = EnumerationArea.objects.create(
        code=f"{area.division_code}{serial:02d}",
        division_code=area.division_code,
        name=name.strip()[:100] or f"{area.name}{serial:02d}",
    )
    made.came_from.add(area)
    moved.update(enumeration_area=made)
    _audit(AuditAction.AREA_SPLIT, actor, area, made=made.code, units=number)
    return made


@transaction.atomic
def area_merge(*, actor: User, area_id: int, into_id: int) -> EnumerationArea:
    """Close an area and give its units to another one. Raises `Missing`, `Invalid`."""
    if area_id == into_id:
        raise Invalid(_("请选择另一个普查小区。"), code="same_area", cell="into")
    area, into = _locked(actor, area_id), _locked(actor, into_id)
    units = area.units.update(enumeration_area=into)
    today = timezone.localdate()
    area.closed_on = today
    area.save(update_fields=["closed_on"])
    into.came_from.add(area)
    for assignment in AreaAssignment.objects.in_force().filter(area=area):
        _end(assignment, today)
    _audit(AuditAction.AREA_MERGED, actor, area, into=into.code, units=units)
    return into


@transaction.atomic
def area_assign(
    *,
    actor: User,
    area_id: int,
    user_id: int,
    role: Role,
    valid_from: date,
    valid_to: date | None = None,
) -> AreaAssignment:
    """Send a person into an area. Raises `Invalid` for somebody without the role there,
    `Conflict` where another one has the area on one of the days."""
    area = _locked(actor, area_id)
    user = next((one for one in people_for(area, role) if one.pk == user_id), None)
    if user is None:
        raise Invalid(
            _("请选择在本地担任%(role)s的人员。") % {"role": role.label}, code="user", cell="user"
        )
    if valid_to is not None and valid_to < valid_from:
        raise Invalid(_("截止日期早于开始日期。"), code="period", cell="valid_to")
    try:
        with transaction.atomic():
            made = AreaAssignment.objects.create(
                area=area,
                user=user,
                role=role,
                valid_from=valid_from,
                valid_to=valid_to,
                assigned_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(
            _("这段日期内该普查小区已分派给他人，请先终止原来的分派。"), code="area_taken"
        ) from error
    _audit(AuditAction.AREA_ASSIGNED, actor, area, user=user.pk, role=str(role))
    return made


@transaction.atomic
def area_assignment_end(*, actor: User, assignment_id: int) -> None:
    """Take a person out of an area, from today. Raises `Missing`, `NotAllowed`, `Conflict`."""
    assignment = AreaAssignment.objects.filter(pk=assignment_id).select_related("area").first()
    if assignment is None:
        raise Missing(_("没有这项分派。"))
    area = _locked(actor, assignment.area_id)
    today = timezone.localdate()
    over = assignment.valid_to is not None and assignment.valid_to < today
    if over or assignment.cancelled_at is not None:
        raise Conflict(_("这项分派已经结束。"), code="ended")
    _end(assignment, today)
    _audit(AuditAction.AREA_ASSIGNMENT_ENDED, actor, area, user=assignment.user_id)


def _end(assignment: AreaAssignment, today: date) -> None:
    """Until yesterday; one that has had no whole day yet is cancelled, and kept."""
    yesterday = today - timedelta(days=1)
    if assignment.valid_from > yesterday:
        assignment.cancelled_at = timezone.now()
    else:
        assignment.valid_to = yesterday
    assignment.save(update_fields=["valid_to", "cancelled_at"])


@dataclass(frozen=True)
class MovePreview:
    """What moving the units that a search finds would do. The token stands for exactly this."""

    token: str
    total: int
    moving: int
    already_there: int
    elsewhere: int  # outside the county of the area: left out
    losing: list[tuple[str, int]]


def units_move_preview(*, actor: User, area_id: int, search: UnitSearch) -> MovePreview:
    """Say beforehand which units would go over, and who would lose how many. Writes nothing."""
    area = _visible(actor, area_id)
    found = _found(actor, area, search)
    moving = [(pk, name) for pk, name, place in found if place == "moves"]
    losing: dict[str, int] = {}
    for _pk, name in moving:
        losing[name] = losing.get(name, 0) + 1
    places = [place for _pk, _name, place in found]
    return MovePreview(
        token=content_hash([area.pk, [pk for pk, _name in moving]]),
        total=len(found),
        moving=len(moving),
        already_there=places.count("there"),
        elsewhere=places.count("elsewhere"),
        losing=sorted(losing.items()),
    )


@transaction.atomic
def units_move(*, actor: User, area_id: int, search: UnitSearch, token: str) -> int:
    """Do what the preview said; `Conflict` where it would be something else by now."""
    area = _locked(actor, area_id)
    found = _found(actor, area, search)
    moving = [pk for pk, _name, place in found if place == "moves"]
    if content_hash([area.pk, moving]) != token:
        raise Conflict(_("预览之后情况有变，请重新预览再确认。"), code="changed_since_preview")
    number = Unit.objects.filter(pk__in=moving).update(enumeration_area=area)
    _audit(AuditAction.UNITS_MOVED_TO_AREA, actor, area, units=number)
    return number


def _found(actor: User, area: EnumerationArea, search: UnitSearch) -> list[tuple[int, str, str]]:
    """(unit, its area's name, whether it moves, is there, or lies elsewhere), by unit."""
    county = area.division_code[:6]
    rows = units_found(actor=actor, search=search).order_by("pk")
    values = rows.values_list("pk", "enumeration_area", "enumeration_area__name", "division_code")
    found = list(values[: UNITS_AT_ONCE + 1])
    if len(found) > UNITS_AT_ONCE:
        raise Invalid(
            _("一次最多调整 %d 个普查对象，请缩小范围。") % UNITS_AT_ONCE, code="too_many_units"
        )
    return [
        (
            pk,
            name or _("未划入小区"),
            "elsewhere"
            if not division.startswith(county)
            else ("there" if there == area.pk else "moves"),
        )
        for pk, there, name, division in found
    ]


def _visible(actor: User, area_id: int) -> EnumerationArea:
    area = EnumerationArea.objects.visible_to(actor).open().filter(pk=area_id).first()
    return _checked(actor, area)


def _locked(actor: User, area_id: int) -> EnumerationArea:
    areas = EnumerationArea.objects.select_for_update(no_key=True).visible_to(actor).open()
    return _checked(actor, areas.filter(pk=area_id).first())


def _checked(actor: User, area: EnumerationArea | None) -> EnumerationArea:
    if area is None:
        raise Missing(_("没有这个普查小区，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.AREA_ASSIGN, area):
        raise NotAllowed(
            _("您不能划分或分派%(place)s的普查小区。")
            % {"place": division_name(area.division_code)}
        )
    return area


def _audit(action: AuditAction, actor: User, area: EnumerationArea, **detail: object) -> None:
    audit_record(
        action=action,
        actor=actor,
        division_code=area.division_code,
        detail={"area": area.code, **detail},
    )
