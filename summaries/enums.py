"""The vocabulary of summaries: axes of a table, states of progress."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level


class Axis(models.TextChoices):
    """What the rows of a table are."""

    DIVISION = "division", _("按区划")
    INDUSTRY_DIVISION = "industry_division", _("按行业大类")
    INDUSTRY_CLASS = "industry_class", _("按行业小类")
    SIZE = "size", _("按企业规模")
    BASIN = "basin", _("按流域")


# How many digits of the 4-digit industry code name a row.
INDUSTRY_DIGITS: dict[str, int] = {Axis.INDUSTRY_DIVISION: 2, Axis.INDUSTRY_CLASS: 4}
# Axes that mean something for industrial units alone.
INDUSTRIAL_AXES = (Axis.INDUSTRY_DIVISION, Axis.INDUSTRY_CLASS, Axis.SIZE)
# Every unit is in exactly one row of these; of the basins it is in any number.
PARTITIONING_AXES = (Axis.DIVISION, *INDUSTRIAL_AXES)


class ReleaseOrigin(models.TextChoices):
    """Where the figures of a release come from."""

    COMPUTED = "computed", _("本系统汇总")
    IMPORTED = "imported", _("导入")


# A summary takes what at least this level has approved; the field's own check is not enough.
APPROVAL_LEVELS = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATIONAL)


class ExportFormat(models.TextChoices):
    """How an export is written."""

    XLSX = "xlsx", _("Excel 工作簿（官方表头，代码和名称）")
    CSV = "csv", _("CSV（gzip 压缩，每行一条记录）")
    PARQUET = "parquet", _("Parquet（供统计软件使用）")


class ReminderKind(models.TextChoices):
    """What a person is reminded of."""

    FILL = "fill", _("逾期未提交")
    RETURNED = "returned", _("退回后逾期未改")
    REVIEW = "review", _("逾期未审核")


class ProgressState(models.TextChoices):
    """Where a case stands, as the progress page counts it; the level of review is beside it."""

    NOT_STARTED = "not_started", _("未开始")
    FILLING = "filling", _("填报中")
    RETURNED = "returned", _("已退回")
    UNDER_REVIEW = "under_review", _("审核中")
    FINAL = "final", _("已定稿")
    VOID = "void", _("已作废")
    NOT_OWED = "not_owed", _("不需填报")
