"""The vocabulary of filling in: states, acts, levels, provenance, findings, jobs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level

__all__ = [
    "ALIVE_STATES",
    "CLOSED_STATUSES",
    "FILLING_STATUSES",
    "IN_FORCE_ORDER",
    "CaseAction",
    "CaseStatus",
    "ChangeKind",
    "ExerciseStatus",
    "FactBasis",
    "FailureKind",
    "Holder",
    "JobKind",
    "JobState",
    "Level",
    "Owner",
    "Provenance",
    "ReopenPolicy",
    "Severity",
    "WaiverAct",
    "WaiverState",
]


class ExerciseStatus(models.TextChoices):
    """Where a collection exercise stands."""

    PREPARING = "preparing", _("准备中")
    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已结束")


class CaseStatus(models.TextChoices):
    """Where a case stands. The review level is data beside it, not a status."""

    OPEN = "open", _("待填报")
    RETURNED = "returned", _("已退回")
    UNDER_REVIEW = "under_review", _("审核中")
    FINAL = "final", _("已定稿")
    VOID = "void", _("已作废")


FILLING_STATUSES = (CaseStatus.OPEN, CaseStatus.RETURNED)
CLOSED_STATUSES = (CaseStatus.FINAL, CaseStatus.VOID)


class CaseAction(models.TextChoices):
    """What can be done to a case: the edges of TRANSITIONS."""

    SUBMIT = "submit", _("提交")
    APPROVE = "approve", _("审核通过")
    RETURN = "return", _("退回")
    FINALISE = "finalise", _("定稿")
    VOID = "void", _("作废")
    REOPEN = "reopen", _("重新开放")
    REVISE = "revise", _("因改版重新开放")
    RETURN_LOT = "return_lot", _("整批退回")
    CORRECT = "correct", _("批准更正")


class Owner(models.TextChoices):
    """Whose turn it is."""

    RESPONDENT = "respondent", _("填报人")
    REVIEWER = "reviewer", _("审核人")
    SYSTEM = "system", _("无人")


class Holder(models.TextChoices):
    """Who may fill a case now. Both, until somebody hands it over."""

    BOTH = "both", _("普查员和填报单位都可填报")
    ENUMERATOR = "enumerator", _("由普查员填报")
    RESPONDENT = "respondent", _("由填报单位填报")


class Provenance(models.TextChoices):
    """Where a value comes from. Each has its own slot in a cell; none overwrites another."""

    COLLECTED = "collected", _("填报")
    CORRECTED = "corrected", _("修正")
    IMPUTED = "imputed", _("插补")
    DERIVED = "derived", _("推算")
    CARRIED_FORWARD = "carried_forward", _("带入")


# the value in force is the first slot present in this order
IN_FORCE_ORDER = (
    Provenance.CORRECTED,
    Provenance.COLLECTED,
    Provenance.DERIVED,
    Provenance.IMPUTED,
    Provenance.CARRIED_FORWARD,
)


class Severity(models.TextChoices):
    """What a finding does: hard stops a submission, soft asks for an explanation."""

    HARD = "hard", _("强制性")
    SOFT = "soft", _("核实性")


class FailureKind(models.TextChoices):
    """Why a finding was raised."""

    TYPE = "type", _("格式错误")
    LIST = "list", _("不在代码表中")
    REQUIRED = "required", _("必填未填")
    NOT_APPLICABLE = "not_applicable", _("不应填写")
    RULE = "rule", _("审核关系不符")
    FAILED_TO_RUN = "failed_to_run", _("审核关系未能执行")


class WaiverAct(models.TextChoices):
    """What is decided about a waiver."""

    APPROVE = "approve", _("批准")
    REFUSE = "refuse", _("不批准")
    REVOKE = "revoke", _("撤销")


class WaiverState(models.TextChoices):
    """Where a waiver stands on a day. Derived from its decisions and its last day."""

    REQUESTED = "requested", _("待批准")
    IN_FORCE = "in_force", _("有效")
    EXPIRED = "expired", _("已到期")
    REFUSED = "refused", _("未批准")
    REVOKED = "revoked", _("已撤销")


class JobKind(models.TextChoices):
    """Kinds of background work."""

    FRAME_LOAD = "frame_load", _("导入名录")
    LIST_SCREEN = "list_screen", _("筛选部门名录")
    REGISTER_FREEZE = "register_freeze", _("冻结名录")
    DIVISION_CHANGE = "division_change", _("区划变更")
    BULK_REVIEW = "bulk_review", _("整批通过")
    INTERFERENCE_SCAN = "interference_scan", _("扫描干预迹象")
    QUALITY_FRAME = "quality_frame", _("冻结核查抽样框")
    LOT_RETURN = "lot_return", _("整批退回")
    SUMMARY_RUN = "summary_run", _("汇总")
    DATA_EXPORT = "data_export", _("导出数据")
    SUMMARY_RELEASE = "summary_release", _("生成汇总版本")
    SUMMARY_PUBLISH = "summary_publish", _("生成发布版")
    ACCOUNTING_IMPACT = "accounting_impact", _("系数更新的影响")
    ACCOUNTING_APPLY = "accounting_apply", _("按新系数重新核算")
    CROSS_CHECK = "cross_check", _("跨单位核对")
    CHANGE_IMPACT = "change_impact", _("改版的影响")
    CASES_CLOSE = "cases_close", _("整批作废或重新开放")
    TRAINING_RESET = "training_reset", _("重置培训练习")
    CHANGE_APPLY = "change_apply", _("套用新版普查表")
    LOCAL_APPLY = "local_apply", _("套用地方附加指标")
    AUDIT_EXPORT = "audit_export", _("导出审计记录")
    FACT_SNAPSHOT = "fact_snapshot", _("更新分析数据")
    BATCH_EDITING = "batch_editing", _("批量审核")


class FactBasis(models.TextChoices):
    """Which answers a fact snapshot holds."""

    WORKING = "working", _("现有填报数据")
    SUBMITTED = "submitted", _("已提交的数据")


class ChangeKind(models.TextChoices):
    """What a change in the middle of a census changes."""

    FORM = "form", _("普查表")
    CODELIST = "codelist", _("代码表")


class ReopenPolicy(models.TextChoices):
    """Which submitted or approved forms a change takes back to be filled again."""

    NONE = "none", _("不重新开放，已提交的保留原版")
    AFFECTED = "affected", _("只重新开放出现新的强制性错误的")
    ALL = "all", _("全部重新开放")


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    SUCCEEDED = "succeeded", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


ALIVE_STATES = (JobState.QUEUED, JobState.RUNNING)
