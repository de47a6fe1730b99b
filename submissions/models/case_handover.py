"""Hand-overs of a case between the unit's own respondent and the enumerator; kept for ever."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.enums import Holder
from submissions.models.case import Case
from submissions.models.constraints import within


class CaseHandover(models.Model):
    """From now on only `holder` may fill the case. The database refuses to change it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers")
    number = models.PositiveIntegerField(_("序号"))
    holder = models.CharField(_("由谁填报"), max_length=10, choices=Holder.choices)
    note = models.CharField(_("留言"), max_length=500, blank=True)
    # the version of the answers at this moment: what was changed later was changed by the holder
    response_version = models.PositiveIntegerField(_("填报版本"))
    handed_at = models.DateTimeField(_("交办时间"))
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("交办人"),
    )

    class Meta:
        verbose_name = _("填报交办")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "number"], name="submissions_casehandover_number_once"
            ),
            within("holder", Holder),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.holder}"
