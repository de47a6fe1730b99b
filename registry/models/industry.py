"""Industries of the national economy (国民经济行业分类, GB/T 4754-2017)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.enums import IndustryLevel


class Industry(models.Model):
    """One section, division, group or class of the classification."""

    edition = models.CharField(_("版本"), max_length=10, default="2017")
    code = models.CharField(_("行业代码"), max_length=4, db_collation="C")
    parent_code = models.CharField(max_length=4, blank=True, db_collation="C")
    level = models.PositiveSmallIntegerField(_("级别"), choices=IndustryLevel.choices)
    name = models.CharField(_("行业名称"), max_length=100)
    is_in_scope = models.BooleanField(
        _("属于工业源"), help_text="Sections B, C and D: an industrial source."
    )

    class Meta:
        verbose_name = _("行业")
        verbose_name_plural = _("行业")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "code"], name="registry_industry_code_once_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(level__in=IndustryLevel.values), name="registry_industry_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
