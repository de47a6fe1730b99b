"""Refusals: each carries the sentence that the person will read."""

from typing import Any


class Refusal(Exception):
    """An act that the portal refuses, with a stable code, a sentence and the place."""

    status = 400
    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        cell: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.cell = cell
        self.details = details or {}

    def as_dict(self) -> dict[str, Any]:
        """The one shape of an error: code, sentence, cell, and whatever the code documents."""
        return {"code": self.code, "message": self.message, "cell": self.cell, **self.details}


class Invalid(Refusal):
    """What was sent cannot be taken as it is."""

    status = 400
    code = "invalid"


class NotAllowed(Refusal):
    """The person lacks the right."""

    status = 403
    code = "not_allowed"


class Missing(Refusal):
    """There is no such thing, or not for this person."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """The state of the subject does not allow the act now."""

    status = 409
    code = "conflict"
