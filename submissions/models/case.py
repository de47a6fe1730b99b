"""A case: one form owed by one unit in one exercise, and where it stands."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.models import Unit
from submissions.enums import FILLING_STATUSES, CaseStatus, Holder, Level
from submissions.models.constraints import paired, within
from submissions.models.exercise import CollectionExercise

# Of a case that waits for nobody, or at a level without a limit. A date, so that queues have an order.
NO_REVIEW_LIMIT = date(9999, 12, 31)

# Index of the waiting cases → the column by which a queue may be sorted.
QUEUE_ORDERS = {
    "arrival": "status_changed_at",
    "due": "review_due_on",
    "soft": "soft_count",
    "changes": "changed_count",
    "size": "unit_size",
}
# The size class of a unit of which it is not known: behind every other.
SIZE_UNKNOWN = 9


class CaseQuerySet(ScopedQuerySet["Case"]):
    """Adjectives that narrow a list of cases."""

    def owed(self) -> Self:
        """Cases the unit owes at present."""
        return self.filter(is_owed=True)

    def being_filled(self) -> Self:
        """Cases whose turn it is with the respondent."""
        return self.filter(status__in=FILLING_STATUSES)

    def waiting_at(self, level: Level | str) -> Self:
        """Cases that wait for a decision of this level."""
        return self.filter(status=CaseStatus.UNDER_REVIEW, review_level=level)

    def with_names(self) -> Self:
        """With the unit and the exercise, in the same query."""
        return self.select_related("unit", "exercise")


class Case(models.Model):
    """Only `submissions.transitions.case_transition` writes `status` and `review_level`."""

    view_permission = Permission.CASE_VIEW
    scope_unit_field = "unit_id"

    exercise = models.ForeignKey(
        CollectionExercise,
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("普查阶段"),
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="cases", verbose_name=_("普查对象")
    )
    instrument_version = models.ForeignKey(
        "instruments.InstrumentVersion",
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("普查表版本"),
    )
    form_code = models.CharField(_("表号"), max_length=12, db_collation="C")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    status = models.CharField(
        _("状态"), max_length=12, choices=CaseStatus.choices, default=CaseStatus.OPEN
    )
    review_level = models.CharField(
        _("审核层级"), max_length=12, choices=Level.choices, blank=True, default=""
    )
    holder = models.CharField(
        _("由谁填报"),
        max_length=10,
        choices=Holder.choices,
        default=Holder.BOTH,
        db_default=Holder.BOTH,
    )
    owed_reason = models.JSONField(_("应填原因"), default=dict, blank=True)
    is_owed = models.BooleanField(_("应填"), default=True)
    opened_at = models.DateTimeField(_("下达时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    finalised_at = models.DateTimeField(_("定稿时间"), null=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    status_changed_at = models.DateTimeField(_("进入现状态时间"))
    due_on = models.DateField(_("截止日期"), null=True)
    # while an approved correction climbs; without an index: nothing looks cases up by it
    correction = models.ForeignKey(
        "submissions.CorrectionRequest",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
    )
    review_due_on = models.DateField(
        _("审核期限"),
        default=NO_REVIEW_LIMIT,
        db_default=NO_REVIEW_LIMIT,
        help_text="Last day in time at the present level of sign-off.",
    )
    looked = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text="Level → number of the submission about which it decided last.",
    )
    soft_count = models.PositiveIntegerField(
        _("核实性问题"), default=0, db_default=0, help_text="Soft findings of the last submission."
    )
    unit_size = models.PositiveSmallIntegerField(
        _("企业规模"),
        default=SIZE_UNKNOWN,
        db_default=SIZE_UNKNOWN,
        help_text="1 large to 4 micro, as the unit's own form says; 9 where it says nothing.",
    )
    changed_count = models.PositiveIntegerField(
        _("改动"),
        default=0,
        db_default=0,
        help_text="Cells changed since the present level decided last; 0 where it never has.",
    )
    hard_count = models.PositiveIntegerField(_("强制性错误"), default=0)
    soft_open_count = models.PositiveIntegerField(_("待说明"), default=0)
    filled_count = models.PositiveIntegerField(_("已填"), default=0)
    required_count = models.PositiveIntegerField(_("必填"), default=0)
    required_missing_count = models.PositiveIntegerField(_("必填未填"), default=0)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("普查任务")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise", "unit", "form_code"], name="submissions_case_one_per_form"
            ),
            within("status", CaseStatus),
            within("holder", Holder),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.UNDER_REVIEW, review_level__in=Level.values)
                | (~Q(status=CaseStatus.UNDER_REVIEW) & Q(review_level="")),
                name="submissions_case_level_iff_under_review",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.FINAL, finalised_at__isnull=False)
                | (~Q(status=CaseStatus.FINAL) & Q(finalised_at__isnull=True)),
                name="submissions_case_finalised_iff_final",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[CaseStatus.UNDER_REVIEW, CaseStatus.FINAL])
                | Q(submitted_at__isnull=False),
                name="submissions_case_submitted_before_review",
            ),
            paired("submitted"),
            paired("finalised"),
            models.CheckConstraint(
                condition=Q(correction__isnull=True)
                | Q(status__in=[CaseStatus.RETURNED, CaseStatus.UNDER_REVIEW]),
                name="submissions_case_correction_is_under_way",
            ),
        ]
        indexes: ClassVar = [
            # lists and queues: a prefix range of divisions, one status and level
            models.Index(
                fields=["status", "review_level", "division_code", "id"], name="case_queue"
            ),
            # the same queue of a large division, oldest submission first, without sorting it
            models.Index(
                fields=["status", "review_level", "submitted_at", "id"], name="case_queue_order"
            ),
            # and by arrival, time limit, findings and changes: the waiting cases alone, so that
            # filling in does not pay for them
            *(
                models.Index(
                    fields=["review_level", field, "id"],
                    condition=Q(status=CaseStatus.UNDER_REVIEW),
                    name=f"case_queue_{name}",
                )
                for name, field in QUEUE_ORDERS.items()
            ),
            models.Index(fields=["division_code", "id"], name="case_division"),
            models.Index(fields=["form_code", "status", "division_code"], name="case_form"),
        ]

    def __str__(self) -> str:
        unit = self._state.fields_cache.get("unit")  # never a query for a label
        return f"{self.form_code} {unit.name if unit else self.unit_id}"
