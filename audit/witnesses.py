"""The digest of a kept row, written into the audit log beside the act that made the row.

The log's chain then covers rows of other tables as well: a row that is changed, removed or slipped
in behind the portal's back no longer agrees with the log.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from audit.hashing import content_hash

KEY = "kept"  # in the detail of an event


def row_witness(row: models.Model) -> dict[str, Any]:
    """What the event says of the row: which it is, and its digest."""
    return {"of": row._meta.label_lower, "pk": row.pk, "hash": row_hash(row)}


def row_hash(row: models.Model) -> str:
    """SM3 over every stored column, the same before and after a round trip through PostgreSQL."""
    columns = [
        field for field in row._meta.concrete_fields if not isinstance(field, models.GeneratedField)
    ]
    return content_hash({field.attname: _plain(field, row) for field in columns})


def _plain(field: models.Field[Any, Any], row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return str(value.quantize(Decimal(1).scaleb(-field.decimal_places)))
    if value is None or isinstance(value, str | int | float | list | tuple | dict):
        return value
    return str(value)
