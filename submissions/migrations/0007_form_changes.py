import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.triggers import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0003_local_extension"),
        ("submissions", "0006_accounting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseReopening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("status", models.CharField(max_length=12, verbose_name="原状态")),
                (
                    "review_level",
                    models.CharField(blank=True, max_length=12, verbose_name="原审核层级"),
                ),
                ("reopened_at", models.DateTimeField(verbose_name="重新开放时间")),
            ],
            options={
                "verbose_name": "因改版重新开放",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="FormChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("form", "普查表"), ("codelist", "代码表")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="代码")),
                ("content", models.JSONField(verbose_name="内容")),
                ("content_hash", models.CharField(max_length=64)),
                ("reason", models.TextField(verbose_name="修改理由")),
                (
                    "reopen",
                    models.CharField(
                        choices=[
                            ("none", "不重新开放，已提交的保留原版"),
                            ("affected", "只重新开放出现新的强制性错误的"),
                            ("all", "全部重新开放"),
                        ],
                        max_length=10,
                        verbose_name="重新开放",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="起草时间")),
                ("amended_at", models.DateTimeField(verbose_name="修改时间")),
                ("impact", models.JSONField(null=True, verbose_name="影响")),
                ("impact_key", models.CharField(blank=True, default="", max_length=64)),
                ("impact_at", models.DateTimeField(null=True, verbose_name="影响计算时间")),
                (
                    "version_number",
                    models.PositiveIntegerField(null=True, verbose_name="发布的版本"),
                ),
                ("published_at", models.DateTimeField(null=True, verbose_name="发布时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("applied", models.JSONField(null=True, verbose_name="套用结果")),
            ],
            options={
                "verbose_name": "普查表改版",
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="job",
            name="submissions_job_kind_is_known",
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("frame_load", "导入名录"),
                    ("summary_run", "汇总"),
                    ("accounting_impact", "系数更新的影响"),
                    ("accounting_apply", "按新系数重新核算"),
                    ("change_impact", "改版的影响"),
                    ("change_apply", "套用新版普查表"),
                    ("local_apply", "套用地方附加指标"),
                ],
                max_length=20,
                verbose_name="类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "frame_load",
                            "summary_run",
                            "accounting_impact",
                            "accounting_apply",
                            "change_impact",
                            "change_apply",
                            "local_apply",
                        ],
                    )
                ),
                name="submissions_job_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="casereopening",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reopenings",
                to="submissions.case",
            ),
        ),
        migrations.AddField(
            model_name="formchange",
            name="base_codelist",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="instruments.codelistversion",
            ),
        ),
        migrations.AddField(
            model_name="formchange",
            name="base_version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="instruments.instrumentversion",
            ),
        ),
        migrations.AddField(
            model_name="formchange",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="起草人",
            ),
        ),
        migrations.AddField(
            model_name="formchange",
            name="published_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="formchange",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="casereopening",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reopenings",
                to="submissions.formchange",
            ),
        ),
        migrations.AddConstraint(
            model_name="formchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["form", "codelist"])),
                name="submissions_formchange_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="formchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("reopen__in", ["none", "affected", "all"])),
                name="submissions_formchange_reopen_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="formchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", True), ("published_by__isnull", True)),
                    models.Q(("published_at__isnull", False), ("published_by__isnull", False)),
                    _connector="OR",
                ),
                name="submissions_formchange_published_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="formchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="submissions_formchange_withdrawn_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="formchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("base_codelist__isnull", True), ("kind", "form")),
                    models.Q(("base_version__isnull", True), ("kind", "codelist")),
                    _connector="OR",
                ),
                name="submissions_formchange_base_of_its_kind",
            ),
        ),
        migrations.RunSQL(
            append_only_sql("submissions_casereopening"),
            append_only_reverse_sql("submissions_casereopening"),
        ),
    ]
