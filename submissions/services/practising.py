"""Practising: begin, save, hand in. Writes nothing but the attempt."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Missing, NotAllowed
from accounts.models import User
from submissions.models import PracticeAttempt
from submissions.practice.marking import marking_of
from submissions.practice.sets import PracticeSet, practice_sets
from submissions.services.changes import Edition, changes_parse
from submissions.services.findings import failures_found
from submissions.services.practice_sandbox import cells_of, sandbox
from submissions.services.saving import SaveResult


def practice_begin(*, actor: User, set_code: str) -> PracticeAttempt:
    """A new attempt, or the one of this set that is not handed in yet. Raises NotAllowed, Missing."""
    if not actor.can_anywhere(Permission.PRACTISE):
        raise NotAllowed(_("您的职责不包括练习。"))
    practice = _set(set_code)
    open_one = PracticeAttempt.objects.filter(
        person=actor, set_code=set_code, finished_at__isnull=True
    ).first()
    if open_one is not None:
        return open_one
    now = timezone.now()
    planted = practice.planted
    return PracticeAttempt.objects.create(
        set_code=set_code,
        person=actor,
        division_code=actor.division_code,
        cells=cells_of(planted["values"], None, now.isoformat(timespec="seconds")),
        rows=planted["rows"],
        started_at=now,
    )


@transaction.atomic
def practice_save(
    *,
    actor: User,
    attempt_id: int,
    save_id: uuid.UUID,
    base_version: int,
    changes: Sequence[Any],
    device: str = "",
) -> SaveResult:
    """Save changes of the own attempt; answered as a save of a real form is.

    Raises Missing, `Conflict` once handed in, and `Invalid` as `response_save` does.
    """
    attempt, practice = _own(actor, attempt_id)
    forms, response = sandbox(practice, attempt)
    if attempt.last_save_id != save_id:
        edition = Edition(
            response=response,
            definition=forms.definition(response),
            base_version=base_version,
            actor_id=actor.pk,
            at=timezone.now(),
        )
        edition.apply(changes_parse(changes))
        attempt.version += 1
        attempt.cells, attempt.rows = response.cells, response.rows
        attempt.last_save_id = save_id
        attempt.save(update_fields=["version", "cells", "rows", "last_save_id"])
        response.version = attempt.version
        forms.forget(response)
    failures = failures_found(forms=forms, responses=[response], now=timezone.now())
    return SaveResult(response, {}, failures)


@transaction.atomic
def practice_finish(*, actor: User, attempt_id: int) -> PracticeAttempt:
    """Hand the own attempt in and mark it. Raises Missing, or `Conflict` where it is marked."""
    attempt, practice = _own(actor, attempt_id)
    _forms, response = sandbox(practice, attempt)
    marking = marking_of(practice, response.plain())
    attempt.finished_at = timezone.now()
    attempt.score, attempt.marking = marking.score, marking.content()
    attempt.save(update_fields=["finished_at", "score", "marking"])
    return attempt


def _own(actor: User, attempt_id: int) -> tuple[PracticeAttempt, PracticeSet]:
    attempts = PracticeAttempt.objects.select_for_update(of=("self",), no_key=True)
    attempt = attempts.filter(pk=attempt_id, person=actor).first()
    if attempt is None:
        raise Missing(_("没有这次练习。"))
    if attempt.finished_at is not None:
        raise Conflict(_("这次练习已经交卷，不能再改。"), code="practice_finished")
    return attempt, _set(attempt.set_code)


def _set(code: str) -> PracticeSet:
    practice = practice_sets().get(code)
    if practice is None:
        raise Missing(_("没有这个练习。"))
    return practice
