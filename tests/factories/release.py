"""Releases: forms in several places, and a release made of them as the worker makes it."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from accounts.enums import Level
from accounts.models import User
from summaries.models import SummaryRelease
from summaries.services import ReleaseOrder, release_compute, release_request
from tests.factories.case import make_plain_unit
from tests.factories.division import industries_make
from tests.factories.exercise import make_exercise
from tests.factories.submission import frozen
from tests.people import FAR_TOWN, NATION, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN

PLACES = (TOWN, OTHER_TOWN, NEIGHBOUR_TOWN, FAR_TOWN)
INDUSTRIES = ("1752", "3011", "1751")


def forms_make(actor: User, *, number: int = 24, seed: int = 7) -> Decimal:
    """Industrial units with output and COD in four counties; returns the sum of COD discharged."""
    make_exercise()
    industries_make()
    choose = random.Random(seed)
    total = Decimal(0)
    for _unit in range(number):
        unit = make_plain_unit(
            actor,
            division_code=choose.choice(PLACES),
            industry_codes=[choose.choice(INDUSTRIES)],
        )
        frozen(
            unit,
            "G101-1",
            {"values": {"gross_output": "100.50", "size": choose.choice("1234")}},
            actor=actor,
        )
        cod = Decimal(choose.randrange(1, 10**6)).scaleb(-2)
        total += cod
        values: dict[str, Any] = {"cod_discharged": f"{cod}", "cod_generated": f"{cod * 2}"}
        frozen(unit, "G102", {"values": values}, actor=actor)
    return total


def release_make(
    actor: User,
    *,
    name: str = "v1",
    division: str = NATION,
    level: str = Level.COUNTY,
    tables: tuple[str, ...] = ("H101",),
) -> SummaryRelease:
    """Ask for a release and make it, as the worker does."""
    order = ReleaseOrder(name, division, level, table_codes=tables)
    run = release_request(actor=actor, order=order)
    release_compute(job_id=run.job_id)
    run.job.refresh_from_db()
    run.refresh_from_db()
    assert run.job.state == "succeeded", (run.job.error, run.findings)
    return SummaryRelease.objects.get(run=run)
