"""Freezing the register at the standard moment, and proving later that it is unchanged."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import canonical_json, content_hash, sm3_hex_of
from audit.services import audit_record
from registry.as_of import STANDARD_MOMENT, Moments, revisions_as_of
from registry.identifiers import Problem
from registry.models import RegisterFreeze
from registry.prefixes import significant_digits

COUNTY_DIGITS = 6
Counties = dict[str, list[int | str]]  # county → [number of units, digest]


def register_freeze(
    *,
    actor: User,
    division_code: str,
    standard_moment: datetime = STANDARD_MOMENT,
    progress: Callable[[int], None] = lambda _done: None,
) -> RegisterFreeze:
    """Seal what is known now of the standard moment. From now on changes are change orders.

    Raises `NotAllowed`, `Invalid` for a moment to come or an empty register, `Conflict` where the
    division, or one above it, is frozen.
    """
    if not actor.has_perm(Permission.REGISTER_FREEZE, Place(division_code)):
        raise NotAllowed(_("只有省级和国家普查办可以冻结名录。"))
    now = timezone.now()
    if standard_moment > now:
        raise Invalid(_("标准时点还没有到。"), code="moment_to_come", cell="standard_moment")
    if freeze_of(division_code) is not None:
        raise Conflict(_("这个区划的名录已经冻结。"), code="frozen")
    counties = county_digests(Moments(standard_moment, now), division_code, progress)
    if not counties:
        raise Invalid(_("标准时点还没有任何普查对象，不能冻结。"), code="register_empty")
    made = RegisterFreeze(
        division_code=division_code,
        standard_moment=standard_moment,
        known_at=now,
        unit_count=sum(int(count) for count, _digest in counties.values()),
        counties=counties,
        digest=content_hash(counties),
        frozen_by=actor,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            audit_record(
                action=AuditAction.REGISTER_FROZEN,
                actor=actor,
                division_code=division_code,
                detail={
                    "moment": standard_moment.isoformat(),
                    "units": made.unit_count,
                    "digest": made.digest,
                },
                kept=made,
            )
    except IntegrityError as error:
        raise Conflict(_("这个区划的名录已经冻结。"), code="frozen") from error
    return made


def freeze_of(division_code: str) -> RegisterFreeze | None:
    """The freeze that covers a division: its own, or of one above it. One query."""
    above = {division_code[:digits].ljust(12, "0") for digits in (0, 2, 4, 6, 9, 12)}
    return RegisterFreeze.objects.filter(division_code__in=above).order_by("pk").first()


def register_frozen_problem() -> Problem:
    """What a row of a list is told where the register is frozen."""
    return Problem(
        "register_frozen",
        _("该区划的名录已冻结，不能再从名单新增或修改。"),
        _("请办理名录变更单。"),
    )


def county_digests(
    moments: Moments, division_code: str, progress: Callable[[int], None]
) -> Counties:
    """The digest of every county's units, in the order of place and unit. Streams."""
    rows = (
        revisions_as_of(moments, division=division_code)
        .order_by("division_code", "unit_id")
        .values_list("division_code", "unit_id", "data")
        .iterator(chunk_size=5000)
    )
    found: Counties = {}
    done = 0
    for county, units in groupby(rows, key=lambda row: row[0][:COUNTY_DIGITS]):
        counted: list[int] = []
        found[county] = [0, sm3_hex_of(_lines(units, counted))]
        found[county][0] = len(counted)
        done += len(counted)
        progress(done)
    return found


def _lines(units: Iterator[tuple[str, int, object]], counted: list[int]) -> Iterator[bytes]:
    for _division, unit_id, data in units:
        counted.append(unit_id)
        yield canonical_json([unit_id, data]) + b"\n"


def freeze_faults(freeze: RegisterFreeze) -> list[str]:
    """Counties whose units of the standard moment are no longer what was sealed; none is proof."""
    moments = Moments(freeze.standard_moment, freeze.known_at)
    now = county_digests(moments, freeze.division_code, lambda _done: None)
    faults = {
        county
        for county in {*now, *freeze.counties}
        if now.get(county) != freeze.counties.get(county)
    }
    if content_hash(freeze.counties) != freeze.digest:
        faults.add(significant_digits(freeze.division_code))
    return sorted(faults)
