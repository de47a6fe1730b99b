"""Keeping zones, parks and basins. They bear on no total: a unit is counted in its division."""

import re
import unicodedata
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import DivisionLevel, OverlayKind
from registry.models import Division, Overlay, Unit
from registry.unit_data import text_normalised

PLACES_AT_MOST = 500
CODES_AT_MOST = 1000
NAMED_AT_MOST = 5  # unknown codes that a sentence names
_CODE = re.compile("[0-9A-Z]+")


@dataclass(frozen=True)
class OverlayData:
    """What a person says of an overlay; `places` as typed, codes of towns and villages."""

    kind: OverlayKind
    code: str
    name: str
    division_code: str
    places: str = ""


@transaction.atomic
def overlay_save(*, actor: User, data: OverlayData, overlay_id: int | None = None) -> Overlay:
    """Enter an overlay, or amend it. Raises `Missing`, `NotAllowed`, `Invalid` at the field, or
    `Conflict` for a code that is taken."""
    overlay = Overlay(created_by=actor) if overlay_id is None else _locked(actor, overlay_id)
    if not actor.has_perm(Permission.FRAME_LOAD, Place(data.division_code)):
        raise NotAllowed(_("您不能在这个区划设立叠加区域。"), cell="division_code")
    code, name = text_normalised(data.code).upper(), text_normalised(data.name)
    if not code or len(code) > 30:
        raise Invalid(_("请填写代码，不超过 30 个字符。"), cell="code")
    if not name or len(name) > 100:
        raise Invalid(_("请填写名称，不超过 100 个字。"), cell="name")
    places = _places(data.places)
    overlay.kind, overlay.code, overlay.name = data.kind, code, name
    overlay.division_code, overlay.places = data.division_code, places
    try:
        with transaction.atomic():
            overlay.save()
    except IntegrityError as error:
        raise Conflict(_("代码 %(code)s 已被使用。") % {"code": code}, cell="code") from error
    _audit(actor, overlay, places=places)
    return overlay


@transaction.atomic
def overlay_units_add(*, actor: User, overlay_id: int, codes: str) -> int:
    """Put units in by their codes, as pasted. All or none: unknown codes are named. How many."""
    overlay = _locked(actor, overlay_id)
    wanted = _codes_in(codes)
    if not wanted:
        raise Invalid(_("请填写普查对象代码。"), cell="codes")
    if len(wanted) > CODES_AT_MOST:
        raise Invalid(_("一次最多 %d 个代码。") % CODES_AT_MOST, cell="codes")
    found = dict(Unit.objects.visible_to(actor).filter(code__in=wanted).values_list("code", "pk"))
    if unknown := [code for code in wanted if code not in found]:
        raise Invalid(
            _("有 %(number)d 个代码不在您的名录中：%(codes)s。")
            % {"number": len(unknown), "codes": " ".join(unknown[:NAMED_AT_MOST])},
            cell="codes",
        )
    overlay.units.add(*found.values())
    _audit(actor, overlay, added=wanted)
    return len(found)


@transaction.atomic
def overlay_unit_remove(*, actor: User, overlay_id: int, unit_id: int) -> None:
    """Take a unit out that was put in by its code."""
    overlay = _locked(actor, overlay_id)
    overlay.units.remove(unit_id)
    _audit(actor, overlay, removed=unit_id)


def _locked(actor: User, overlay_id: int) -> Overlay:
    found = Overlay.objects.select_for_update(no_key=True).visible_to(actor)
    overlay = found.filter(pk=overlay_id).first()
    if overlay is None:
        raise Missing(_("没有这个叠加区域，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.FRAME_LOAD, overlay):
        raise NotAllowed(_("您可以查看，但无权修改这个叠加区域。"))
    return overlay


def _codes_in(typed: str) -> list[str]:
    """Codes in the order of the text, each once, whatever stands between them."""
    return list(dict.fromkeys(_CODE.findall(unicodedata.normalize("NFKC", typed).upper())))


def _places(typed: str) -> list[str]:
    codes = _codes_in(typed)
    if len(codes) > PLACES_AT_MOST:
        raise Invalid(_("最多 %d 个区划。") % PLACES_AT_MOST, cell="places")
    known = Division.objects.current().filter(code__in=codes, level__gte=DivisionLevel.TOWN)
    found = set(known.values_list("code", flat=True))
    if unknown := [code for code in codes if code not in found]:
        raise Invalid(
            _("%(code)s 不是乡级或村级区划的 12 位代码。") % {"code": unknown[0][:20]},
            cell="places",
        )
    return sorted(codes)


def _audit(actor: User, overlay: Overlay, **detail: object) -> None:
    audit_record(action=AuditAction.OVERLAY_KEPT, actor=actor, subject=overlay, detail=detail)
