"""Submitting: every rule once more on the server, then a frozen, numbered, hashed copy."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from submissions.arriving import submission_arrived, unit_size
from submissions.enums import CaseAction
from submissions.models import Case, EditFailure, Submission
from submissions.services.findings import findings_refresh
from submissions.services.listing import listing_follow, listing_unit_lock
from submissions.services.unit_forms import UnitForms, unit_forms_lock
from submissions.transitions import TRANSITIONS, case_transition


def case_submit(*, case_id: int, actor: User, base_version: int | None = None) -> Submission:
    """Submit a case. `base_version` is the version the person saw: a later save refuses it.

    The findings are brought up to date first and stay so even where the submission is then
    refused. Raises `NotAllowed`, or `Conflict` with the code of the guard that refused.
    """
    _evaluate(case_id, actor)
    return _submit(case_id, actor, base_version)


@transaction.atomic
def _evaluate(case_id: int, actor: User) -> None:
    forms = unit_forms_lock(case_id=case_id)
    _check_permission(forms, case_id, actor)
    if (forms.of(case_id).case.status, CaseAction.SUBMIT) in TRANSITIONS:
        findings_refresh(forms=forms, responses=[forms.of(case_id)], now=timezone.now())


@transaction.atomic
def _submit(case_id: int, actor: User, base_version: int | None) -> Submission:
    listing_unit_lock(case_id=case_id)
    forms = unit_forms_lock(case_id=case_id)
    _check_permission(forms, case_id, actor)
    response = forms.of(case_id)
    if base_version is not None and base_version != response.version:
        raise Conflict(_("提交前有他人改动了本表，请核对后再提交。"), code="stale_version")
    if (response.case.status, CaseAction.SUBMIT) in TRANSITIONS:
        findings_refresh(forms=forms, responses=[response], now=timezone.now())
    case = case_transition(case_id=case_id, action=CaseAction.SUBMIT, actor=actor)
    submitted_at = case.submitted_at
    assert submitted_at is not None  # noqa: S101  the transition has just set it
    submission = Submission(
        case=case,
        number=Submission.objects.filter(case=case).count() + 1,
        instrument_version_id=case.instrument_version_id,
        response_version=response.version,
        document=forms.plain(response),
        explanations=_explanations(case),
        waivers=_waivers(case),
        revision_hash=response.head_hash,
        submitted_at=submitted_at,
        submitted_by=actor,
    )
    submission.hash = content_hash(submission.content())
    submission.receipt_code = receipt_code(submission, submitted_at)
    submission.save(force_insert=True)
    submission_arrived(
        case, size=unit_size({one.case.form_code: forms.plain(one) for one in forms.living})
    )
    # the log is a second witness: whoever rewrites a submission and its hash has not rewritten it
    audit_record(
        action=AuditAction.SUBMISSION_FROZEN,
        actor=actor,
        subject=case,
        detail={"number": submission.number, "hash": submission.hash},
    )
    listing_follow(response=response, definition=forms.compiled(response).definition, actor=actor)
    return submission


def _check_permission(forms: UnitForms, case_id: int, actor: User) -> None:
    if not actor.has_perm(Permission.CASE_SUBMIT, forms.of(case_id).case):
        raise NotAllowed(_("您不能提交本表。"))


def _explanations(case: Case) -> list[dict[str, Any]]:
    """The explanations that go with the submission, frozen with it: of which cells, whose words."""
    explained = EditFailure.objects.filter(case=case).explained()
    return [
        {
            "rule": failure.rule_id,
            "row": failure.row_key,
            "cells": list(failure.cells),
            "message": failure.message_zh,
            "explanation": failure.explanation,
            "by": failure.explained_by_id,
            "at": failure.explained_at.isoformat() if failure.explained_at else None,
        }
        for failure in explained.order_by("rule_id", "row_key")
    ]


def _waivers(case: Case) -> list[dict[str, Any]]:
    """The findings that went along because a waiver set them aside, frozen with the submission."""
    waived = EditFailure.objects.filter(case=case).waived().select_related("waiver")
    return [
        {
            "rule": failure.rule_id,
            "row": failure.row_key,
            "message": failure.message_zh,
            "waiver": failure.waiver_id,
            "reason": failure.waiver.reason if failure.waiver else "",
            "until": failure.waived_until.isoformat() if failure.waived_until else None,
        }
        for failure in waived.order_by("rule_id", "row_key")
    ]


def receipt_code(submission: Submission, submitted_at: datetime) -> str:
    """A code to quote: form, local date, case and number, and the beginning of the hash."""
    day = timezone.localtime(submitted_at).strftime("%Y%m%d")
    form = submission.case.form_code
    return (
        f"{form}-{day}-{submission.case_id:07d}-{submission.number:02d}-"
        f"{submission.hash[:8].upper()}"
    )
