"""The coefficient library (产排污系数库): sets, their immutable versions, rows, what is in force."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from instruments.models.published import refuse_change


class Medium(models.TextChoices):
    """Where the pollutant goes, as the handbook says it."""

    WATER = "水", _("水")
    GAS = "气", _("气")
    SOLID = "固体", _("固体")


class Confidence(models.TextChoices):
    """How sure the transcription of a row is. `low` stays out of official results."""

    HIGH = "high", _("可靠")
    MEDIUM = "medium", _("部分推断")
    LOW = "low", _("存疑")


class CoefficientSet(models.Model):
    """One library by name, e.g. `industrial` 工业源产排污系数."""

    name = models.CharField(max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=120)

    class Meta:
        verbose_name = _("系数库")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.title


class CoefficientVersion(models.Model):
    """One loaded file. The database refuses to change or remove it, or to add rows once published."""

    coefficient_set = models.ForeignKey(
        CoefficientSet, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("名称"), max_length=120)
    source = models.TextField(_("来源"))
    content_hash = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField(_("系数条数"))
    low_count = models.PositiveIntegerField(_("存疑条数"))
    fault_count = models.PositiveIntegerField(_("不能计算条数"))
    is_demonstration = models.BooleanField(_("演示用"), default=False)
    loaded_at = models.DateTimeField(_("导入时间"), default=timezone.now)
    loaded_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("系数库版本")
        ordering: ClassVar = ["coefficient_set", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["coefficient_set", "number"], name="instruments_coefficient_number_once"
            ),
            models.UniqueConstraint(
                fields=["coefficient_set", "content_hash"],
                name="instruments_coefficient_content_once",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="instruments_coefficient_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        refuse_change(self)
        super().save(*args, **kwargs)


class CoefficientPublication(models.Model):
    """Putting a version in force: the newest row of a set says which one it is."""

    version = models.ForeignKey(
        CoefficientVersion, on_delete=models.PROTECT, related_name="publications"
    )
    published_at = models.DateTimeField(_("启用时间"), default=timezone.now)
    published_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("系数库启用")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.published_at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        refuse_change(self)
        super().save(*args, **kwargs)


class CoefficientQuerySet(models.QuerySet["Coefficient"]):
    """Adjectives that narrow a list of coefficients."""

    def official(self) -> Self:
        """Rows that may enter official results: low confidence and unusable ones stay out."""
        return self.exclude(confidence=Confidence.LOW).filter(fault="")

    def of_industry(self, code: str) -> Self:
        """Rows for a four-digit class: its own, its group's, its division's, and ranges of them."""
        return self.filter(industries__overlap=[code[:n] for n in (2, 3, 4) if len(code) >= n])


class Coefficient(models.Model):
    """One row of the handbook, text as printed; `line` is its line in the file."""

    version = models.ForeignKey(
        CoefficientVersion, on_delete=models.PROTECT, related_name="coefficients"
    )
    line = models.PositiveIntegerField()
    industry_code = models.CharField(_("行业"), max_length=20, blank=True)
    # 33-37|431-434 spelled out, so that a look-up is an overlap of arrays
    industries = ArrayField(models.CharField(max_length=4))
    industry_level = models.CharField(_("行业层级"), max_length=4, blank=True)
    section = models.CharField(_("工段"), max_length=60, blank=True)
    product = models.CharField(_("产品"), max_length=120)
    raw_material = models.CharField(_("原料"), max_length=200)
    process = models.CharField(_("工艺"), max_length=120)
    scale = models.CharField(_("规模"), max_length=120)
    region = models.CharField(_("地区"), max_length=60, blank=True)
    medium = models.CharField(_("介质"), max_length=4, choices=Medium.choices)
    pollutant = models.CharField(_("污染物"), max_length=20)
    condition = models.CharField(_("条件"), max_length=80, blank=True)
    unit = models.CharField(_("系数单位"), max_length=60)
    generation = models.CharField(_("产污系数"), max_length=80, blank=True)
    generation_printed = models.CharField(_("手册原文"), max_length=120, blank=True)
    treatment = models.CharField(_("治理工艺"), max_length=120, blank=True)
    efficiency = models.CharField(_("去除效率（%）"), max_length=60, blank=True)
    k_formula = models.CharField(_("实际运行率公式"), max_length=250, blank=True)
    source = models.CharField(_("出处"), max_length=160)
    handbook_page = models.CharField(_("手册页码"), max_length=10, blank=True)
    dataset = models.CharField(max_length=40, blank=True)
    confidence = models.CharField(_("可靠程度"), max_length=6, choices=Confidence.choices)
    # why the row cannot be reckoned with: a code of instruments.accounting.refusals, or blank
    fault = models.CharField(_("不能计算的原因"), max_length=40, blank=True)
    search_text = models.TextField()

    objects = CoefficientQuerySet.as_manager()

    class Meta:
        verbose_name = _("产排污系数")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "line"], name="instruments_coefficient_line_once"
            ),
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values), name="instruments_coefficient_medium"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values),
                name="instruments_coefficient_confidence",
            ),
        ]
        indexes: ClassVar = [
            # the look-up of the accounting: one process and pollutant of one version
            models.Index(
                fields=["version", "pollutant", "product", "process"], name="coefficient_lookup"
            ),
            models.Index(fields=["version", "id"], name="coefficient_page"),
            GinIndex(fields=["industries"], name="coefficient_industries"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="coefficient_search"),
        ]

    def __str__(self) -> str:
        return f"{self.industry_code} {self.product} {self.pollutant}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        refuse_change(self)
        super().save(*args, **kwargs)
