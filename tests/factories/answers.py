"""Many cases with many answers, written straight into the tables: for what reads in bulk."""

from __future__ import annotations

import random
from typing import Any

from django.utils import timezone

from accounts.models import User
from instruments.models import InstrumentVersion
from instruments.selectors import definition_for
from registry.models import Unit
from submissions.models import Case, CollectionExercise, Response
from tests.unit.instruments.evaluation.chance import RecordMaker

SLOTS = ("collected", "corrected", "imputed", "carried_forward")


def as_cells(values: dict[str, str], chance: random.Random) -> dict[str, Any]:
    """Cells whose value in force is the given one, some beside a value that is not."""
    cells = {}
    for path, value in values.items():
        slot = {"v": value, "by": 1, "at": "2018-05-01T09:00:00+08:00", "n": 1}
        cells[path] = {"collected": slot}
        if chance.random() < 0.1:
            cells[path] = {"corrected": slot, "collected": {**slot, "v": "1"}}
        elif chance.random() < 0.05:
            cells[path] = {"derived": {**slot, "v": "77"}, "collected": slot}
    return cells


def answered_cases(
    unit: Unit,
    exercise: CollectionExercise,
    versions: list[InstrumentVersion],
    chance: random.Random,
    codes: dict[str, list[str]],
) -> list[Case]:
    """One case a form for the unit, with random answers from the texts that people type."""
    cases = []
    maker = RecordMaker(chance, codes)
    for version in versions:
        definition = definition_for(version.pk)
        case = Case.objects.create(
            exercise=exercise,
            unit=unit,
            instrument_version=version,
            form_code=definition.code,
            division_code=unit.division_code,
            opened_at=timezone.now(),
            status_changed_at=timezone.now(),
        )
        plain = maker.answers(definition)
        storable = {p: v for p, v in plain["values"].items() if v.isprintable() or "\n" in v}
        storable = {
            p: v for p, v in storable.items() if not any(0xD800 <= ord(c) < 0xE000 for c in v)
        }
        Response.objects.create(
            case=case,
            version=1,
            head_hash=f"{case.pk:064x}",
            cells=as_cells(storable, chance),
            rows=plain["rows"],
        )
        cases.append(case)
    return cases


def plain_units(actor: User, divisions: list[str], count: int) -> list[Unit]:
    """Units spread over divisions."""
    from tests.factories.case import make_plain_unit

    return [
        make_plain_unit(actor, division_code=divisions[number % len(divisions)])
        for number in range(count)
    ]
