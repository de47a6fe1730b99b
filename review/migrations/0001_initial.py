import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.triggers import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("submissions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "division_code",
                    models.CharField(db_collation="C", max_length=12, verbose_name="区划"),
                ),
                (
                    "level",
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
                (
                    "decision",
                    models.CharField(
                        choices=[("approve", "审核通过"), ("return", "退回"), ("finalise", "定稿")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                (
                    "reason_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("omission", "漏填"),
                                ("unit_of_measure", "计量单位错误"),
                                ("register_mismatch", "与登记信息不符"),
                                ("logic", "逻辑关系不符"),
                                ("code", "代码或分类选择有误"),
                                ("evidence", "佐证不足"),
                                ("explanation", "说明不充分"),
                                ("other_sources", "与上年或其他来源差异大"),
                                ("other", "其他"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                        verbose_name="退回原因",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="意见")),
                ("decided_at", models.DateTimeField(verbose_name="审核时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="submissions.case",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "审核结论",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["division_code", "id"], name="decision_division"),
                    models.Index(
                        fields=["submission", "decision", "level"], name="decision_submission"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__in", ["supervisor", "county", "city", "province", "national"])
                        ),
                        name="review_reviewdecision_level_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["approve", "return", "finalise"])),
                        name="review_reviewdecision_decision_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "return"), ("reason_codes__len__gt", 0)),
                            models.Q(
                                models.Q(("decision", "return"), _negated=True),
                                ("reason_codes__len", 0),
                            ),
                            _connector="OR",
                        ),
                        name="review_decision_a_return_has_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason_codes__contained_by",
                                [
                                    "omission",
                                    "unit_of_measure",
                                    "register_mismatch",
                                    "logic",
                                    "code",
                                    "evidence",
                                    "explanation",
                                    "other_sources",
                                    "other",
                                ],
                            )
                        ),
                        name="review_decision_reasons_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason_codes__contains", ["other"]), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_decision_other_reason_is_written",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            append_only_sql("review_reviewdecision"),
            append_only_reverse_sql("review_reviewdecision"),
        ),
    ]
