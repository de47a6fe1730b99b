"""Reading enumeration areas: how many units each has, who works there, and whose load is odd."""

from dataclasses import dataclass
from statistics import mean

from django.db.models import Count, QuerySet

from accounts.enums import Role
from accounts.models import RoleAssignment, User
from accounts.scopes import prefix_range
from registry.models import AreaAssignment, EnumerationArea, Unit
from registry.models.enumeration_area import EnumerationAreaQuerySet
from registry.prefixes import significant_digits

HEAVY = 1.5  # so many times the mean of the division: out of proportion


@dataclass(frozen=True)
class AreaLine:
    """One area in the table."""

    area: EnumerationArea
    units: int
    enumerator: AreaAssignment | None
    supervisor: AreaAssignment | None
    load: int  # units of all areas of this enumerator
    is_heavy: bool


@dataclass(frozen=True)
class AreaTable:
    """The areas of a division, and the ratios over them."""

    lines: list[AreaLine]
    unplaced: int
    enumerators: int
    supervisors: int

    @property
    def units(self) -> int:
        """Units that lie in these areas."""
        return sum(line.units for line in self.lines)

    @property
    def units_each(self) -> float | None:
        """Units to an enumerator."""
        return self.units / self.enumerators if self.enumerators else None

    @property
    def enumerators_each(self) -> float | None:
        """Enumerators to a supervisor."""
        return self.enumerators / self.supervisors if self.supervisors else None


def areas_of(actor: User, division: str) -> EnumerationAreaQuerySet:
    """The open areas of a division that this person may see."""
    areas = EnumerationArea.objects.visible_to(actor).open()
    low, high = prefix_range(significant_digits(division)) if division else ("", None)
    return areas.filter(division_code__gte=low, division_code__lt=high) if high else areas


def area_table(actor: User, division: str, *, at_most: int = 500) -> AreaTable:
    """With the people in force today. Four queries."""
    areas = list(areas_of(actor, division)[:at_most])
    counts = Unit.objects.filter(enumeration_area__in=areas).values_list("enumeration_area")
    numbers = {area.pk: 0 for area in areas} | dict(counts.annotate(number=Count("pk")))
    rows = AreaAssignment.objects.in_force().filter(area__in=areas).select_related("user")
    people = {(row.area_id, row.role): row for row in rows}
    loads: dict[int, int] = {}
    for row in people.values():
        if row.role == Role.ENUMERATOR:
            loads[row.user_id] = loads.get(row.user_id, 0) + numbers[row.area_id]
    usual = mean(loads.values()) if loads else 0
    lines = []
    for area in areas:
        enumerator = people.get((area.pk, Role.ENUMERATOR))
        load = loads.get(enumerator.user_id, 0) if enumerator else 0
        heavy = len(loads) > 1 and load > HEAVY * usual
        supervisor = people.get((area.pk, Role.SUPERVISOR))
        lines.append(AreaLine(area, numbers[area.pk], enumerator, supervisor, load, heavy))
    supervisors = {row.user_id for row in people.values() if row.role == Role.SUPERVISOR}
    return AreaTable(lines, _unplaced(actor, division).count(), len(loads), len(supervisors))


def _unplaced(actor: User, division: str) -> QuerySet[Unit]:
    units = Unit.objects.visible_to(actor).filter(enumeration_area__isnull=True)
    low, high = prefix_range(significant_digits(division)) if division else ("", None)
    return units.filter(division_code__gte=low, division_code__lt=high) if high else units


def people_for(area: EnumerationArea, role: Role) -> list[User]:
    """Who holds the role in a division that covers the area: who may be assigned. One query."""
    above = [area.division_code[:digits].ljust(12, "0") for digits in (2, 4, 6, 9, 12)]
    rows = RoleAssignment.objects.in_force().filter(role=role, division__code__in=above)
    users = User.objects.filter(pk__in=rows.values("user"), is_active=True)
    return list(users.order_by("full_name", "pk"))


def own_areas(actor: User) -> list[EnumerationArea]:
    """The areas that a person works in today."""
    rows = AreaAssignment.objects.in_force().filter(user=actor)
    return list(EnumerationArea.objects.visible_to(actor).filter(pk__in=rows.values("area")))


def only_area_of(division_code: str) -> EnumerationArea | None:
    """The area that a new unit of this town or village falls into; None where it has several."""
    areas = list(
        EnumerationArea.objects.filter(division_code=division_code, closed_on__isnull=True)[:2]
    )
    return areas[0] if len(areas) == 1 else None
