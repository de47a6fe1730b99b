"""A label point of a division: where its name is written on a plane without boundaries."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class DivisionPoint(models.Model):
    """Longitude and latitude (degrees) of a province, city or county. Public knowledge.

    A point of orientation, not a seat of government and no boundary.
    """

    code = models.CharField(_("区划代码"), max_length=12, primary_key=True, db_collation="C")
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6)

    class Meta:
        verbose_name = _("区划标注点")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.longitude} {self.latitude}"
