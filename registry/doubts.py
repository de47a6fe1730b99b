"""What about the units of a division is still open: one list, to which every part adds its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.models import User
from registry.counts import Register, within
from registry.enums import DivisionLevel, FrameChangeState, UnitKind
from registry.list_selectors import waiting_rows
from registry.models import FrameChange, Unit


@dataclass(frozen=True)
class Doubt:
    """One kind of open question: how many there are in a division, and where they are listed."""

    label: str | Promise
    number: Callable[[User, Register], int]
    url: Callable[[Register], str]
    permission: Permission = Permission.UNIT_VIEW
    from_level: DivisionLevel = DivisionLevel.COUNTRY  # asked of a division of this level or below


@dataclass(frozen=True)
class OpenDoubt:
    """A doubt as the page shows it."""

    label: str | Promise
    number: int
    url: str


def _number_lacking(lack: str, _actor: User, register: Register) -> int:
    return register.total.number(f"without_{lack}")


def _list_lacking(lack: str, register: Register) -> str:
    query = {"division": register.division.code, "lacks": lack}
    if not register.division.level:
        query.pop("division")
    return f"{reverse('unit_list')}?{urlencode(query)}"


def _lacking(lack: str, label: str | Promise) -> Doubt:
    return Doubt(label, partial(_number_lacking, lack), partial(_list_lacking, lack))


def _waiting(actor: User, register: Register) -> int:
    return within(waiting_rows(actor), register.division.prefix).count()


def _unplaced(actor: User, register: Register) -> int:
    units = Unit.objects.visible_to(actor).filter(enumeration_area__isnull=True)
    return within(units.exclude(kind=UnitKind.AREA), register.division.prefix).count()


def _changes_waiting(actor: User, register: Register) -> int:
    changes = FrameChange.objects.visible_to(actor).filter(state=FrameChangeState.REQUESTED)
    return within(changes, register.division.prefix).count()


# A counter must answer from an index or from counters: the page asks for the nation, too.
DOUBTS: tuple[Doubt, ...] = (
    _lacking("position", _("无经纬度")),
    _lacking("industry", _("无行业代码")),
    _lacking("code", _("无统一社会信用代码和组织机构代码")),
    Doubt(
        _("名录行待人工判断"),
        _waiting,
        lambda _register: reverse("match_queue"),
        Permission.FRAME_LOAD,
    ),
    Doubt(_("变更待批准"), _changes_waiting, lambda _register: reverse("frame_changes")),
    Doubt(
        _("未划入普查小区"),
        _unplaced,
        lambda register: f"{reverse('enumeration_areas')}?division={register.division.code}",
        Permission.AREA_ASSIGN,
        DivisionLevel.CITY,  # the field is divided county by county, and no counter tells
    ),
)


def doubts_open(
    *, actor: User, register: Register, doubts: Sequence[Doubt] = DOUBTS
) -> list[OpenDoubt]:
    """Every kind of doubt that this person may look at, with its number."""
    return [
        OpenDoubt(doubt.label, doubt.number(actor, register), doubt.url(register))
        for doubt in doubts
        if actor.can_anywhere(doubt.permission) and register.division.level >= doubt.from_level
    ]
