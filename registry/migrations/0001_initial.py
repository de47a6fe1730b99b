import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


from audit.triggers import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="DivisionEdition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vintage", models.CharField(max_length=10, unique=True, verbose_name="版本")),
                ("cut_off", models.DateField(verbose_name="截止日期")),
                ("is_current", models.BooleanField(default=False, verbose_name="现行")),
            ],
            options={
                "verbose_name": "区划版本",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="registry_divisionedition_one_current",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Industry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("edition", models.CharField(default="2017", max_length=10, verbose_name="版本")),
                ("code", models.CharField(db_collation="C", max_length=4, verbose_name="行业代码")),
                ("parent_code", models.CharField(blank=True, db_collation="C", max_length=4)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "门类"), (2, "大类"), (3, "中类"), (4, "小类")],
                        verbose_name="级别",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="行业名称")),
                (
                    "is_in_scope",
                    models.BooleanField(
                        help_text="Sections B, C and D: an industrial source.",
                        verbose_name="属于工业源",
                    ),
                ),
            ],
            options={
                "verbose_name": "行业",
                "verbose_name_plural": "行业",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "code"), name="registry_industry_code_once_an_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [1, 2, 3, 4])),
                        name="registry_industry_level_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObjectCodeSerial",
            fields=[
                (
                    "stem",
                    models.CharField(
                        db_collation="C", max_length=13, primary_key=True, serialize=False
                    ),
                ),
                ("last_number", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_number__lte", 99999)),
                        name="registry_objectcodeserial_of_five_digits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_collation="C",
                        help_text="Credit or organisation code with the site suffix, or the object code.",
                        max_length=20,
                        unique=True,
                        verbose_name="普查对象代码",
                    ),
                ),
                (
                    "credit_code",
                    models.CharField(
                        blank=True, db_collation="C", max_length=18, verbose_name="统一社会信用代码"
                    ),
                ),
                (
                    "site_suffix",
                    models.CharField(
                        blank=True, db_collation="C", max_length=2, verbose_name="厂区编号"
                    ),
                ),
                (
                    "organisation_code",
                    models.CharField(
                        blank=True, db_collation="C", max_length=9, verbose_name="组织机构代码"
                    ),
                ),
                (
                    "object_code",
                    models.CharField(
                        blank=True, db_collation="C", max_length=18, verbose_name="普查对象识别码"
                    ),
                ),
                (
                    "matching_code",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                models.Q(("credit_code", ""), _negated=True),
                                then=django.db.models.functions.text.Substr("credit_code", 9, 9),
                            ),
                            default=models.F("organisation_code"),
                        ),
                        output_field=models.CharField(db_collation="C", max_length=18),
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="单位详细名称")),
                (
                    "former_name",
                    models.CharField(blank=True, max_length=200, verbose_name="曾用名"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("industrial", "工业企业"),
                            ("livestock", "规模畜禽养殖场"),
                            ("domestic_boiler", "非工业企业单位锅炉"),
                            ("central_facility", "集中式污染治理设施"),
                            ("outfall", "入河（海）排污口"),
                            ("mobile", "移动源"),
                        ],
                        max_length=20,
                        verbose_name="普查对象类别",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("operating", "运行"),
                            ("suspended_all_year", "全年停产"),
                            ("closed", "关闭"),
                            ("out_of_scope", "不属于普查范围"),
                            ("duplicate", "重复"),
                            ("not_found", "未找到"),
                        ],
                        default="operating",
                        max_length=20,
                        verbose_name="运行状态",
                    ),
                ),
                (
                    "division_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="区划代码"),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="详细地址")),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="经度"
                    ),
                ),
                (
                    "latitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=8, null=True, verbose_name="纬度"
                    ),
                ),
                (
                    "industry_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4),
                        blank=True,
                        default=list,
                        help_text="Up to three four-digit classes of GB/T 4754; the first is the main one.",
                        size=3,
                        verbose_name="行业代码",
                    ),
                ),
                (
                    "legal_person",
                    models.CharField(blank=True, max_length=60, verbose_name="法定代表人"),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=60, verbose_name="联系人"),
                ),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=30, verbose_name="联系电话"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("frame", "名录导入"), ("field", "现场登记"), ("api", "接口登记")],
                        default="field",
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                (
                    "registered_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="登记时间"
                    ),
                ),
                (
                    "amended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="修改时间"),
                ),
                (
                    "amended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="修改人",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "普查对象",
            },
        ),
        migrations.CreateModel(
            name="UnitRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("data", models.JSONField()),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="理由")),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "普查对象修订",
                "ordering": ["unit_id", "number"],
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="区划代码"),
                ),
                ("parent_code", models.CharField(blank=True, db_collation="C", max_length=12)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "国家"),
                            (1, "省级"),
                            (2, "地级"),
                            (3, "县级"),
                            (4, "乡级"),
                            (5, "村级"),
                        ],
                        verbose_name="级别",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("full_name", models.CharField(max_length=300, verbose_name="全称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("official", "行政区划"),
                            ("statistical", "开发区等统计单位"),
                            ("pseudo", "市辖区等汇总码"),
                            ("xpcc", "兵团"),
                        ],
                        default="official",
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="divisions",
                        to="registry.divisionedition",
                    ),
                ),
            ],
            options={
                "verbose_name": "区划",
                "ordering": ["code"],
                "indexes": [
                    models.Index(
                        fields=["edition", "parent_code", "code"], name="registry_division_children"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "code"), name="registry_division_code_once_an_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{12}$")),
                        name="registry_division_code_of_12_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [0, 1, 2, 3, 4, 5])),
                        name="registry_division_level_known",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["division_code", "id"], name="registry_unit_place"),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(
                condition=models.Q(("matching_code", ""), _negated=True),
                fields=["matching_code"],
                name="registry_unit_matching",
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="registry_unit_name_part",
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["industry_codes"], name="registry_unit_industries"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_code", ""),
                    ("object_code", ""),
                    ("organisation_code", ""),
                    _negated=True,
                ),
                name="registry_unit_has_an_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "code",
                            django.db.models.functions.text.Concat("credit_code", "site_suffix"),
                        ),
                        models.Q(("credit_code", ""), _negated=True),
                    ),
                    models.Q(
                        (
                            "code",
                            django.db.models.functions.text.Concat(
                                "organisation_code", "site_suffix"
                            ),
                        ),
                        ("credit_code", ""),
                        models.Q(("organisation_code", ""), _negated=True),
                    ),
                    models.Q(
                        ("code", models.F("object_code")),
                        ("credit_code", ""),
                        ("organisation_code", ""),
                        ("site_suffix", ""),
                    ),
                    _connector="OR",
                ),
                name="registry_unit_code_is_its_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("site_suffix", ""), ("site_suffix__regex", "^[0-9]{2}$"), _connector="OR"
                ),
                name="registry_unit_site_suffix_of_2_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_code", ""),
                    ("credit_code__regex", "^[0-9A-HJ-NPQRTUWXY]{18}$"),
                    _connector="OR",
                ),
                name="registry_unit_credit_code_spelling",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organisation_code", ""),
                    ("organisation_code__regex", "^[0-9A-Z]{8}[0-9X]$"),
                    _connector="OR",
                ),
                name="registry_unit_organisation_code_spelling",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("division_code__regex", "^[0-9]{12}$")),
                name="registry_unit_division_of_12_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                    models.Q(
                        ("latitude__isnull", False),
                        ("latitude__range", (Decimal("3"), Decimal("54"))),
                        ("longitude__isnull", False),
                        ("longitude__range", (Decimal("73"), Decimal("136"))),
                    ),
                    _connector="OR",
                ),
                name="registry_unit_lies_in_china",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("industry_codes__len__lte", 3)),
                name="registry_unit_at_most_three_industries",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "industrial",
                            "livestock",
                            "domestic_boiler",
                            "central_facility",
                            "outfall",
                            "mobile",
                        ],
                    ),
                    (
                        "status__in",
                        [
                            "operating",
                            "suspended_all_year",
                            "closed",
                            "out_of_scope",
                            "duplicate",
                            "not_found",
                        ],
                    ),
                ),
                name="registry_unit_kind_and_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", models.Value("")), _negated=True),
                name="registry_unit_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amended_at__isnull", True), ("amended_by__isnull", True)),
                    models.Q(("amended_at__isnull", False), ("amended_by__isnull", False)),
                    _connector="OR",
                ),
                name="registry_unit_amended_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitrevision",
            constraint=models.UniqueConstraint(
                fields=("unit", "number"), name="registry_unitrevision_number_once"
            ),
        ),
        migrations.RunSQL(
            append_only_sql("registry_unitrevision"),
            append_only_reverse_sql("registry_unitrevision"),
        ),
    ]
