import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0009_practice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CrossFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("check_id", models.CharField(max_length=20, verbose_name="核对")),
                (
                    "division_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="区划"),
                ),
                ("cells", models.JSONField(default=list)),
                ("message_zh", models.TextField(verbose_name="内容")),
                ("message_en", models.TextField()),
                ("found_at", models.DateTimeField(verbose_name="发现时间")),
            ],
            options={
                "verbose_name": "跨单位核对问题",
                "ordering": ["pk"],
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
                    ("cross_check", "跨单位核对"),
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
                            "cross_check",
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
            model_name="crossfinding",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="submissions.case",
            ),
        ),
        migrations.AddField(
            model_name="crossfinding",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="submissions.job"
            ),
        ),
        migrations.AddField(
            model_name="crossfinding",
            name="other_case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="submissions.case",
            ),
        ),
        migrations.AddIndex(
            model_name="crossfinding",
            index=models.Index(fields=["division_code", "id"], name="crossfinding_division"),
        ),
    ]
