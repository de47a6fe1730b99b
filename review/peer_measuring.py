"""Measuring what units of one industry and size answer: a table of quantiles, anew every night."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from instruments.selectors import definition_data
from review.models import PeerStatistic
from review.models.peer_statistic import UNITS_AT_LEAST
from submissions.enums import CaseStatus, ExerciseStatus
from submissions.models import Case, CollectionExercise
from submissions.models.case import SIZE_UNKNOWN

NUMERIC = frozenset({"decimal", "integer"})
# Of each submitted form its newest submission; of each number its industry at two, three and four
# digits, once with the size class and once without.
MEASURE = """
INSERT INTO review_peerstatistic
  (exercise_id, form_code, item, industry, size, unit_count, p5, p25, median, p75, p95, computed_at)
SELECT %(exercise)s, %(form)s, item, industry, coalesce(size, ''), number,
  quantiles[1], quantiles[2], quantiles[3], quantiles[4], quantiles[5], %(now)s
FROM (
  SELECT v.item, left(n.industry, d.digits) AS industry, n.size,
    percentile_cont(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY v.value) AS quantiles,
    count(*) AS number
  FROM (
    SELECT DISTINCT ON (s.case_id) s.document, u.industry_codes[1] AS industry,
      nullif(c.unit_size, %(unknown)s)::text AS size
    FROM submissions_case c
    JOIN submissions_submission s ON s.case_id = c.id
    JOIN registry_unit u ON u.id = c.unit_id
    WHERE c.exercise_id = %(exercise)s AND c.form_code = %(form)s AND c.is_owed
      AND c.status = ANY(%(statuses)s) AND length(u.industry_codes[1]) = 4
    ORDER BY s.case_id, s.number DESC
  ) n
  CROSS JOIN LATERAL (
    SELECT key AS item, value::double precision AS value
    FROM jsonb_each_text(n.document -> 'values')
    WHERE key = ANY(%(items)s) AND value ~ '^-?[0-9]{1,18}(\\.[0-9]{1,12})?$'
  ) v
  CROSS JOIN (VALUES (2), (3), (4)) AS d (digits)
  GROUP BY GROUPING SETS ((v.item, left(n.industry, d.digits), n.size),
                          (v.item, left(n.industry, d.digits)))
  HAVING count(*) >= %(least)s AND (grouping(n.size) = 1 OR n.size IS NOT NULL)
) told
"""


def peers_measure_all() -> int:
    """Every form of every running exercise; returns how many rows there are. The beat's."""
    number = 0
    for exercise in CollectionExercise.objects.filter(status=ExerciseStatus.OPEN):
        forms = Case.objects.filter(exercise=exercise).values_list("form_code", flat=True)
        for form_code in forms.order_by("form_code").distinct():
            number += peers_measure(exercise=exercise, form_code=form_code)
    return number


@transaction.atomic
def peers_measure(*, exercise: CollectionExercise, form_code: str) -> int:
    """The quantiles of one form, in the place of those of yesterday. Returns how many rows."""
    PeerStatistic.objects.filter(exercise=exercise, form_code=form_code).delete()
    given: dict[str, Any] = {
        "exercise": exercise.pk,
        "form": form_code,
        "items": numeric_items(exercise, form_code),
        "statuses": [CaseStatus.UNDER_REVIEW.value, CaseStatus.FINAL.value],
        "unknown": SIZE_UNKNOWN,
        "least": UNITS_AT_LEAST,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, given)
        return int(cursor.rowcount)


def numeric_items(exercise: CollectionExercise, form_code: str) -> list[str]:
    """The items of a form that are numbers and stand once on it, in any version in use."""
    versions = (
        Case.objects.filter(exercise=exercise, form_code=form_code)
        .order_by()
        .values_list("instrument_version_id", flat=True)
        .distinct()
    )
    found = {
        str(item["slug"])
        for version in versions
        for section in definition_data(version)["sections"]
        if not section.get("group")
        for item in section["items"]
        if item["type"] in NUMERIC
    }
    return sorted(found)
