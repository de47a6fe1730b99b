"""The vocabulary of an exercise's course: kinds, phases, works, deadlines, corrections, two people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExerciseKind(models.TextChoices):
    """What an exercise is for. Only the figures of a real one are figures of the census."""

    REAL = "real", _("正式普查")
    PILOT = "pilot", _("试点")
    TRAINING = "training", _("培训练习")
    DEMONSTRATION = "demonstration", _("演示")


class PhaseKind(models.TextChoices):
    """The phases of a census, in their usual order. They may overlap."""

    PILOT = "pilot", _("试点")
    LISTING = "listing", _("清查")
    ENUMERATION = "enumeration", _("入户")
    REVIEW = "review", _("审核")
    ACCOUNTING = "accounting", _("核算")
    SUMMARY = "summary", _("汇总")
    QUALITY = "quality", _("质量核查")
    ACCEPTANCE = "acceptance", _("验收")


class Work(models.TextChoices):
    """What people do that a phase opens. Outside its phases a work is refused at every door."""

    LISTING = "listing", _("清查填报")
    FILLING = "filling", _("填报")
    MENDING = "mending", _("改正退回的普查表")
    REVIEW = "review", _("审核")
    SUMMARY = "summary", _("汇总")


# Works that a deadline ends: a filled form that comes too late is still reviewed.
WORKS_WITH_A_DEADLINE = frozenset({Work.LISTING, Work.FILLING, Work.MENDING})


class PhaseMove(models.TextChoices):
    """What is done to a phase in an area."""

    OPEN = "open", _("开始")
    CLOSE = "close", _("结束")


class Verdict(models.TextChoices):
    """What became of a request. A request itself is never changed."""

    APPROVE = "approve", _("同意")
    REFUSE = "refuse", _("不同意")
    WITHDRAW = "withdraw", _("撤回")


class CorrectionState(models.TextChoices):
    """Where a correction stands. Derived from its decision and its case."""

    REQUESTED = "requested", _("待批准")
    IN_PROGRESS = "in_progress", _("更正中")
    DONE = "done", _("已更正")
    ENDED = "ended", _("未完成")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class TwoPersonKind(models.TextChoices):
    """Acts that no person does alone."""

    PHASE_MOVE = "phase_move", _("强行或再次开始、结束阶段")
    FINAL_UNLOCK = "final_unlock", _("整批重新开放已定稿的普查表")
    CASES_VOID = "cases_void", _("整批作废普查表")
    COEFFICIENTS = "coefficients", _("启用新版产排污系数")
    FORM_CHANGE = "form_change", _("发布普查表改版")
    TRAINING_RESET = "training_reset", _("重置培训练习")
