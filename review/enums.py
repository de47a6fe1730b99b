"""The vocabulary of review: decisions and the coded reasons of a return."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.enums import CaseAction


class Decision(models.TextChoices):
    """What a level of sign-off decides about a submission."""

    APPROVE = "approve", _("审核通过")
    RETURN = "return", _("退回")
    FINALISE = "finalise", _("定稿")


# The act in the workflow that each decision is.
ACTIONS: dict[Decision, CaseAction] = {
    Decision.APPROVE: CaseAction.APPROVE,
    Decision.RETURN: CaseAction.RETURN,
    Decision.FINALISE: CaseAction.FINALISE,
}
APPROVALS = (Decision.APPROVE, Decision.FINALISE)


class LookConclusion(models.TextChoices):
    """What looking into a sign of interference came to."""

    NORMAL = "normal", _("已查明，属正常")
    REFERRED = "referred", _("已移交核查")
    SUBSTANTIATED = "substantiated", _("已查实，另行处理")
    UNDECIDED = "undecided", _("暂不能判断")


class DutyKind(models.TextChoices):
    """The four arrangements of a census office (四落实) that must be on paper."""

    INSTITUTION = "institution", _("机构")
    STAFF = "staff", _("人员")
    TASK = "task", _("任务")
    DUTY = "duty", _("责任")


class AcceptanceVerdict(models.TextChoices):
    """What the level above decides about an acceptance pack."""

    PASS = "pass", _("通过")
    RECTIFY = "rectify", _("整改后通过")
    FAIL = "fail", _("不通过")


class ReturnReason(models.TextChoices):
    """Why a form goes back: coded, so that the reasons can be counted by county."""

    OMISSION = "omission", _("漏填")
    UNIT_OF_MEASURE = "unit_of_measure", _("计量单位错误")
    REGISTER_MISMATCH = "register_mismatch", _("与登记信息不符")
    LOGIC = "logic", _("逻辑关系不符")
    CODE = "code", _("代码或分类选择有误")
    EVIDENCE = "evidence", _("佐证不足")
    EXPLANATION = "explanation", _("说明不充分")
    OTHER_SOURCES = "other_sources", _("与上年或其他来源差异大")
    QUALITY_LOT = "quality_lot", _("抽样核查不合格，整批退回")
    OTHER = "other", _("其他")


# A reviewer chooses among these; the others are given by the portal.
CHOSEN_REASONS = tuple(reason for reason in ReturnReason if reason != ReturnReason.QUALITY_LOT)
