"""What each level looked at, and how many soft findings a form has: for cases there are already."""

from django.db import migrations

LOOKED = """
UPDATE submissions_case c SET looked = told.looked
FROM (
    SELECT case_id, jsonb_object_agg(level, number) AS looked
    FROM (
        SELECT DISTINCT ON (d.case_id, d.level) d.case_id, d.level, s.number
        FROM review_reviewdecision d JOIN submissions_submission s ON s.id = d.submission_id
        ORDER BY d.case_id, d.level, d.id DESC
    ) newest
    GROUP BY case_id
) told
WHERE told.case_id = c.id
"""
SOFT = """
UPDATE submissions_case c SET soft_count = told.number
FROM (
    SELECT case_id, count(*) AS number FROM submissions_editfailure
    WHERE severity = 'soft' GROUP BY case_id
) told
WHERE told.case_id = c.id AND c.status IN ('under_review', 'final')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0005_quality"),
        ("submissions", "0024_review_queue"),
    ]

    operations = [
        migrations.RunSQL(LOOKED, migrations.RunSQL.noop),
        migrations.RunSQL(SOFT, migrations.RunSQL.noop),
    ]
