"""Requests of a save, for tests."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import User
from submissions.models import Case, Response
from submissions.services import response_save
from submissions.services.saving import SaveResult


def set_cell(cell: str, value: str) -> dict[str, Any]:
    """Write one cell."""
    return {"op": "set", "cell": cell, "value": value}


def add_row(group: str, row: str, after: str | None = None) -> dict[str, Any]:
    """Add one row."""
    return {"op": "add_row", "group": group, "row": row, "after": after}


def remove_row(group: str, row: str) -> dict[str, Any]:
    """Take one row out."""
    return {"op": "remove_row", "group": group, "row": row}


def save_body(
    *changes: dict[str, Any], base: int = 0, save_id: str | None = None
) -> dict[str, Any]:
    """The body of `POST /api/v1/cases/<id>/cells/`."""
    return {
        "save_id": save_id or str(uuid.uuid4()),
        "base_version": base,
        "device": "test",
        "changes": list(changes),
    }


def put(case: Case, actor: User, *changes: dict[str, Any], base=None, save_id=None) -> SaveResult:
    """Save changes on the version there is now (or on `base`)."""
    return response_save(
        case_id=case.pk,
        actor=actor,
        save_id=save_id or uuid.uuid4(),
        base_version=Response.objects.get(case=case).version if base is None else base,
        changes=list(changes),
    )
