"""Who opened whose answers, and when. Append-only; covered by the seals block by block."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audit.enums import ReadWay
from audit.models.columns import ClusterIdentity, TransactionNumber


class ReadEvent(models.Model):
    """One person, one form of one unit, one way of reading it, within one hour.

    No foreign keys, as in `AuditEvent`. Narrow on purpose: a national census writes millions a day.
    """

    at = models.DateTimeField(_("时间"), db_default=Now())
    cluster = models.BigIntegerField(db_default=ClusterIdentity())
    transaction_number = models.BigIntegerField(db_default=TransactionNumber())
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(_("人员"), max_length=150)
    unit_id = models.BigIntegerField()
    unit_code = models.CharField(_("普查对象代码"), max_length=20, db_collation="C")
    case_id = models.BigIntegerField()
    form_code = models.CharField(_("表号"), max_length=12, db_collation="C")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    way = models.CharField(_("方式"), max_length=10, choices=ReadWay.choices)

    class Meta:
        verbose_name = _("查阅记录")
        indexes: ClassVar = [
            # the sealing worker reads in this order
            models.Index(
                fields=["cluster", "transaction_number", "id"], name="audit_read_sealing_order"
            ),
            models.Index(fields=["unit_id", "at", "id"], name="audit_read_unit"),
            models.Index(fields=["actor_id", "at", "id"], name="audit_read_person"),
            # a span of time of the whole log: rows lie in that order, a page range is enough
            BrinIndex(fields=["at"], name="audit_read_time", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.unit_code} {self.form_code}"

    @property
    def way_label(self) -> str:
        """The way of reading in words; its code where the portal no longer knows it."""
        return str(ReadWay(self.way).label) if self.way in ReadWay.values else self.way
