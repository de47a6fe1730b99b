"""The register's facts of units, as rules read them, in a typed table of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import duckdb
import pyarrow as pa
from django.db.models import Exists, OuterRef

from accounts.scopes import prefix_range
from instruments.evaluation.language.duckdb import named
from instruments.evaluation.language.names import REGISTER_FACTS
from registry.models import Unit
from submissions.models import Case
from submissions.unit_facts import register_facts

CHUNK = 10_000
FACTS = tuple(sorted(REGISTER_FACTS))
UNIT_COLUMNS: dict[str, str] = {"unit_id": "BIGINT", **dict.fromkeys(FACTS, "VARCHAR")}


def units_extract(
    connection: duckdb.DuckDBPyConnection,
    exercise_id: int,
    *,
    province: str = "",
    ids: Sequence[int] | None = None,
) -> None:
    """Make the table `out` of the units that have cases in the exercise."""
    columns = ", ".join(f"{named(name)} {kind}" for name, kind in UNIT_COLUMNS.items())
    connection.execute(f"CREATE OR REPLACE TABLE out ({columns})")
    cases = Case.objects.filter(unit_id=OuterRef("pk"), exercise_id=exercise_id)
    units = Unit.objects.filter(Exists(cases))
    if ids is not None:
        units = units.filter(pk__in=ids)
    else:
        low, high = prefix_range(province)
        units = units.filter(division_code__gte=low, division_code__lt=high)
    found = units.order_by().iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        facts = [register_facts(unit) for unit in chunk]
        texts = {name: pa.array([f[name] or None for f in facts], pa.string()) for name in FACTS}
        ids_given = pa.array([unit.pk for unit in chunk], pa.int64())
        connection.register("given", pa.table({"unit_id": ids_given, **texts}))
        connection.execute("INSERT INTO out BY NAME FROM given")
        connection.unregister("given")
