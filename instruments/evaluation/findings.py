"""What an evaluation finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from instruments.evaluation.definition import Severity


class FindingKind(StrEnum):
    """Why there is a finding."""

    TYPE = "type"
    LIST = "list"
    REQUIRED = "required"
    NOT_APPLICABLE = "not_applicable"
    RULE = "rule"
    FAILED_TO_RUN = "failed_to_run"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right (hard) or to explain (soft). (rule_id, row) tells findings apart."""

    rule_id: str
    kind: FindingKind
    severity: Severity
    message: Mapping[str, str]
    cells: tuple[str, ...] = ()
    row: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same when the finding is found again."""
        return self.rule_id, self.row

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as the browser's engine gives it."""
        return {
            "rule_id": self.rule_id,
            "kind": self.kind.value,
            "severity": self.severity.value,
            "message": dict(self.message),
            "cells": list(self.cells),
            "row": self.row,
        }
