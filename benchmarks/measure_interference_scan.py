"""Inside Django: a province of filled forms, scanned. Run by `interference_scan.py`. Synthetic."""

from __future__ import annotations

import datetime as dt
import time

from django.db import connection
from django.utils import timezone

from accounts.enums import Level, Role
from accounts.models import RoleAssignment, User
from instruments.definition_files import DEFINITIONS_DIR, yaml_read
from instruments.models import Instrument, InstrumentVersion
from registry.models import Division
from review.interference.loading import Scope, number_items, observations_read
from review.interference.ranking import FALSE_DISCOVERIES, signal_flag
from review.interference.scanning import interference_scan
from review.interference.signals import SIGNALS
from submissions.models import Submission
from submissions.services import exercise_create

PROVINCE, COUNTY = "330000000000", "330106000000"
NUMBERS, REVISIONS = 20, 10
UNITS = """
INSERT INTO registry_unit (code, credit_code, site_suffix, organisation_code, object_code, name,
  former_name, kind, status, division_code, address, industry_codes, legal_person, contact_name,
  contact_phone, source, registered_at, registered_by_id)
SELECT 'G' || lpad(n::text, 17, '0'), '', '', '', 'G' || lpad(n::text, 17, '0'), '第' || n || '厂',
  '', 'industrial', 'operating', t.code, '', ARRAY['1752'], '', '', '', 'frame', now(), %(actor)s
FROM generate_series(0, %(units)s - 1) n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS towns
      FROM registry_division WHERE level = 4 AND code LIKE '33%%') t ON t.place = n %% t.towns
"""
CASES = """
INSERT INTO submissions_case (exercise_id, unit_id, instrument_version_id, form_code, division_code,
  status, review_level, owed_reason, is_owed, opened_at, status_changed_at, submitted_at,
  submitted_by_id, hard_count, soft_open_count, filled_count, required_count,
  required_missing_count, updated_at)
SELECT %(exercise)s, u.id, %(version)s, 'G102', u.division_code, 'under_review', 'city', '{}', true,
  now(), now(), now() - interval '3 days', %(first)s + u.id %% %(people)s, 0, 0, 40, 0, 0, now()
FROM registry_unit u
"""
RESPONSES = """
INSERT INTO submissions_response (case_id, version, cells, rows, head_hash, updated_at)
SELECT id, %(revisions)s, '{}', '{}', repeat('0', 64), now() FROM submissions_case
"""
REVISIONS_ROWS = """
INSERT INTO submissions_responserevision (response_id, number, save_id, request_hash, patch,
  actor_id, device, at, previous_hash, hash)
SELECT r.id, n, gen_random_uuid(), '', jsonb_build_array(jsonb_build_object('op', 'set', 'cell',
    (%(items)s::text[])[1 + n %% %(numbers)s], 'before', (100 + n)::text, 'value',
    round((random() * 900)::numeric + 1, 2)::text)), c.submitted_by_id, 'grid',
  now() - interval '4 days' + (c.id %% 3000) * interval '20 seconds'
    + n * interval '7 seconds' * (0.5 + random())
    + CASE WHEN n > 7 THEN interval '2 days' ELSE interval '0' END, '', repeat('0', 64)
FROM submissions_response r JOIN submissions_case c ON c.id = r.case_id,
  generate_series(1, %(revisions)s) n
"""
SUBMISSIONS = """
INSERT INTO submissions_submission (case_id, number, instrument_version_id, response_version,
  document, explanations, waivers, revision_hash, hash, receipt_code, submitted_at, submitted_by_id)
SELECT c.id, 1, %(version)s, 1, jsonb_build_object('values', v.found, 'rows', '{}'::jsonb), '[]',
  '[]', '', repeat('0', 64), 'B-' || c.id, c.submitted_at + random() * interval '1 hour',
  c.submitted_by_id
FROM submissions_case c CROSS JOIN LATERAL (
  SELECT jsonb_object_agg(item, round(exp(random() * 6 + (c.id %% 7))::numeric, 2)::text) AS found
  FROM unnest(%(items)s::text[]) item) v
"""
DECISIONS = """
INSERT INTO review_reviewdecision (case_id, division_code, submission_id, level, decision,
  reason_codes, note, decided_at, decided_by_id)
SELECT c.id, c.division_code, s.id, 'county', 'approve', '{}', '',
  now() - interval '1 day' + c.id * interval '1 second', %(first)s + c.id %% 50
FROM submissions_case c JOIN submissions_submission s ON s.case_id = c.id
"""


def main(units: int) -> None:
    """Fill, scan a county and the province, print both."""
    actor = User.objects.create(username="auditor", full_name="审计", division_code=PROVINCE)
    province = Division.objects.current().get(code=PROVINCE)
    RoleAssignment.objects.create(user=actor, role=Role.AUDITOR, division=province)
    exercise = exercise_create(
        actor=None,
        code="nps2",
        name="测量",
        standard_time=dt.datetime(2017, 12, 31, 15, 59, 59, tzinfo=dt.UTC),
        levels=tuple(Level),
    )
    _fill(units, actor, exercise)
    for code in (COUNTY, PROVINCE):
        scope = Scope(exercise, code, timezone.now())
        begun = time.perf_counter()
        observed = observations_read(scope)
        read = time.perf_counter()
        for signal in SIGNALS:
            signal_flag(signal, observed, FALSE_DISCOVERIES)
        judged = time.perf_counter()
        interference_scan(actor=actor, scope=scope)
        whole = time.perf_counter() - judged
        print(
            f"{code}: {observed.size()} read {read - begun:.1f} s, judge {judged - read:.1f} s, "
            f"whole scan {whole:.1f} s"
        )
    begun = time.perf_counter()
    number = 0
    for submission in Submission.objects.iterator(chunk_size=2000):
        number += sum(1 for text in submission.document["values"].values() if float(text) >= 0)
    print(f"baseline: {number:,} values alone, row by row: {time.perf_counter() - begun:.1f} s")


def _fill(units: int, actor: User, exercise: object) -> None:
    definition = yaml_read(DEFINITIONS_DIR / "nps2" / "G102.yaml")
    series = Instrument.objects.create(code="G102", title="G102", title_en="G102", sequence=1)
    version = InstrumentVersion.objects.create(
        instrument=series, number=1, definition=definition, content_hash="0" * 64
    )
    people = max(60, units // 40)
    made = User.objects.bulk_create(
        User(username=f"filler{n}", full_name=f"填{n}", division_code=COUNTY) for n in range(people)
    )
    items = [name.partition("/")[2] for name in number_items()][:NUMBERS]
    values = {
        "units": units,
        "actor": actor.pk,
        "exercise": exercise.pk,
        "version": version.pk,
        "people": people,
        "first": made[0].pk,
        "items": items,
        "numbers": len(items),
        "revisions": REVISIONS,
    }
    with connection.cursor() as cursor:
        for statement in (UNITS, CASES, RESPONSES, REVISIONS_ROWS, SUBMISSIONS, DECISIONS):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")
