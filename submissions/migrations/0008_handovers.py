import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.triggers import append_only_reverse_sql, append_only_sql


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0003_local_extension"),
        ("registry", "0003_one_unit_per_area"),
        ("submissions", "0007_form_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseHandover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                (
                    "holder",
                    models.CharField(
                        choices=[
                            ("both", "普查员和填报单位都可填报"),
                            ("enumerator", "由普查员填报"),
                            ("respondent", "由填报单位填报"),
                        ],
                        max_length=10,
                        verbose_name="由谁填报",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="留言")),
                ("response_version", models.PositiveIntegerField(verbose_name="填报版本")),
                ("handed_at", models.DateTimeField(verbose_name="交办时间")),
            ],
            options={
                "verbose_name": "填报交办",
                "ordering": ["number"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="holder",
            field=models.CharField(
                choices=[
                    ("both", "普查员和填报单位都可填报"),
                    ("enumerator", "由普查员填报"),
                    ("respondent", "由填报单位填报"),
                ],
                db_default="both",
                default="both",
                max_length=10,
                verbose_name="由谁填报",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder__in", ["both", "enumerator", "respondent"])),
                name="submissions_case_holder_is_known",
            ),
        ),
        migrations.AddField(
            model_name="casehandover",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handovers",
                to="submissions.case",
            ),
        ),
        migrations.AddField(
            model_name="casehandover",
            name="handed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="交办人",
            ),
        ),
        migrations.AddConstraint(
            model_name="casehandover",
            constraint=models.UniqueConstraint(
                fields=("case", "number"), name="submissions_casehandover_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="casehandover",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder__in", ["both", "enumerator", "respondent"])),
                name="submissions_casehandover_holder_is_known",
            ),
        ),
        migrations.RunSQL(
            append_only_sql("submissions_casehandover"),
            append_only_reverse_sql("submissions_casehandover"),
        ),
    ]
