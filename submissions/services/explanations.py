"""Explaining a soft finding: in words of its own, not with a stock phrase."""

import unicodedata

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from submissions.enums import Severity
from submissions.explanation_texts import (
    EXPLANATION_LENGTH_AT_LEAST,
    EXPLANATION_LENGTH_AT_MOST,
    OTHER_UNITS_AT_MOST,
    explanation_key,
    is_stock_phrase,
    letters_of,
)
from submissions.guards import holds_pen
from submissions.models import Case, EditFailure
from submissions.policies import is_open_for_filling, is_running


@transaction.atomic
def failure_explain(*, failure_id: int, actor: User, text: str) -> EditFailure:
    """Store the explanation of a soft finding. Raises `Invalid` for a stock phrase or a copy."""
    failure = EditFailure.objects.filter(pk=failure_id).select_related("case__exercise").first()
    if failure is None:
        raise Missing(_("这个问题已经不存在，可能已被改正。"), code="failure_gone")
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise", "unit")
        .get(pk=failure.case_id)
    )
    if not actor.has_perm(Permission.RESPONSE_SAVE, case):
        raise NotAllowed(_("您不能填写本表的说明。"))
    if not is_open_for_filling(case) or not is_running(case.exercise):
        raise Conflict(_("本表现在不能填报，说明没有保存。"), code="case_locked")
    holds_pen(case, actor)
    failure = EditFailure.objects.filter(pk=failure_id).first()
    if failure is None:
        raise Missing(_("这个问题已经不存在，可能已被改正。"), code="failure_gone")
    if failure.severity != Severity.SOFT:
        raise Conflict(_("强制性错误必须改正，不能用说明代替。"), code="failure_is_hard")
    cell = failure.cells[0] if failure.cells else None
    text = text.strip()
    check_explanation(text, failure, cell)
    key = explanation_key(text, case.unit.name)
    _check_not_copied_around(key, case, actor, cell)
    was_open = failure.explanation == ""
    failure.explanation, failure.explanation_key = text, key
    failure.explained_at = timezone.now()
    failure.explained_by = actor
    failure.save(update_fields=["explanation", "explanation_key", "explained_at", "explained_by"])
    if was_open:
        case.soft_open_count = (
            EditFailure.objects.filter(case=case).unexplained().blocking().count()
        )
        case.save(update_fields=["soft_open_count", "updated_at"])
    audit_record(
        action=AuditAction.FAILURE_EXPLAINED,
        actor=actor,
        subject=case,
        detail={"rule": failure.rule_id, "row": failure.row_key, "explanation": text},
    )
    return failure


def check_explanation(text: str, failure: EditFailure, cell: str | None) -> None:
    """Raise `Invalid` for a text that is too short, too long, stock, or the message itself."""
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\r\n\t" for c in text):
        raise Invalid(_("说明中有不可见的控制字符。"), code="control_character", cell=cell)
    if len(text) > EXPLANATION_LENGTH_AT_MOST:
        raise Invalid(
            _("说明过长，最多 %(length)d 个字。") % {"length": EXPLANATION_LENGTH_AT_MOST},
            code="explanation_too_long",
            cell=cell,
        )
    core = letters_of(text)
    if len(core) < EXPLANATION_LENGTH_AT_LEAST:
        raise Invalid(
            _("说明太短，请写明具体原因（至少 %(length)d 个字）。")
            % {"length": EXPLANATION_LENGTH_AT_LEAST},
            code="explanation_too_short",
            cell=cell,
        )
    if is_stock_phrase(text):
        raise Invalid(
            _("“核实无误”“情况属实”一类的话不能作为说明，请写明具体原因。"),
            code="explanation_boilerplate",
            cell=cell,
        )
    if letters_of(failure.message_zh) in core and len(core) < 2 * len(
        letters_of(failure.message_zh)
    ):
        raise Invalid(
            _("说明不能照抄问题本身，请写明具体原因。"), code="explanation_copied", cell=cell
        )


def _check_not_copied_around(key: str, case: Case, actor: User, cell: str | None) -> None:
    """Raise `Invalid` where this person has said the same of several other units. One index look-up.

    Under the same rule or another, in this exercise. Units are counted, not findings: one cause may
    explain many findings of one unit.
    """
    same = EditFailure.objects.explained().filter(
        explained_by=actor, explanation_key=key, case__exercise_id=case.exercise_id
    )
    others = same.exclude(case__unit_id=case.unit_id).values("case__unit_id").distinct()
    count = len(others[: OTHER_UNITS_AT_MOST + 1])
    if count >= OTHER_UNITS_AT_MOST:
        raise Invalid(
            _("同样的说明您已用于其他 %(count)d 个普查对象，请写明本普查对象自己的原因。")
            % {"count": count},
            code="explanation_used_elsewhere",
            cell=cell,
        )
