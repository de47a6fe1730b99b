"""The one door of unit histories: appends what units are now."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from registry.bulk import rows_insert
from registry.models import Unit, UnitRevision
from registry.unit_data import as_json, data_of


def revise(
    units: Sequence[Unit], *, actor: User, reason: str = "", effective_at: datetime | None = None
) -> None:
    """Append a revision of each unit. Two queries.

    `effective_at` is when it became so in the world, where that was before it was entered.
    """
    if not units:
        return
    last = dict(
        UnitRevision.objects.filter(unit__in=[unit.pk for unit in units])
        .values_list("unit_id")
        .annotate(number=Max("number"))
    )
    now = timezone.now()
    rows_insert(
        UnitRevision,
        [
            {
                "unit": unit.pk,
                "number": last.get(unit.pk, 0) + 1,
                "data": facts_of(unit),
                "actor": actor.pk,
                "reason": reason,
                "at": now,
                "effective_at": min(effective_at, now) if effective_at else None,
            }
            for unit in units
        ],
    )


def facts_of(unit: Unit) -> dict[str, object]:
    """Everything the register says of a unit, as it is kept in its history."""
    samples = {"samples": sorted(unit.samples)} if unit.samples else {}
    return {
        **as_json(data_of(unit)),
        "code": unit.code,
        "object_code": unit.object_code,
        **samples,
    }
