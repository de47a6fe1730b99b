"""Inside Django: many waiting cases, then pages of the queue. Run by `review_queue.py`.

Synthetic, for measuring only.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time

from django.db import connection

from accounts.enums import Level, Role
from accounts.models import RoleAssignment, User
from instruments.models import Instrument, InstrumentVersion
from registry.models import Division
from review.queue_order import OLDEST_FIRST, ORDERS, Order, Place
from review.selectors import QueueFilter, queue_of, queue_page, queue_size
from submissions.models import Case
from submissions.services import exercise_create

COUNTY = "330106000000"
NATION = "000000000000"
PAGE = 50
TIMES = 7
UNITS = """
INSERT INTO registry_unit (code, credit_code, site_suffix, organisation_code, object_code, name,
  former_name, kind, status, division_code, address, industry_codes, legal_person, contact_name,
  contact_phone, source, registered_at, registered_by_id)
SELECT 'G' || lpad(n::text, 17, '0'), '', '', '', 'G' || lpad(n::text, 17, '0'), '第' || n || '厂',
  '', 'industrial', 'operating', t.code, '', ARRAY['1752'], '', '', '', 'frame', now(), %(actor)s
FROM generate_series(0, %(rows)s - 1) n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS towns
      FROM registry_division WHERE level = 4) t ON t.place = (n::bigint * 7919) %% t.towns
"""
CASES = """
INSERT INTO submissions_case (exercise_id, unit_id, instrument_version_id, form_code, division_code,
  status, review_level, owed_reason, is_owed, opened_at, status_changed_at, submitted_at,
  submitted_by_id, hard_count, soft_open_count, filled_count, required_count,
  required_missing_count, updated_at, review_due_on, soft_count, changed_count, unit_size)
SELECT %(exercise)s, u.id, %(version)s, 'B1', u.division_code, 'under_review',
  CASE WHEN u.division_code LIKE '330106%%' THEN 'county' ELSE 'national' END, '{}', true,
  now(), now() - u.id %% 9973 * interval '1 minute', now() - u.id * interval '1 second', %(actor)s,
  0, 0, 0, 0, 0, now(), date '2018-01-01' + (u.id %% 40)::int, u.id %% 9, u.id %% 13, 1 + u.id %% 4
FROM registry_unit u
"""


def main(rows: int) -> None:
    """Fill, then print every order of both reviewers."""
    filler = User.objects.create(username="filler", full_name="填", division_code=COUNTY)
    _fill(rows, filler)
    for code, name in ((NATION, "nation"), (COUNTY, "county")):
        reviewer = User.objects.create(username=name, full_name="审", division_code=code)
        place = Division.objects.current().get(code=code)
        RoleAssignment.objects.create(user=reviewer, role=Role.REVIEWER, division=place)
        waiting = Case.objects.filter(review_level="national" if code == NATION else "county")
        print(f"{name}: {waiting.count():,} waiting, told of as {_counted(reviewer)}")
        _measure(reviewer, waiting.order_by()[waiting.count() // 2])


def _counted(reviewer: User) -> str:
    begun = time.perf_counter()
    number = queue_size(queue_of(reviewer))
    return f"{number:,} in {(time.perf_counter() - begun) * 1000:,.0f} ms"


def _measure(reviewer: User, middle: Case) -> None:
    base = {}
    for order in (OLDEST_FIRST, *ORDERS.values()):
        if order.name in base:
            continue
        base[order.name] = (_page(reviewer, order, None), _page(reviewer, order, middle))
        told = [
            f"{took:7.1f} ms (x{took / plain:.1f})"
            for took, plain in zip(base[order.name], base[OLDEST_FIRST.name], strict=True)
        ]
        print(f"  {order.name:10} first page {told[0]}   from the middle {told[1]}")


def _page(reviewer: User, order: Order, middle: Case | None) -> float:
    """Milliseconds of a page, the median of some."""
    place: Place | None = order.place_of(middle) if middle else None
    took = []
    for _number in range(TIMES):
        begun = time.perf_counter()
        queue_page(queue_of(reviewer, QueueFilter(order=order.name)), order, place, PAGE)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def _fill(rows: int, filler: User) -> None:
    exercise = exercise_create(
        actor=None,
        code="bench",
        name="性能测量",
        standard_time=dt.datetime(2017, 12, 31, 15, 59, 59, tzinfo=dt.UTC),
        levels=tuple(Level),
    )
    series = Instrument.objects.create(code="B1", title="乙表", title_en="B", sequence=1)
    version = InstrumentVersion.objects.create(
        instrument=series, number=1, definition={"code": "B1"}, content_hash="0" * 64
    )
    given = {"actor": filler.pk, "rows": rows, "exercise": exercise.pk, "version": version.pk}
    with connection.cursor() as cursor:
        for statement in (UNITS, CASES, "VACUUM ANALYZE"):
            cursor.execute(statement, given)
