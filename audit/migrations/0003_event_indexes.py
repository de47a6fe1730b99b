from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The log is large and written to all day: its indexes are built beside the work."""

    atomic = False

    dependencies = [("audit", "0002_reads_and_anchors")]

    operations = [
        RemoveIndexConcurrently(
            model_name="auditevent",
            name="audit_event_actor",
        ),
        AddIndexConcurrently(
            model_name="auditevent",
            index=models.Index(fields=["actor_id", "at", "id"], name="audit_event_person"),
        ),
        AddIndexConcurrently(
            model_name="auditevent",
            index=models.Index(fields=["action", "at", "id"], name="audit_event_act"),
        ),
        AddIndexConcurrently(
            model_name="auditevent",
            index=models.Index(fields=["at", "id"], name="audit_event_time"),
        ),
    ]
