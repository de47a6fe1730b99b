"""Opening the units of areas together with the forms they owe."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from accounts.models import User
from registry.enums import DivisionLevel
from registry.services import area_units_register
from submissions.services.opening_many import cases_open_many


@dataclass(frozen=True)
class AreasOpened:
    """How many units and cases one act opened."""

    units: int
    cases: int


@transaction.atomic
def areas_open(
    *, actor: User | None, division_code: str, level: DivisionLevel | None
) -> AreasOpened:
    """One unit for every division of a level inside a division, with its cases. Idempotent.

    Raises `NotAllowed`, or `Invalid` without a level or for too many at once.
    """
    if level is None or level == DivisionLevel.COUNTRY:
        raise Invalid(_("请选择行政区的级别。"), code="level_required")
    units = area_units_register(actor=actor, division_code=division_code, level=level)
    cases = cases_open_many(unit_ids=[unit.pk for unit in units], actor=actor) if units else 0
    return AreasOpened(len(units), cases)
