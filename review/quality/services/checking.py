"""Enumerating a drawn form again, blind; comparing; adjudicating what differs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.bars import units_bar
from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from instruments.evaluation.definition import split_path
from instruments.selectors import definition_for
from review.models import QualityCheck, QualityDifference
from review.quality.comparison import Compared, compare
from review.quality.enums import RIGHTLY_REMOVED, CheckStage, DifferenceVerdict, RemovedOutcome
from review.quality.selectors import is_independent, is_of_level, open_units
from review.quality.sheet import check_forms
from submissions.services.changes import Change, Edition, changes_parse
from submissions.services.findings import failures_found
from submissions.services.saving import SaveResult

# Between two saves the person was at the sections of the second one; a longer gap was a pause.
PAUSE_SECONDS = 600
REASON_AT_MOST = 300
NOTE_AT_MOST = 500


@transaction.atomic
def check_open(*, actor: User, check_id: int) -> QualityCheck:
    """Take a check. From now on the unit's own answers are closed to the checker.

    Raises `NotAllowed` for whoever filled or reviewed the form, `Conflict` where it is taken.
    """
    check = check_locked(actor, check_id)
    if check.stage != CheckStage.DRAWN:
        raise Conflict(_("这份核查已有人承担。"), code="other_stage")
    _check_independent(actor, check)
    check.stage, check.checker, check.opened_at = CheckStage.OPEN, actor, timezone.now()
    check.last_saved_at = check.opened_at
    check.save(update_fields=["stage", "checker", "opened_at", "last_saved_at"])
    units_bar(actor=actor, unit_ids=open_units(actor))
    _record(AuditAction.QUALITY_CHECK_OPENED, actor, check)
    return check


@transaction.atomic
def check_save(
    *,
    actor: User,
    check_id: int,
    save_id: uuid.UUID,
    base_version: int,
    changes: Sequence[Any],
    device: str = "",
) -> SaveResult:
    """Save the checker's own answers; answered as a save of a real form is.

    Raises `Missing`, `NotAllowed`, `Conflict` once they are closed, `Invalid` as `response_save`.
    """
    check = _own_open(actor, check_id)
    forms, response = check_forms(check)
    if check.last_save_id != save_id:
        now = timezone.now()
        edition = Edition(
            response=response,
            definition=forms.definition(response),
            base_version=base_version,
            actor_id=actor.pk,
            at=now,
        )
        parsed = changes_parse(changes)
        edition.apply(parsed)
        _time(check, parsed, now)
        check.version += 1
        check.cells, check.rows = response.cells, response.rows
        check.last_save_id = save_id
        check.save(
            update_fields=["version", "cells", "rows", "last_save_id", "last_saved_at", "seconds"]
        )
        response.version = check.version
        forms.forget(response)
    failures = failures_found(forms=forms, responses=[response], now=timezone.now())
    return SaveResult(response, {}, failures)


@transaction.atomic
def check_answer(*, actor: User, check_id: int) -> QualityCheck:
    """Close the own answers and set them beside the first ones: what differs waits for a verdict.

    Raises `Conflict` where they are closed, `Invalid` without an answer.
    """
    check = _own_open(actor, check_id)
    document = check_forms(check)[1].plain()
    if not document["values"]:
        raise Invalid(_("还没有填写任何指标。"), code="no_answers")
    check.stage, check.answered_at = CheckStage.COMPARED, timezone.now()
    check.document, check.document_hash = document, content_hash(document)
    check.save(update_fields=["stage", "answered_at", "document", "document_hash"])
    units_bar(actor=actor, unit_ids=open_units(actor))
    keys = check.sample.quality_plan.key_items(definition_for(_version(check)))
    QualityDifference.objects.bulk_create(
        QualityDifference(
            check_made=check,
            cell=one.path,
            item=one.item.slug,
            is_key=one.item.slug in keys,
            first=one.first,
            own=one.own,
        )
        for one in _compared(check)
        if not one.is_same
    )
    _record(AuditAction.QUALITY_ANSWERED, actor, check, hash=check.document_hash)
    if not check.differences.exists():
        _close(check, actor)
    return check


@transaction.atomic
def differences_adjudicate(
    *, actor: User, check_id: int, verdicts: Mapping[int, tuple[str, str]]
) -> int:
    """Say whose each difference is, and why; returns how many are left.

    The checker does not judge the own differences, nor whoever filled or reviewed the form. A
    verdict may be changed until the check is closed. Raises `NotAllowed`, `Conflict`, `Invalid`.
    """
    check = check_locked(actor, check_id)
    _check_adjudicator(actor, check)
    differences = {one.pk: one for one in check.differences.select_for_update()}
    now = timezone.now()
    for key, (verdict, typed) in verdicts.items():
        one = differences.get(key)
        if one is None:
            raise Missing(_("没有这处差异。"))
        if verdict not in DifferenceVerdict.values:
            raise Invalid(_("请选择裁定结论。"), cell=f"verdict-{key}")
        reason = typed.strip()
        if not reason:
            raise Invalid(_("请写明裁定理由。"), code="reason_required", cell=f"reason-{key}")
        if len(reason) > REASON_AT_MOST:
            raise Invalid(
                _("文字过长，最多 %(length)d 个字。") % {"length": REASON_AT_MOST},
                cell=f"reason-{key}",
            )
        one.verdict, one.reason = verdict, reason
        one.adjudicated_at, one.adjudicated_by = now, actor
    QualityDifference.objects.bulk_update(
        [differences[key] for key in verdicts],
        ["verdict", "reason", "adjudicated_at", "adjudicated_by"],
    )
    left = check.differences.filter(verdict="").count()
    _record(AuditAction.QUALITY_ADJUDICATED, actor, check, number=len(verdicts), left=left)
    return left


@transaction.atomic
def check_close(*, actor: User, check_id: int) -> QualityCheck:
    """End an adjudicated check: from now on it counts. Raises `Conflict` while a verdict is due."""
    check = check_locked(actor, check_id)
    _check_adjudicator(actor, check)
    left = check.differences.filter(verdict="").count()
    if left:
        raise Conflict(_("还有 %d 处差异没有裁定。") % left, code="not_adjudicated")
    _close(check, actor)
    return check


@transaction.atomic
def removed_check(*, actor: User, check_id: int, outcome: str, note: str) -> QualityCheck:
    """What was found where a unit that left the register had been. Ends the check."""
    check = check_locked(actor, check_id)
    if check.is_of_form or check.stage != CheckStage.OPEN:
        raise Conflict(_("这份核查不在此阶段。"), code="other_stage")
    if check.checker_id != actor.pk:
        raise not_the_checker(check)
    if outcome not in RemovedOutcome.values:
        raise Invalid(_("请选择核查结果。"), cell="outcome")
    note = note.strip()
    if not note:
        raise Invalid(_("请写明现场情况和依据。"), code="note_required", cell="note")
    check.outcome, check.note = outcome, note[:NOTE_AT_MOST]
    check.answered_at = timezone.now()
    check.save(update_fields=["outcome", "note", "answered_at"])
    _close(check, actor)
    return check


def _close(check: QualityCheck, actor: User) -> None:
    if check.is_of_form:
        _count(check)
    else:
        check.is_nonconforming = check.outcome not in RIGHTLY_REMOVED
    check.stage, check.closed_at, check.closed_by = CheckStage.CLOSED, timezone.now(), actor
    check.save()
    _record(AuditAction.QUALITY_CHECK_CLOSED, actor, check, nonconforming=check.is_nonconforming)


def _count(check: QualityCheck) -> None:
    """Errors and checked cells of each item, key items apart."""
    plan = check.sample.quality_plan
    keys = plan.key_items(definition_for(_version(check)))
    wrong = set(
        check.differences.filter(verdict=DifferenceVerdict.TRUE_ERROR).values_list(
            "cell", flat=True
        )
    )
    tallies: dict[str, list[int]] = {}
    for one in _compared(check):
        tally = tallies.setdefault(one.item.slug, [0, 0])
        tally[0] += one.path in wrong
        tally[1] += 1
    check.tallies = tallies
    check.key_errors = sum(t[0] for slug, t in tallies.items() if slug in keys)
    check.key_checked = sum(t[1] for slug, t in tallies.items() if slug in keys)
    check.other_errors = sum(t[0] for slug, t in tallies.items() if slug not in keys)
    check.other_checked = sum(t[1] for slug, t in tallies.items() if slug not in keys)
    check.is_nonconforming = plan.is_nonconforming(
        key_errors=check.key_errors,
        other_errors=check.other_errors,
        other_checked=check.other_checked,
    )


def _compared(check: QualityCheck) -> list[Compared]:
    assert check.submission is not None  # noqa: S101  of a form
    assert check.document is not None  # noqa: S101  answered
    definition = definition_for(_version(check))
    plan = check.sample.quality_plan
    return compare(definition, check.submission.document, check.document, plan)


def _version(check: QualityCheck) -> int:
    assert check.submission is not None  # noqa: S101  of a form
    return check.submission.instrument_version_id


def _time(check: QualityCheck, changes: Sequence[Change], now: datetime) -> None:
    """Share the time since the last save among the sections that this one touches."""
    since = check.last_saved_at or now
    gap = min(PAUSE_SECONDS, (now - since).total_seconds())
    items = definition_for(_version(check)).items_by_slug
    cells = [split_path(cell)[2] for c in changes if (cell := getattr(c, "cell", ""))]
    sections = sorted({items[slug].section for slug in cells if slug in items})
    for section in sections:
        before = float(check.seconds.get(section, 0))
        check.seconds[section] = round(before + gap / len(sections), 1)
    check.last_saved_at = now


def _own_open(actor: User, check_id: int) -> QualityCheck:
    check = check_locked(actor, check_id)
    if check.checker_id not in {None, actor.pk}:
        raise not_the_checker(check)
    if check.stage != CheckStage.OPEN or not check.is_of_form:
        raise Conflict(
            _("这份核查处于“%(stage)s”阶段，不能再填。") % {"stage": check.get_stage_display()},
            code="check_closed",
        )
    return check


def check_locked(actor: User, check_id: int) -> QualityCheck:
    """The check, locked, for somebody of its sample's own level."""
    checks = QualityCheck.objects.select_for_update(of=("self",), no_key=True)
    checks = checks.select_related("sample__exercise", "unit", "case", "submission", "checker")
    check = checks.visible_to(actor).filter(pk=check_id).first()
    if check is None:
        raise Missing(_("没有这份核查，或不在您的管辖范围内。"))
    if not is_of_level(actor, Permission.QUALITY_CHECK, check.sample.division_code):
        raise NotAllowed(_("只有抽取样本的本级人员可以办理。"))
    return check


def _check_independent(actor: User, check: QualityCheck) -> None:
    if not is_independent(actor, check):
        raise NotAllowed(_("您填报、登记或审核过这个对象，不能核查。"), code="not_independent")


def _check_adjudicator(actor: User, check: QualityCheck) -> None:
    if check.stage != CheckStage.COMPARED:
        raise Conflict(
            _("这份核查处于“%(stage)s”阶段，不能裁定。") % {"stage": check.get_stage_display()},
            code="other_stage",
        )
    if check.checker_id == actor.pk:
        raise NotAllowed(_("核查人不裁定自己的差异，请本级其他人员裁定。"), code="own_check")
    _check_independent(actor, check)


def not_the_checker(check: QualityCheck) -> NotAllowed:
    name = check.checker.full_name if check.checker else ""
    return NotAllowed(_("这份核查由%(name)s承担。") % {"name": name}, code="other_checker")


def _record(action: AuditAction, actor: User, check: QualityCheck, **detail: Any) -> None:
    """Under the sample's division: neither the unit nor its place is named."""
    audit_record(
        action=action,
        actor=actor,
        subject=check,
        division_code=check.sample.division_code,
        detail=detail,
    )
