"""Saving what a workbook changes: every form of it or none."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from submissions.services.saving import response_save

DEVICE = "excel"


@dataclass(frozen=True)
class PendingForm:
    """What was compared of one form. `choices` are saved only where they are asked for."""

    case_id: int
    base_version: int
    save_id: uuid.UUID
    changes: list[dict[str, Any]]
    choices: list[dict[str, Any]]

    def as_data(self) -> dict[str, Any]:
        """For a signed token."""
        return {
            "case": self.case_id,
            "base": self.base_version,
            "save": str(self.save_id),
            "changes": self.changes,
            "choices": self.choices,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> PendingForm:
        """From a token that was signed here."""
        return cls(
            data["case"], data["base"], uuid.UUID(data["save"]), data["changes"], data["choices"]
        )

    def chosen(self, taken: Collection[str]) -> list[dict[str, Any]]:
        """The changes to save. A choice is named by the case and the cell: `12:hours`."""
        return [
            *self.changes,
            *(c for c in self.choices if f"{self.case_id}:{c['cell']}" in taken),
        ]


@transaction.atomic
def workbook_save(*, actor: User, pending: Sequence[PendingForm], taken: Collection[str]) -> int:
    """Save every form, one revision each, or nothing at all. Returns the number of changes.

    Raises what `response_save` raises; a save sent again is answered again.
    """
    count = 0
    for form in sorted(pending, key=lambda form: form.case_id):
        changes = form.chosen(taken)
        if changes:
            response_save(
                case_id=form.case_id,
                actor=actor,
                save_id=form.save_id,
                base_version=form.base_version,
                changes=changes,
                device=DEVICE,
            )
            count += len(changes)
    return count
