"""Rows of a list on their way into the register: new units, and units that learn something."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from registry.bulk import ids_reserved, rows_insert, rows_update
from registry.enums import RowOutcome, UnitKind, UnitSource
from registry.frame.report import RowError
from registry.models import SourceList, SourceRow, Unit
from registry.policies import FieldProblem
from registry.screening.precedence import FIELD, PRECEDENCE, merged, origins_of
from registry.screening.similarity import Candidate
from registry.services.revisions import revise
from registry.services.units import changed_fields, object_codes_issue
from registry.unit_data import FIELDS, UnitData, data_of

REASON = "screening"
_LEARNT = ("id", *FIELDS, "code", "origins", "amended_at", "amended_by_id")
_MADE = (*_LEARNT, "object_code", "source", "samples", "registered_at", "registered_by_id")


@dataclass(eq=False)
class TakenRow:
    """One row being compared: what it says, and what it turned out to be."""

    row: SourceRow
    data: UnitData
    unit_id: int | None = None  # the registered unit that it is
    unit: Unit | None = None  # the unit, once it is loaded or made
    leader: TakenRow | None = None  # an earlier row of the same list that is the same unit
    doubts: list[tuple[Candidate, int | TakenRow]] = field(default_factory=list)

    @property
    def organisation(self) -> str:
        """The nine characters of the legal person, blank where the row has none."""
        return self.data.credit_code[8:17] or self.data.organisation_code

    @property
    def is_new(self) -> bool:
        """Whether nothing in the register, nor an earlier row, is this unit."""
        return self.unit_id is None and self.leader is None and not self.doubts

    @property
    def first(self) -> TakenRow:
        """The row of the list that stands for the unit: this one, or the first of its kind."""
        row = self
        while row.leader is not None:
            row = row.leader
        return row

    @property
    def stored(self) -> dict[str, Any]:
        """What became of the row."""
        return {
            "id": self.row.pk,
            "outcome": self.row.outcome,
            "unit": self.row.unit_id,
            "how": self.row.how,
            "problems": self.row.problems,
        }

    def refuse(self, *found: FieldProblem) -> None:
        """Not taken; the row keeps why."""
        self.row.outcome, self.row.unit = RowOutcome.REFUSED, None
        self.row.problems = [
            *self.row.problems,
            *(
                vars(RowError.of(self.row.number, one, {one.field: _text(self.data, one.field)}))
                for one in found
            ),
        ]

    def settle(self, unit: Unit, outcome: RowOutcome, how: str) -> None:
        """Taken: the row is a claim about this unit from now on."""
        self.unit = self.row.unit = unit
        self.row.outcome, self.row.how = outcome, how
        self.row.problems = []


def _text(data: UnitData, name: str) -> str:
    value = getattr(data, name)
    return _("、").join(value) if isinstance(value, tuple) else str(value or "")


def units_create(source_list: SourceList, taken: Sequence[TakenRow]) -> None:
    """Register a unit for each row. Rows that lack what a new unit needs are to be refused before."""
    object_codes = _object_codes(taken)
    for one in taken:
        data = one.data
        object_code = "" if data.identity else next(object_codes[data.kind, data.division_code])
        one.unit = Unit(
            **{**vars(data), "industry_codes": list(data.industry_codes)},
            code=data.identity or object_code,
            object_code=object_code,
            origins=origins_of(data, source_list.authority),
            source=UnitSource.FRAME,
            registered_by=source_list.imported_by,
        )
    units = [one.unit for one in taken if one.unit is not None]
    for key, unit in zip(ids_reserved(Unit, len(units)), units, strict=True):
        unit.pk = key
    rows_insert(Unit, [_columns(unit, _MADE) for unit in units])
    revise(
        units,
        actor=source_list.imported_by,
        reason=REASON,
        effective_at=source_list.reference_moment,
    )
    for one, unit in zip(taken, units, strict=True):
        one.settle(unit, RowOutcome.CREATED, "")


def units_merge(source_list: SourceList, found: Sequence[tuple[Unit, Sequence[UnitData]]]) -> None:
    """Let each unit learn what better-placed lists say. A unit that learns nothing is not touched."""
    learned = []
    for unit, facts in found:
        now = data_of(unit)
        data, origins = merged(
            now, held_origins(unit), [(source_list.authority, one) for one in facts]
        )
        if data != now:
            learned.append((unit, now, data, origins))
    clashing = _codes_of_others([(unit, data) for unit, _now, data, _origins in learned])
    changed = []
    for unit, now, data, origins in learned:
        if data.identity in clashing:
            continue  # two units under one code are a person's to sort out: nothing is learned
        unit_write(unit, data, origins)
        if changed_fields(now, data):
            changed.append(unit)
    for unit in changed:
        unit.amended_at, unit.amended_by = timezone.now(), source_list.imported_by
    rows_update(Unit, [_columns(unit, _LEARNT) for unit in changed])
    revise(changed, actor=source_list.imported_by, reason=REASON)


def _columns(unit: Unit, names: Sequence[str]) -> dict[str, Any]:
    return {name.removesuffix("_id"): getattr(unit, name) for name in names}


def unit_write(unit: Unit, data: UnitData, origins: dict[str, str]) -> None:
    """Set the facts on the instance; the caller saves it."""
    for name in FIELDS:
        setattr(unit, name, getattr(data, name))
    unit.industry_codes = list(data.industry_codes)
    unit.origins = origins
    unit.code = data.identity or unit.object_code


def unit_save(unit: Unit, data: UnitData, origins: dict[str, str], *, actor: User) -> None:
    """Write one unit as the lists now have it."""
    unit_write(unit, data, origins)
    unit.amended_at, unit.amended_by = timezone.now(), actor
    rows_update(Unit, [_columns(unit, _LEARNT)])


def held_origins(unit: Unit) -> dict[str, str]:
    """Where each fact is from; what a person registered is that person's word."""
    if unit.source == UnitSource.FRAME:
        return dict(unit.origins)
    return {**dict.fromkeys(PRECEDENCE, FIELD), **unit.origins}


def _codes_of_others(learned: Sequence[tuple[Unit, UnitData]]) -> frozenset[str]:
    """Codes that units would take on and that another unit, or two of them, would have."""
    wanted = Counter(data.identity for unit, data in learned if data.identity != unit.code)
    wanted.pop("", None)
    taken = Unit.objects.filter(code__in=list(wanted)).values_list("code", flat=True)
    return frozenset([*taken, *(code for code, times in wanted.items() if times > 1)])


def _object_codes(taken: Sequence[TakenRow]) -> dict[tuple[str, str], Iterator[str]]:
    needed = Counter(
        (one.data.kind, one.data.division_code) for one in taken if not one.data.identity
    )
    issued: dict[tuple[str, str], Iterator[str]] = defaultdict(lambda: islice((), 0))
    for kind, division_code in sorted(needed):
        issued[kind, division_code] = iter(
            object_codes_issue(
                kind=UnitKind(kind),
                division_code=division_code,
                count=needed[kind, division_code],
            )
        )
    return issued
