"""The vocabulary of quality control by sampling."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SampleStage(models.TextChoices):
    """How far a sample has come."""

    FROZEN = "frozen", _("抽样框已冻结，待抽取")
    DRAWN = "drawn", _("核查中")
    CLOSED = "closed", _("已完成")


class SamplePart(models.TextChoices):
    """What a lot consists of."""

    FORM = "form", _("普查表")
    REMOVED = "removed", _("已删除对象")


class LotOutcome(models.TextChoices):
    """What the acceptance number says of a lot."""

    PENDING = "pending", _("核查中")
    ACCEPTED = "accepted", _("合格")
    REJECTED = "rejected", _("不合格")


class CheckStage(models.TextChoices):
    """One drawn form: enumerated again without the first answers, compared, adjudicated."""

    DRAWN = "drawn", _("待核查")
    OPEN = "open", _("独立填报中")
    COMPARED = "compared", _("待裁定")
    CLOSED = "closed", _("已完成")


class DifferenceVerdict(models.TextChoices):
    """Whose a difference is."""

    TRUE_ERROR = "true_error", _("原填报有误")
    EXPLAINED = "explained", _("差异可解释")
    CHECKER_ERROR = "checker_error", _("核查填报有误")


class RemovedOutcome(models.TextChoices):
    """What the checker finds of a unit that left the register."""

    GONE = "gone", _("确已关闭或不存在")
    OUT_OF_SCOPE = "out_of_scope", _("存在，确不属普查范围")
    STILL_THERE = "still_there", _("仍在，应予普查")


# With these the register was right to let the unit go.
RIGHTLY_REMOVED = (RemovedOutcome.GONE, RemovedOutcome.OUT_OF_SCOPE)


class RedrawFault(models.TextChoices):
    """What does not fit when a sample is drawn again."""

    FRAME_UNREADABLE = "frame_unreadable", _("抽样框文件读不出来")
    FRAME_CHANGED = "frame_changed", _("抽样框与冻结时不一致")
    SEED_CHANGED = "seed_changed", _("随机种子不能由抽样框校验值和公开随机数推出")
    DRAW_CHANGED = "draw_changed", _("重抽结果与记录不一致")
    CHECKS_CHANGED = "checks_changed", _("核查名单与抽取结果不一致")
