"""What has changed since a fact snapshot was taken: a journal that triggers write."""

from typing import ClassVar

from django.db import models


class FactChange(models.Model):
    """One case or unit that a transaction touched, or a province where it touched very many.

    `xid` is that transaction (xid8), which PostgreSQL compares with the snapshot that the facts
    were taken in: a transaction that commits late is seen by the next refresh, never lost.
    """

    CASE, UNIT, PROVINCE = "c", "u", "p"

    xid = models.BigIntegerField()
    kind = models.CharField(max_length=1, db_collation="C")
    key = models.BigIntegerField()

    class Meta:
        verbose_name = "fact change"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["xid", "kind", "key"], name="submissions_factchange_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}{self.key} @{self.xid}"
