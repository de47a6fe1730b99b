"""The finished part of a run for one child division: a killed run goes on behind it."""

from typing import ClassVar

from django.db import models

from summaries.models.summary_run import SummaryRun


class SummaryPart(models.Model):
    """`prefix` is the child's division-code prefix; empty: what lies in no known child."""

    run = models.ForeignKey(SummaryRun, on_delete=models.CASCADE, related_name="parts")
    prefix = models.CharField(max_length=12, blank=True, db_collation="C")
    lines = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "prefix"], name="summaries_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.prefix}"
