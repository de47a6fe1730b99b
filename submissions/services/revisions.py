"""Writing a revision: the one way a response gets a new version."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from submissions.models import Response, ResponseRevision


@dataclass(frozen=True)
class RevisionStamp:
    """Who changed a response, when, from what, and on whose request."""

    actor: User
    at: datetime
    device: str
    save_id: uuid.UUID
    request_hash: str


def revision_append(
    *, response: Response, patch: list[dict[str, Any]], stamp: RevisionStamp
) -> None:
    """Write the revision, chained to the one before, and the new state of the response."""
    revision = ResponseRevision(
        response=response,
        number=response.version + 1,
        save_id=stamp.save_id,
        request_hash=stamp.request_hash,
        patch=patch,
        actor=stamp.actor,
        device=stamp.device,
        at=stamp.at,
        previous_hash=response.head_hash,
    )
    revision.hash = revision.content_hash()
    revision.save(force_insert=True)
    response.version = revision.number
    response.head_hash = revision.hash
    response.save(update_fields=["version", "cells", "rows", "head_hash", "updated_at"])
