import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("submissions", "0008_handovers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("set_code", models.CharField(max_length=40, verbose_name="练习")),
                (
                    "division_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="区划"),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("cells", models.JSONField(default=dict)),
                ("rows", models.JSONField(default=dict)),
                ("last_save_id", models.UUIDField(null=True)),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="交卷时间")),
                ("score", models.PositiveSmallIntegerField(null=True, verbose_name="得分")),
                ("marking", models.JSONField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="练习人",
                    ),
                ),
            ],
            options={
                "verbose_name": "练习成绩",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["division_code", "-id"], name="practice_division"),
                    models.Index(fields=["person", "-id"], name="practice_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", True),
                                ("marking__isnull", True),
                                ("score__isnull", True),
                            ),
                            models.Q(
                                ("finished_at__isnull", False),
                                ("marking__isnull", False),
                                ("score__lte", 100),
                            ),
                            _connector="OR",
                        ),
                        name="submissions_practiceattempt_marked_iff_finished",
                    )
                ],
            },
        ),
    ]
