"""A province's own series of versions beside the national one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0002_coefficients"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="instrumentversion",
            name="instruments_version_number_once",
        ),
        migrations.AddField(
            model_name="instrumentversion",
            name="base",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="local",
                to="instruments.instrumentversion",
            ),
        ),
        migrations.AddField(
            model_name="instrumentversion",
            name="division_code",
            field=models.CharField(
                blank=True,
                db_collation="C",
                db_default="",
                default="",
                max_length=2,
                verbose_name="省级区划",
            ),
        ),
        migrations.AddField(
            model_name="instrumentversion",
            name="extension",
            field=models.JSONField(null=True, verbose_name="地方附加内容"),
        ),
        migrations.AddConstraint(
            model_name="instrumentversion",
            constraint=models.UniqueConstraint(
                fields=("instrument", "division_code", "number"),
                name="instruments_version_number_once_per_division",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrumentversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("base__isnull", True), ("division_code", ""), ("extension__isnull", True)
                    ),
                    models.Q(
                        models.Q(("division_code", ""), _negated=True),
                        ("base__isnull", False),
                        ("extension__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="instruments_version_local_iff_extends",
            ),
        ),
    ]
