"""Rows for `main_job.py`: one province with many units, open and waiting cases, fifty enumerators.

Synthetic, for measuring only. Run through `./portal manage` on an empty portal.
"""

from __future__ import annotations

import datetime as dt
import json
import sys

from django.db import connection

from accounts.enums import Level, Role
from accounts.models import RoleAssignment, User
from accounts.services import account_create, role_assign, token_issue
from accounts.services.accounts import AccountData
from instruments.models import InstrumentVersion
from registry.models import Division
from submissions.models import CollectionExercise
from submissions.services import exercise_create

PROVINCE = "33"
COUNTY = "330106000000"
EDITORS = 50

UNITS = """
INSERT INTO registry_unit (code, credit_code, site_suffix, organisation_code, object_code, name,
  former_name, kind, status, division_code, address, industry_codes, legal_person, contact_name,
  contact_phone, source, registered_at, registered_by_id)
SELECT 'G' || t.code || lpad((n / t.towns)::text, 5, '0'), '', '', '',
  'G' || t.code || lpad((n / t.towns)::text, 5, '0'),
  (ARRAY['华东','振兴','宏达','金鼎','恒源'])[1 + n %% 5] || (ARRAY['印染','机械','化工','塑料','食品'])[1 + n %% 5]
  || '第' || n || '厂', '', 'industrial', 'operating', t.code, '工业路 ' || n || ' 号',
  ARRAY['1752'], '张三', '李四', '0571-88880000', 'manual', now(), %(actor)s
FROM generate_series(0, %(units)s - 1) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS towns
      FROM registry_division JOIN registry_divisionedition e ON e.id = edition_id
      WHERE e.is_current AND level = 4 AND code LIKE %(province)s) AS t ON t.place = n %% t.towns
"""
CASES = """
INSERT INTO submissions_case (exercise_id, unit_id, instrument_version_id, form_code, division_code,
  status, review_level, owed_reason, is_owed, opened_at, status_changed_at, submitted_at,
  submitted_by_id, hard_count, soft_open_count, filled_count, required_count,
  required_missing_count, updated_at)
SELECT %(exercise)s, u.id, %(version)s, %(form)s, u.division_code,
  CASE WHEN u.id %% 2 = 0 THEN 'under_review' ELSE 'open' END,
  CASE WHEN u.id %% 2 = 0 THEN 'county' ELSE '' END,
  '{}', true, now(), now() - (u.id %% 1000) * interval '1 minute',
  CASE WHEN u.id %% 2 = 0 THEN now() END, CASE WHEN u.id %% 2 = 0 THEN %(actor)s::bigint END,
  0, 0, 0, 0, 0, now()
FROM registry_unit u
"""
RESPONSES = """
INSERT INTO submissions_response (case_id, version, cells, rows, head_hash, updated_at)
SELECT id, 0, '{}', '{}', '', now() FROM submissions_case
"""


def person(username: str, role: Role, division_code: str) -> User:
    """An account of the benchmark."""
    return account_create(
        actor=None,
        data=AccountData(
            username=username,
            full_name=username,
            phone="",
            password="measuring-2017-only",  # noqa: S106  a throw-away database
            role=role,
            division_code=division_code,
        ),
    )


def seed(units: int) -> dict[str, object]:
    """Make the rows; returns tokens and the cases to edit."""
    nation = Division.objects.get(level=0, edition__is_current=True)
    province = Division.objects.get(code="330000000000", edition__is_current=True)
    actor = person("bench-office", Role.OFFICE, nation.code)
    exercise = CollectionExercise.objects.first() or exercise_create(
        actor=None,
        code="nps2",
        name="性能测量",
        standard_time=dt.datetime(2017, 12, 31, 15, 59, 59, tzinfo=dt.UTC),
        levels=tuple(Level),
    )
    version = InstrumentVersion.objects.filter(instrument__code="G102").order_by("-number").first()
    assert version is not None
    values = {
        "units": units,
        "province": f"{PROVINCE}%",
        "actor": actor.pk,
        "exercise": exercise.pk,
        "version": version.pk,
        "form": "G102",
    }
    with connection.cursor() as cursor:
        for statement in (UNITS, CASES, RESPONSES):
            cursor.execute(statement, values)
    editors = [person(f"bench-{n:02}", Role.ENUMERATOR, COUNTY) for n in range(EDITORS)]
    for editor in editors:
        role_assign(actor=None, user=editor, role=Role.ENUMERATOR, place=province)
    reviewer = person("bench-reviewer", Role.REVIEWER, COUNTY)
    RoleAssignment.objects.create(user=actor, role=Role.REVIEWER, division=province)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM submissions_case WHERE division_code LIKE '33%%' "
            "AND status = 'open' ORDER BY id LIMIT %s",
            [EDITORS],
        )
        cases = [row[0] for row in cursor.fetchall()]
        cursor.execute("VACUUM ANALYZE")
    return {
        "tokens": [token_issue(actor=editor)[0] for editor in editors],
        "cases": cases,
        "reviewer": reviewer.username,
        "office": actor.username,
        "password": "measuring-2017-only",
    }


def main() -> None:
    """`seed_main_job UNITS OUTPUT.json`."""
    units, output = int(sys.argv[-2]), sys.argv[-1]
    with open(output, "w", encoding="utf-8") as file:
        json.dump(seed(units), file)
