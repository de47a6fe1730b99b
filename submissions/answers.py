"""What a client is told after a save: one shape for the page's script and the API."""

from typing import Any

from django.utils.translation import get_language

from submissions.models import Case, EditFailure
from submissions.services import SaveResult


def finding_answer(failure: EditFailure) -> dict[str, Any]:
    """One finding."""
    return {
        "id": failure.pk,
        "rule": failure.rule_id,
        "kind": failure.kind,
        "severity": failure.severity,
        "row": failure.row,
        "cells": failure.cells,
        "message": message_of(failure),
        "explanation": failure.explanation,
        "waived_until": failure.waived_until.isoformat()
        if failure.waived_until and failure.is_waived
        else None,
    }


def message_of(failure: EditFailure) -> str:
    """The sentence in the language of the request."""
    is_english = (get_language() or "").startswith("en")
    return (failure.message_en if is_english else "") or failure.message_zh


def progress_answer(case: Case) -> dict[str, int]:
    """How far the form is; it may go down when an answer makes others necessary."""
    return {
        "filled": case.filled_count,
        "required": case.required_count,
        "missing": case.required_missing_count,
        "hard": case.hard_count,
        "soft_open": case.soft_open_count,
    }


def save_answer(result: SaveResult) -> dict[str, Any]:
    """The answer to a save."""
    return {
        "version": result.version,
        "cells": result.cells,
        "rows": result.response.rows,
        "findings": [finding_answer(failure) for failure in result.failures],
        "progress": progress_answer(result.response.case),
    }
