"""Inside Django: fills register and forms, then asks for the dashboards. Run by `dashboard.py`."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.enums import Level
from benchmarks.measure_register_pages import CITY, COUNTY, NATION, PROVINCE, _fill, _person
from instruments.models import InstrumentVersion
from submissions.models import CollectionExercise
from submissions.services import exercise_create
from summaries.dashboards.figures import nation_refresh

CASES = """
INSERT INTO submissions_case (exercise_id, unit_id, instrument_version_id, form_code, division_code,
  status, review_level, holder, owed_reason, is_owed, opened_at, submitted_at, submitted_by_id,
  finalised_at, finalised_by_id, status_changed_at, hard_count, soft_open_count, filled_count,
  required_count, required_missing_count, updated_at)
SELECT %(exercise)s, u.id, %(version)s, 'G102', u.division_code,
  s.status, CASE WHEN s.status = 'under_review' THEN
    (ARRAY['supervisor','county','city','province','national'])[1 + u.id %% 5] ELSE '' END,
  'both', '{}', true, now(),
  CASE WHEN s.status IN ('under_review', 'final') THEN now() END,
  CASE WHEN s.status IN ('under_review', 'final') THEN %(actor)s END,
  CASE WHEN s.status = 'final' THEN now() END, CASE WHEN s.status = 'final' THEN %(actor)s END,
  now() - (u.id %% 60) * interval '1 day', 0, 0, 0, 0, 0, now()
FROM registry_unit u CROSS JOIN LATERAL (
  SELECT (ARRAY['open','open','open','returned','under_review','under_review','final','final',
    'final','open'])[1 + (u.id / 7) %% 10] AS status) s
WHERE u.id > %(after)s AND u.id <= %(upto)s
"""
FINDINGS = """
INSERT INTO submissions_editfailure (case_id, division_code, rule_id, row_key, kind, severity, cells,
  row, message_zh, message_en, explanation, explanation_key, first_seen_at)
SELECT c.id, c.division_code, 'G102-R' || lpad((c.id %% 20)::text, 2, '0'), '', 'rule',
  CASE WHEN c.id %% 3 = 0 THEN 'hard' ELSE 'soft' END, ARRAY['water_total'], '', 'm', 'm', '', '',
  now() - (c.id %% 30) * interval '1 day'
FROM submissions_case c WHERE c.id %% 10 < 8 AND c.id > %(after)s AND c.id <= %(upto)s
"""
BASELINE = """
SELECT left(division_code, %s), status, review_level, count(*) FROM submissions_case
WHERE is_owed AND division_code >= %s AND division_code < %s GROUP BY 1, 2, 3
"""
STEP = 500_000


def main(units: int, rounds: int) -> None:
    """Fill what is missing, then measure."""
    people = {
        code: _person(name, code)
        for name, code in (
            ("county.office", COUNTY),
            ("city.office", CITY),
            ("province.office", PROVINCE),
            ("national.office", NATION),
        )
    }
    _fill(units, people[NATION])
    exercise = CollectionExercise.objects.first() or exercise_create(
        actor=None,
        code="nps2",
        name="性能测量",
        standard_time=dt.datetime(2017, 12, 31, 15, 59, 59, tzinfo=dt.UTC),
        levels=tuple(Level),
    )
    version = InstrumentVersion.objects.filter(instrument__code="G102").latest("number")
    values = {"exercise": exercise.pk, "version": version.pk, "actor": people[NATION].pk}
    _in_steps("registry_unit", "submissions_case", CASES, values)
    _in_steps("submissions_case", "submissions_editfailure", FINDINGS, {})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    settings.ALLOWED_HOSTS = ["testserver"]
    began = time.perf_counter()
    nation_refresh()
    print(f"beat's batch of the nation {1000 * (time.perf_counter() - began):8.0f} ms")
    for name, code in (("nation", NATION), ("province", PROVINCE), ("county", COUNTY)):
        client = Client()
        client.force_login(people[code], backend="accounts.backends.PasswordBackend")
        baseline = _median(lambda code=code: _group_by(code), rounds)
        for page in ("/dashboard/", "/dashboard/findings/"):
            spent = _median(lambda client=client, page=page: _get(client, page), rounds)
            print(
                f"{name:9} {page:22} {spent:8.0f} ms   GROUP BY over the forms {baseline:8.0f} ms"
                f"   ratio {spent / baseline:6.2f}"
            )


def _in_steps(source: str, table: str, sql: str, values: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        if cursor.fetchone()[0]:
            return
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {source}")
        last = cursor.fetchone()[0]
        for after in range(0, last, STEP):
            cursor.execute(sql, {**values, "after": after, "upto": after + STEP})


def _group_by(code: str) -> None:
    prefix = code.rstrip("0")
    digits = {0: 2, 2: 4, 6: 9}[len(prefix)]
    with connection.cursor() as cursor:
        high = prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else ":"
        cursor.execute(BASELINE, [digits, prefix, high])
        cursor.fetchall()


def _get(client: Client, page: str) -> None:
    assert client.get(page).status_code == 200


def _median(work: Callable[[], None], rounds: int) -> float:
    """In milliseconds, after one that does not count."""
    work()
    spent = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)
