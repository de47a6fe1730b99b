import django.db.models.deletion
from django.db import migrations, models

from summaries.triggers import DROP, FILL, FUNCTIONS, TRIGGERS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("submissions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SummaryRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table_code", models.CharField(max_length=20, verbose_name="表号")),
                ("definition", models.JSONField()),
                ("definition_hash", models.CharField(max_length=64, verbose_name="表定义摘要")),
                (
                    "division_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="区划"),
                ),
                ("division_name", models.CharField(max_length=300, verbose_name="区划名称")),
                (
                    "axis",
                    models.CharField(
                        choices=[
                            ("division", "按区划"),
                            ("industry_division", "按行业大类"),
                            ("industry_class", "按行业小类"),
                        ],
                        max_length=20,
                        verbose_name="分组",
                    ),
                ),
                (
                    "approval_level",
                    models.CharField(
                        choices=[
                            ("supervisor", "普查指导员"),
                            ("county", "县级"),
                            ("city", "市级"),
                            ("province", "省级"),
                            ("national", "国家级"),
                        ],
                        max_length=12,
                        verbose_name="审核层级",
                    ),
                ),
                ("as_of", models.DateTimeField(verbose_name="数据截至")),
                ("result", models.JSONField(null=True)),
                (
                    "result_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="结果摘要"),
                ),
                ("computed_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                (
                    "exercise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="summary_runs",
                        to="submissions.collectionexercise",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="summary_run",
                        to="submissions.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "汇总",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SummaryPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("prefix", models.CharField(blank=True, db_collation="C", max_length=12)),
                ("lines", models.JSONField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="summaries.summaryrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProgressCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "division_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="乡级区划"),
                ),
                (
                    "form_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="表号"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("not_started", "未开始"),
                            ("filling", "填报中"),
                            ("returned", "已退回"),
                            ("under_review", "审核中"),
                            ("final", "已定稿"),
                            ("void", "已作废"),
                            ("not_owed", "不需填报"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "review_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("supervisor", "普查指导员"),
                            ("county", "县级"),
                            ("city", "市级"),
                            ("province", "省级"),
                            ("national", "国家级"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="审核层级",
                    ),
                ),
                ("count", models.IntegerField(verbose_name="份数")),
                (
                    "exercise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress_counts",
                        to="submissions.collectionexercise",
                    ),
                ),
            ],
            options={
                "verbose_name": "进度计数",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("exercise", "division_code", "form_code", "state", "review_level"),
                        name="summaries_progresscount_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "not_started",
                                    "filling",
                                    "returned",
                                    "under_review",
                                    "final",
                                    "void",
                                    "not_owed",
                                ],
                            )
                        ),
                        name="summaries_progresscount_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 0)),
                        name="summaries_progresscount_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="summaryrun",
            index=models.Index(fields=["division_code", "-id"], name="summaryrun_division"),
        ),
        migrations.AddConstraint(
            model_name="summaryrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("axis__in", ["division", "industry_division", "industry_class"])
                ),
                name="summaries_summaryrun_axis_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="summaryrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approval_level__in", ["supervisor", "county", "city", "province", "national"])
                ),
                name="summaries_summaryrun_approval_level_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="summaryrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("computed_at__isnull", True), ("result__isnull", True), ("result_hash", "")
                    ),
                    models.Q(
                        ("computed_at__isnull", False),
                        ("result__isnull", False),
                        models.Q(("result_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="summaries_summaryrun_result_and_moment_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="summarypart",
            constraint=models.UniqueConstraint(
                fields=("run", "prefix"), name="summaries_part_once"
            ),
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, DROP),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
