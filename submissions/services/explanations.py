"""Explaining a soft finding: in words of its own, not with a stock phrase."""

import re
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
from submissions.models import Case, EditFailure
from submissions.policies import is_open_for_filling, is_running

EXPLANATION_LENGTH_AT_LEAST = 6
EXPLANATION_LENGTH_AT_MOST = 1000
# what remains of a stock phrase once these are taken out is no explanation
STOCK_WORDS = re.compile(
    "经|已|再次|多次|反复|现场|电话|企业|单位|我单位|本单位|我厂|本厂|数据|填报|情况|实际|信息|该|此|项|指标|以上|均|都|"
    "核实|核对|核查|确认|检查|复核|查实|落实|无误|无错误|没有错误|没错|属实|真实|准确|正确|一致|相符|有效|无问题|没有问题|"
    "没问题|正常|无异常|按实填报|如实|据实|与|为|是|的|了|其|特此|说明|请|予以|通过|审核|同意|ok|yes|no"
)


@transaction.atomic
def failure_explain(*, failure_id: int, actor: User, text: str) -> EditFailure:
    """Store the explanation of a soft finding. Raises `Invalid` for a stock phrase."""
    failure = EditFailure.objects.filter(pk=failure_id).select_related("case__exercise").first()
    if failure is None:
        raise Missing(_("这个问题已经不存在，可能已被改正。"), code="failure_gone")
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise")
        .get(pk=failure.case_id)
    )
    if not actor.has_perm(Permission.RESPONSE_SAVE, case):
        raise NotAllowed(_("您不能填写本表的说明。"))
    if not is_open_for_filling(case) or not is_running(case.exercise):
        raise Conflict(_("本表现在不能填报，说明没有保存。"), code="case_locked")
    failure = EditFailure.objects.filter(pk=failure_id).first()
    if failure is None:
        raise Missing(_("这个问题已经不存在，可能已被改正。"), code="failure_gone")
    if failure.severity != Severity.SOFT:
        raise Conflict(_("强制性错误必须改正，不能用说明代替。"), code="failure_is_hard")
    cell = failure.cells[0] if failure.cells else None
    text = text.strip()
    check_explanation(text, failure, cell)
    was_open = failure.explanation == ""
    failure.explanation = text
    failure.explained_at = timezone.now()
    failure.explained_by = actor
    failure.save(update_fields=["explanation", "explained_at", "explained_by"])
    if was_open:
        case.soft_open_count = EditFailure.objects.filter(case=case).unexplained().count()
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
    if len(STOCK_WORDS.sub("", core)) < 2 or len(set(core)) < 4:
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


def letters_of(text: str) -> str:
    """Letters and digits only, lower case: punctuation does not make an explanation longer."""
    return "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LN")
