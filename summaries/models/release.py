"""Frozen releases: a set of tables as of one moment, kept with everything that made them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level, Permission
from accounts.models import User
from accounts.querysets import ScopedQuerySet
from submissions.models import CollectionExercise, Job
from submissions.models.constraints import within
from summaries.enums import ReleaseOrigin


class ReleaseRunQuerySet(ScopedQuerySet["ReleaseRun"]):
    """Runs inside a jurisdiction."""


class ReleaseRun(models.Model):
    """The making of a release. `findings` says why there is none: null while it is computed."""

    view_permission = Permission.SUMMARY_RELEASE

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="release_run")
    exercise = models.ForeignKey(CollectionExercise, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("版本名称"), max_length=60)
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    approval_level = models.CharField(_("审核层级"), max_length=12, choices=Level.choices)
    as_of = models.DateTimeField(_("数据截至"))
    definitions = models.JSONField()
    findings = models.JSONField(null=True)

    objects = ReleaseRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("版本生成")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [within("approval_level", Level)]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="releaserun_division"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.division_code}"


class ReleasePart(models.Model):
    """A finished step of a run, gone afterwards. `prefix` is a county for a `packed` frame,
    `33:H101` for a province's table, `:H101` for the nation's, `33:` where a province is done.
    """

    run = models.ForeignKey(ReleaseRun, on_delete=models.CASCADE, related_name="parts")
    prefix = models.CharField(max_length=30, db_collation="C")
    lines = models.JSONField(default=dict)
    packed = models.BinaryField(default=b"")
    units = models.PositiveIntegerField(default=0)
    submissions = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "prefix"], name="summaries_releasepart_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.prefix}"


class SummaryReleaseQuerySet(ScopedQuerySet["SummaryRelease"]):
    """Releases, and which of them a person may open."""

    def visible_to(
        self, user: User, permission: Permission | None = None
    ) -> "SummaryReleaseQuerySet":
        """Of the own jurisdiction; a wider one's release too, where it has the own area's tables."""
        own = ReleaseTable.objects.visible_to(user, permission).filter(release=OuterRef("pk"))
        inside = super().visible_to(user, permission).values("pk")
        return self.filter(Q(pk__in=inside) | Exists(own))


class SummaryRelease(models.Model):
    """Append-only; the database refuses UPDATE and DELETE.

    `content_hash` covers the order, the definitions, every table and every frame, so one number
    stands for the release wherever a figure of it is quoted.
    """

    view_permission = Permission.SUMMARY_RUN

    run = models.OneToOneField(
        ReleaseRun, on_delete=models.PROTECT, null=True, related_name="release"
    )
    origin = models.CharField(_("来源"), max_length=10, choices=ReleaseOrigin.choices)
    exercise = models.ForeignKey(
        CollectionExercise, on_delete=models.PROTECT, related_name="releases"
    )
    name = models.CharField(_("版本名称"), max_length=60)
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    approval_level = models.CharField(
        _("审核层级"), max_length=12, choices=Level.choices, blank=True, default=""
    )
    as_of = models.DateTimeField(_("数据截至"))
    definitions = models.JSONField()
    note = models.TextField(_("说明"), blank=True)
    content_hash = models.CharField(_("内容摘要"), max_length=64)
    created_at = models.DateTimeField(_("生成时间"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = SummaryReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("汇总版本")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            within("origin", ReleaseOrigin),
            models.CheckConstraint(
                condition=Q(origin=ReleaseOrigin.COMPUTED, run__isnull=False)
                | Q(origin=ReleaseOrigin.IMPORTED, run__isnull=True),
                name="summaries_release_computed_iff_run",
            ),
            models.UniqueConstraint(
                fields=["division_code", "name"], name="summaries_release_name_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["division_code", "-id"], name="summaryrelease_division"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.division_name}"


class ReleaseTableQuerySet(ScopedQuerySet["ReleaseTable"]):
    """Tables of areas inside a jurisdiction."""


class ReleaseTable(models.Model):
    """One table of one area (the nation, a province). Append-only.

    `content`: `total` and `axes` → row → figures, as `Line.as_dict` writes them, and `names`.
    """

    view_permission = Permission.SUMMARY_RUN

    release = models.ForeignKey(SummaryRelease, on_delete=models.PROTECT, related_name="tables")
    table_code = models.CharField(_("表号"), max_length=20, db_collation="C")
    division_code = models.CharField(_("区划"), max_length=12, db_collation="C")
    division_name = models.CharField(_("区划名称"), max_length=300)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)

    objects = ReleaseTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("版本的表")
        ordering: ClassVar = ["table_code", "division_code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["release", "table_code", "division_code"],
                name="summaries_releasetable_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_code} {self.division_code}"


class ReleaseFrame(models.Model):
    """The submissions of one county that are in a release, packed. Append-only."""

    release = models.ForeignKey(SummaryRelease, on_delete=models.PROTECT, related_name="frames")
    prefix = models.CharField(max_length=12, db_collation="C")
    packed = models.BinaryField()
    units = models.PositiveIntegerField()
    submissions = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("版本的汇总范围")
        ordering: ClassVar = ["prefix"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["release", "prefix"], name="summaries_releaseframe_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release_id} {self.prefix}"


class ReleaseSignature(models.Model):
    """A person's SM2 signature over a release's content hash. Append-only."""

    release = models.ForeignKey(SummaryRelease, on_delete=models.PROTECT, related_name="signatures")
    key = models.ForeignKey("accounts.SigningKey", on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField(_("签名"))
    signed_at = models.DateTimeField(_("签名时间"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("版本签名")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["release", "signed_by"], name="summaries_releasesignature_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release_id} {self.signed_by_id}"
