"""Who has taken a waiting case in hand, so that two people do not do the same work."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level
from submissions.enums import CaseStatus
from submissions.models import Case
from submissions.models.constraints import within


class CaseClaimQuerySet(models.QuerySet["CaseClaim"]):
    """Claims by whether they still hold."""

    def holding(self, now: datetime | None = None) -> Self:
        """Claims that have not lapsed, on cases that still wait at the level of the claim."""
        return self.filter(
            lapses_at__gt=now or timezone.now(),
            case__status=CaseStatus.UNDER_REVIEW,
            case__review_level=F("level"),
        )


class CaseClaim(models.Model):
    """At most one a case. A row that has lapsed is nobody's; the next claim writes over it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="claim")
    level = models.CharField(_("审核层级"), max_length=12, choices=Level.choices)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    claimed_at = models.DateTimeField(_("领取时间"))
    lapses_at = models.DateTimeField(_("失效时间"))

    objects: ClassVar[models.Manager["CaseClaim"]] = CaseClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("领取")
        constraints: ClassVar = [
            within("level", Level),
            models.CheckConstraint(
                condition=models.Q(lapses_at__gt=F("claimed_at")), name="review_claim_lapses_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.claimed_by_id}"
