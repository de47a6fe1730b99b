"""A waiver (豁免): one rule set aside for one form of one unit, for a time, by somebody else."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case as Choice
from django.db.models import Exists, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.querysets import ScopedQuerySet
from submissions.enums import Severity, WaiverAct, WaiverState
from submissions.models.case import Case
from submissions.models.constraints import within


class RuleWaiverQuerySet(ScopedQuerySet["RuleWaiver"]):
    """What has been decided is asked of the decisions: no column repeats it."""

    def _decided(self, act: WaiverAct) -> Exists:
        return Exists(WaiverDecision.objects.filter(waiver=OuterRef("pk"), act=act))

    def in_force(self, on: date) -> Self:
        """Approved, not revoked, and not past its last day."""
        return self.filter(
            self._decided(WaiverAct.APPROVE), ~self._decided(WaiverAct.REVOKE), valid_until__gte=on
        )

    def undecided(self) -> Self:
        """Waiting for a decision."""
        return self.filter(~Exists(WaiverDecision.objects.filter(waiver=OuterRef("pk"))))

    def standing(self, on: date) -> Self:
        """Waiting or in force: while one stands, no second is asked for."""
        return (self.undecided() | self.in_force(on)).filter(valid_until__gte=on)

    def with_state(self, on: date) -> Self:
        """With `state`, a `WaiverState` as of a day, and `level`, where it was approved."""
        approvals = WaiverDecision.objects.filter(waiver=OuterRef("pk"), act=WaiverAct.APPROVE)
        return self.annotate(
            state=Choice(
                When(self._decided(WaiverAct.REFUSE), then=Value(WaiverState.REFUSED)),
                When(self._decided(WaiverAct.REVOKE), then=Value(WaiverState.REVOKED)),
                When(valid_until__lt=on, then=Value(WaiverState.EXPIRED)),
                When(self._decided(WaiverAct.APPROVE), then=Value(WaiverState.IN_FORCE)),
                default=Value(WaiverState.REQUESTED),
            ),
            level=Subquery(approvals.values("level")[:1]),
        )

    def with_names(self) -> Self:
        """With the case, its unit and exercise, and who asked, in the same query."""
        return self.select_related("case__unit", "case__exercise", "requested_by")


class RuleWaiver(models.Model):
    """The request. It is never changed: what becomes of it are `WaiverDecision` rows.

    `rule_id` is a rule of the case's form; all repeat rows of that rule are meant.
    """

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "case__unit_id"
    # only where the queryset was asked `with_state`
    state: str
    level: str | None

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="waivers")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    rule_id = models.CharField(_("审核关系"), max_length=80, db_collation="C")
    severity = models.CharField(_("级别"), max_length=4, choices=Severity.choices)
    reason = models.TextField(_("理由"))
    valid_until = models.DateField(_("有效期至"))
    requested_at = models.DateTimeField(_("申请时间"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = RuleWaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("豁免")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            within("severity", Severity),
            models.CheckConstraint(condition=~Q(reason=""), name="submissions_waiver_has_a_reason"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="waiver_division"),
            models.Index(fields=["rule_id", "division_code"], name="waiver_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.rule_id}"

    @property
    def unit_id(self) -> int:
        """The unit whose case this is (permission checks read it)."""
        return self.case.unit_id


class WaiverDecision(models.Model):
    """Approved, refused or revoked, by whom, at which level. The database refuses to change it."""

    waiver = models.ForeignKey(RuleWaiver, on_delete=models.PROTECT, related_name="decisions")
    act = models.CharField(_("结论"), max_length=8, choices=WaiverAct.choices)
    level = models.CharField(_("层级"), max_length=12, choices=Level.choices)
    note = models.TextField(_("意见"), blank=True)
    decided_at = models.DateTimeField(_("时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("豁免结论")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["waiver", "act"], name="submissions_waiver_act_once"),
            within("act", WaiverAct),
            within("level", Level),
            models.CheckConstraint(
                condition=Q(act=WaiverAct.APPROVE) | ~Q(note=""),
                name="submissions_waiver_refusal_has_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.waiver_id} {self.act}"
