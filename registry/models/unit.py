"""The unit: one pollution source of the register (普查对象)."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Substr, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.querysets import ScopedQuerySet
from registry.enums import UnitKind, UnitSource, UnitStatus

# China's extent (CGCS2000), degrees
LONGITUDES = (Decimal(73), Decimal(136))
LATITUDES = (Decimal(3), Decimal(54))
INDUSTRIES_AT_MOST = 3


class UnitQuerySet(ScopedQuerySet["Unit"]):
    """Units, scoped by their own division."""


class Unit(models.Model):
    """A factory, farm, boiler house, treatment facility or outfall at one place.

    A firm with several plants is several units: the identity is the code and the site's suffix.
    """

    code = models.CharField(
        _("普查对象代码"),
        max_length=20,
        unique=True,
        db_collation="C",
        help_text="Credit or organisation code with the site suffix, or the object code.",
    )
    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, blank=True, db_collation="C"
    )
    site_suffix = models.CharField(_("厂区编号"), max_length=2, blank=True, db_collation="C")
    organisation_code = models.CharField(
        _("组织机构代码"), max_length=9, blank=True, db_collation="C"
    )
    object_code = models.CharField(_("普查对象识别码"), max_length=18, blank=True, db_collation="C")
    matching_code = models.GeneratedField(
        expression=Case(
            When(~Q(credit_code=""), then=Substr("credit_code", 9, 9)),
            default=F("organisation_code"),
        ),
        output_field=models.CharField(max_length=18, db_collation="C"),
        db_persist=True,
    )
    name = models.CharField(_("单位详细名称"), max_length=200)
    former_name = models.CharField(_("曾用名"), max_length=200, blank=True)
    kind = models.CharField(_("普查对象类别"), max_length=20, choices=UnitKind.choices)
    status = models.CharField(
        _("运行状态"), max_length=20, choices=UnitStatus.choices, default=UnitStatus.OPERATING
    )
    division_code = models.CharField(_("区划代码"), max_length=12, db_collation="C")
    address = models.CharField(_("详细地址"), max_length=200, blank=True)
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True, blank=True)
    industry_codes = ArrayField(
        models.CharField(max_length=4),
        verbose_name=_("行业代码"),
        default=list,
        blank=True,
        size=INDUSTRIES_AT_MOST,
        help_text="Up to three four-digit classes of GB/T 4754; the first is the main one.",
    )
    enumeration_area = models.ForeignKey(
        "registry.EnumerationArea",
        verbose_name=_("普查小区"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="units",
    )
    samples = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("抽样与重点范围"),
        default=list,
        db_default=[],
        blank=True,
        help_text="Codes of forms that only sampled or key-region units owe, e.g. S101, S106.",
    )
    legal_person = models.CharField(_("法定代表人"), max_length=60, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    source = models.CharField(
        _("来源"), max_length=10, choices=UnitSource.choices, default=UnitSource.FIELD
    )
    origins = models.JSONField(
        _("各项内容的来源"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text="Fact → the list it is from, or `field` for what a person entered.",
    )
    registered_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    registered_by = models.ForeignKey(
        "accounts.User", verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    amended_at = models.DateTimeField(_("修改时间"), null=True, blank=True)
    amended_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("修改人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = UnitQuerySet.as_manager()

    view_permission = Permission.UNIT_VIEW
    scope_unit_field = "pk"

    class Meta:
        verbose_name = _("普查对象")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["division_code"],
                condition=Q(kind=UnitKind.AREA),
                name="registry_unit_one_per_area",
            ),
            models.CheckConstraint(
                condition=~Q(credit_code="", organisation_code="", object_code=""),
                name="registry_unit_has_an_identity",
            ),
            models.CheckConstraint(
                condition=Q(code=Concat("credit_code", "site_suffix")) & ~Q(credit_code="")
                | Q(code=Concat("organisation_code", "site_suffix"), credit_code="")
                & ~Q(organisation_code="")
                | Q(code=F("object_code"), credit_code="", organisation_code="", site_suffix=""),
                name="registry_unit_code_is_its_identity",
            ),
            models.CheckConstraint(
                condition=Q(site_suffix="") | Q(site_suffix__regex=r"^[0-9]{2}$"),
                name="registry_unit_site_suffix_of_2_digits",
            ),
            models.CheckConstraint(
                condition=Q(credit_code="") | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="registry_unit_credit_code_spelling",
            ),
            models.CheckConstraint(
                condition=Q(organisation_code="")
                | Q(organisation_code__regex=r"^[0-9A-Z]{8}[0-9X]$"),
                name="registry_unit_organisation_code_spelling",
            ),
            models.CheckConstraint(
                condition=Q(division_code__regex=r"^[0-9]{12}$"),
                name="registry_unit_division_of_12_digits",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=LONGITUDES,
                    latitude__range=LATITUDES,
                ),
                name="registry_unit_lies_in_china",
            ),
            models.CheckConstraint(
                condition=Q(industry_codes__len__lte=INDUSTRIES_AT_MOST),
                name="registry_unit_at_most_three_industries",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values) & Q(status__in=UnitStatus.values),
                name="registry_unit_kind_and_status_known",
            ),
            models.CheckConstraint(condition=~Q(name=Value("")), name="registry_unit_has_a_name"),
            models.CheckConstraint(
                condition=Q(amended_at__isnull=True, amended_by__isnull=True)
                | Q(amended_at__isnull=False, amended_by__isnull=False),
                name="registry_unit_amended_at_and_by_together",
            ),
        ]
        indexes: ClassVar = [
            # a jurisdiction's list is a range of codes; keyset paging goes on inside it
            models.Index(fields=["division_code", "id"], name="registry_unit_place"),
            # the same legal person under another code or suffix
            models.Index(
                fields=["matching_code"],
                name="registry_unit_matching",
                condition=~Q(matching_code=""),
            ),
            # any part of the name, in either case
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="registry_unit_name_part"),
            GinIndex(fields=["industry_codes"], name="registry_unit_industries"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"

    @property
    def unit_id(self) -> int:
        """A unit is its own unit: what a respondent's scope is asked about."""
        return self.pk

    @property
    def identity_note(self) -> str:
        """Which of the three codes identifies the unit."""
        if self.credit_code:
            return str(_("统一社会信用代码"))
        return str(_("组织机构代码") if self.organisation_code else _("普查对象识别码"))

    @property
    def main_industry(self) -> str:
        """The four-digit class of the main activity, or blank."""
        return self.industry_codes[0] if self.industry_codes else ""
