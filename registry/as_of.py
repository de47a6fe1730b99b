"""The register as of any moment: what was so then, as far as was known at another moment.

The same two moments give the same set every time: revisions are append-only, and none can be
entered in the past (`at` is the time of entry).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.scopes import prefix_range
from registry.models import Division, UnitRevision
from registry.models.unit_revision import UnitRevisionQuerySet
from registry.prefixes import significant_digits

STANDARD_MOMENT = datetime(2018, 1, 1, tzinfo=timezone.get_fixed_timezone(8 * 60))
"""The second census's standard moment, 2017-12-31 24:00 Beijing time (国发〔2016〕59 号)."""


@dataclass(frozen=True)
class Moments:
    """So at `valid_at`, as far as was known at `known_at`."""

    valid_at: datetime
    known_at: datetime


def revisions_as_of(
    moments: Moments, *, division: str = "", former: Sequence[str] = ()
) -> UnitRevisionQuerySet:
    """The latest revision of every unit of a division at these moments, unordered, unscoped.

    `former` are prefixes that what lies in the division had before.
    """
    rows = UnitRevision.objects.filter(valid_from__lte=moments.valid_at, at__lte=moments.known_at)
    if re.fullmatch("[0-9]{12}", division):
        inside = Q()
        for prefix in (significant_digits(division), *former):
            low, high = prefix_range(prefix)
            inside |= Q(division_code__gte=low, division_code__lt=high) if high else Q(pk__gt=0)
        rows = rows.filter(inside)
    later = UnitRevision.objects.filter(
        Q(valid_from__gt=OuterRef("valid_from"))
        | Q(valid_from=OuterRef("valid_from"), number__gt=OuterRef("number")),
        unit=OuterRef("unit"),
        valid_from__lte=moments.valid_at,
        at__lte=moments.known_at,
    )
    return rows.filter(~Exists(later))


def register_as_of(*, actor: User, moments: Moments, division: str = "") -> UnitRevisionQuerySet:
    """What this person may see of the register then, by place."""
    rows = revisions_as_of(moments, division=division, former=_former(division))
    rows = rows.visible_to(actor)
    return rows.order_by("division_code", "unit_id")


def _former(division: str) -> Sequence[str]:
    row = Division.objects.current().filter(code=division).first() if division else None
    return row.former_prefixes if row else ()


@dataclass(frozen=True)
class Difference:
    """A unit that differs between two moments: `before` or `after` is None where it was not."""

    unit_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def fields(self) -> list[str]:
        """The facts that changed; none where the unit appeared or went."""
        if self.before is None or self.after is None:
            return []
        names = {*self.before, *self.after}
        return sorted(n for n in names if self.before.get(n) != self.after.get(n))


def register_difference(
    *, actor: User, before: Moments, after: Moments, division: str
) -> Iterator[Difference]:
    """Units that appeared, went, or changed between two moments, in the order of their ids."""
    former = _former(division)
    sides = [
        revisions_as_of(moments, division=division, former=former)
        .visible_to(actor)
        .order_by("unit_id")
        .values_list("unit_id", "data")
        .iterator()
        for moments in (before, after)
    ]
    for unit_id, old, new in _together(*sides):
        if old != new:
            yield Difference(unit_id, old, new)


def _together(
    left: Iterable[tuple[int, Any]], right: Iterable[tuple[int, Any]]
) -> Iterator[tuple[int, Any, Any]]:
    """Two streams in the order of their keys, side by side."""
    ours, theirs = iter(left), iter(right)
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None  # noqa: S101  the loop's condition
            yield one[0], one[1], None
            one = next(ours, None)
        elif one is None or other[0] < one[0]:
            yield other[0], None, other[1]
            other = next(theirs, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(ours, None), next(theirs, None)
