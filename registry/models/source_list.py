"""Lists of several authorities (部门名录), their rows, and what people said of doubtful ones."""

from datetime import datetime, time, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import ListAuthority, ListState, RowOutcome, Verdict


class SourceListQuerySet(ScopedQuerySet["SourceList"]):
    """Lists, scoped by the division of the office that brought them in."""


class SourceList(models.Model):
    """One file of one authority. The same file of the same authority is one list."""

    view_permission = Permission.FRAME_LOAD

    authority = models.CharField(_("名录来源"), max_length=20, choices=ListAuthority.choices)
    name = models.CharField(_("文件名"), max_length=150)
    path = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    reference_date = models.DateField(_("数据截止日期"), null=True, blank=True)
    division_code = models.CharField(_("区划"), max_length=12, blank=True, db_collation="C")
    default_kind = models.CharField(_("普查对象类别"), max_length=20, blank=True)
    header = models.JSONField(default=list)
    header_row = models.PositiveIntegerField(default=1)
    columns = models.JSONField(_("列的对应"), default=dict)
    state = models.CharField(
        _("状态"), max_length=10, choices=ListState.choices, default=ListState.MAPPING
    )
    rows_read = models.PositiveIntegerField(_("行数"), default=0)
    is_read = models.BooleanField(default=False)
    imported_by = models.ForeignKey(
        "accounts.User", verbose_name=_("导入人"), on_delete=models.PROTECT, related_name="+"
    )
    imported_at = models.DateTimeField(_("导入时间"), default=timezone.now)
    screened_at = models.DateTimeField(_("筛选完成时间"), null=True, blank=True)

    objects = SourceListQuerySet.as_manager()

    class Meta:
        verbose_name = _("部门名录")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authority", "division_code", "digest"],
                name="registry_sourcelist_file_once",
            ),
            models.CheckConstraint(
                condition=Q(authority__in=ListAuthority.values, state__in=ListState.values),
                name="registry_sourcelist_authority_and_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{ListAuthority(self.authority).label} {self.name}"

    @property
    def reference_moment(self) -> datetime | None:
        """The end of the day that the list describes (24:00), where it says one."""
        if self.reference_date is None:
            return None
        return timezone.make_aware(datetime.combine(self.reference_date + timedelta(1), time()))


class SourceRowQuerySet(ScopedQuerySet["SourceRow"]):
    """Rows, scoped by where they lie."""


class SourceRow(models.Model):
    """One row of a list: what it says (kept for good), and what became of it.

    Rows with a unit are the claims behind the register: they say which list said what.
    """

    view_permission = Permission.FRAME_LOAD

    source_list = models.ForeignKey(SourceList, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(_("行号"))
    division_code = models.CharField(_("区划"), max_length=12, blank=True, db_collation="C")
    outcome = models.CharField(
        _("结果"), max_length=10, choices=RowOutcome.choices, default=RowOutcome.READ
    )
    data = models.JSONField(default=dict)
    cells = models.JSONField(default=list, blank=True)
    problems = models.JSONField(default=list, blank=True)
    unit = models.ForeignKey(
        "registry.Unit", on_delete=models.PROTECT, null=True, related_name="source_rows"
    )
    how = models.CharField(_("依据"), max_length=12, blank=True)

    objects = SourceRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("名录行")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_list", "number"], name="registry_sourcerow_number_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=RowOutcome.values), name="registry_sourcerow_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[RowOutcome.CREATED, RowOutcome.MERGED], unit__isnull=False)
                | Q(
                    outcome__in=[RowOutcome.READ, RowOutcome.WAITING, RowOutcome.REFUSED],
                    unit__isnull=True,
                ),
                name="registry_sourcerow_unit_iff_taken",
            ),
        ]
        indexes: ClassVar = [
            # the next rows to compare; the counts of a list by county
            models.Index(
                fields=["source_list", "outcome", "division_code"], name="registry_sourcerow_next"
            ),
            # the queue of what waits for a person
            models.Index(
                fields=["division_code", "id"],
                name="registry_sourcerow_waiting",
                condition=Q(outcome=RowOutcome.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_list_id}/{self.number}"


class MatchCandidate(models.Model):
    """A registered unit that a waiting row may be, and how alike they are."""

    row = models.ForeignKey(SourceRow, on_delete=models.CASCADE, related_name="candidates")
    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="+")
    score = models.FloatField()
    name_score = models.FloatField()
    address_score = models.FloatField(null=True)
    person_score = models.FloatField(null=True)
    codes_differ = models.BooleanField()

    class Meta:
        verbose_name = _("疑似对象")
        ordering: ClassVar = ["-score", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["row", "unit"], name="registry_matchcandidate_once_a_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} ~ {self.unit_id}"


class MatchDecision(models.Model):
    """What a person said of a waiting row. Append-only: a decision is reversed by another one."""

    row = models.ForeignKey(SourceRow, on_delete=models.PROTECT, related_name="decisions")
    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("判断"), max_length=10, choices=Verdict.choices)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("归并判断")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="registry_matchdecision_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.verdict}"
