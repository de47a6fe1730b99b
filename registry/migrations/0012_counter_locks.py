"""Counters of many towns in one transaction: 256 locks instead of one a town."""

from django.db import migrations

from registry.triggers import APPLY


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0011_coverage"),
    ]

    operations = [
        migrations.RunSQL(APPLY, migrations.RunSQL.noop),
    ]
