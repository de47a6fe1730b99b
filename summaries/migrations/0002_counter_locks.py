"""Counters of many towns in one transaction: 256 locks instead of one a town."""

from django.db import migrations

from summaries.triggers import APPLY


class Migration(migrations.Migration):
    dependencies = [
        ("summaries", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(APPLY, migrations.RunSQL.noop),
    ]
