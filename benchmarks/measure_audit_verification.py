"""Inside Django: fills the log, then verifies and searches it. Run by `audit_verification.py`.

Synthetic, for measuring only: acts of 2,000 people over a year, spread over every town.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import RoleAssignment, User
from audit.enums import ReadWay
from audit.hashing import canonical_json, sm3_hex
from audit.models import AuditEvent, AuditSeal
from audit.services import (
    FormRead,
    audit_seal_all,
    audit_verify,
    reads_record,
    reads_seal_all,
    sealing,
)
from registry.models import Division

CLUSTER, PEOPLE, NATION = 42, 2000, "000000000000"
EVENTS = """
INSERT INTO audit_auditevent (at, cluster, transaction_number, action, actor_id, actor_name,
  subject_type, subject_id, subject_label, division_code, detail)
SELECT now() - interval '1 year' + n * (interval '1 year' / %(rows)s), %(cluster)s, n / 2,
  (ARRAY['account.signed_in','case.submitted','case.approved','submission.frozen','note.written',
         'failure.explained','case.workbook_downloaded'])[1 + n %% 7],
  n %% %(people)s, '普查员' || n %% %(people)s || '（user' || n %% %(people)s || '）',
  'submissions.case', (n %% 900000)::text, 'G102 某某机械有限公司' || n %% 900000,
  t.code, jsonb_build_object('before', jsonb_build_object('status', 'open', 'level', ''),
    'after', jsonb_build_object('status', 'under_review', 'level', 'supervisor'), 'number', n %% 9)
FROM generate_series(1, %(rows)s) n JOIN town t ON t.place = (n * 7919::bigint) %% %(towns)s
ORDER BY n
"""
READS = """
INSERT INTO audit_readevent (at, cluster, transaction_number, actor_id, actor_name, unit_id,
  unit_code, case_id, form_code, division_code, way)
SELECT now() - interval '1 year' + n * (interval '1 year' / %(rows)s), %(cluster)s, n,
  n %% %(people)s, '普查员' || n %% %(people)s, n %% 300000, 'G' || lpad((n %% 300000)::text, 17, '0'),
  n %% 900000, 'G102', t.code, 'page'
FROM generate_series(1, %(rows)s) n JOIN town t ON t.place = (n * 7919::bigint) %% %(towns)s
ORDER BY n
"""
TOWNS = """
CREATE TEMP TABLE town AS
SELECT code, (row_number() OVER (ORDER BY code)) - 1 AS place FROM registry_division WHERE level = 4
"""


def main(rows: int) -> None:
    """Fill, verify in each way, search."""
    sealing.this_cluster = lambda: (CLUSTER, sealing.EVERY_TRANSACTION)  # all of it has ended
    began = time.perf_counter()
    _fill(rows)
    print(f"{rows:,} acts and {rows // 3:,} reads written in {time.perf_counter() - began:,.0f} s")
    _rate("sealing", rows + rows // 3, lambda: (reads_seal_all(), audit_seal_all()))
    base = _rate("verifying, the loop over models (baseline)", rows, _plain_loop)
    for processes in (1, 2):
        name = f"verifying, {processes} process{'es' if processes > 1 else ''}"
        rate = _rate(name, rows, lambda n=processes: _intact(n))
        print(f"  {rate / base:.1f} times the baseline; 10 million acts: {1e7 / rate / 60:.1f} min")
    last = AuditSeal.objects.order_by("-number").first()
    began = time.perf_counter()
    found = audit_verify(since_seal=last.number, since_hash=last.seal)
    assert found.is_intact
    print(f"incremental, nothing new: {(time.perf_counter() - began) * 1000:,.0f} ms")
    _reads_cost()
    _pages(rows)
    _sizes(rows)


def _fill(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TOWNS)
        cursor.execute("SELECT count(*) FROM town")
        (towns,) = cursor.fetchone()
        given = {"cluster": CLUSTER, "people": PEOPLE, "towns": towns}
        cursor.execute(EVENTS, {**given, "rows": rows})
        cursor.execute(READS, {**given, "rows": rows // 3})
        cursor.execute("ANALYZE audit_auditevent; ANALYZE audit_readevent")


def _rate(name: str, rows: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    print(f"{name}: {seconds:,.1f} s, {rows / seconds:,.0f} rows/s")
    return rows / seconds


def _plain_loop() -> None:
    """Models, one block a query, the content hashed row by row."""
    reached = (-1, -1)
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=200):
        end = (seal.last_transaction, seal.last_event_id)
        keys = [row[0] for row in sealing.rows_between(sealing.EVENTS, CLUSTER, reached, end)]
        events = AuditEvent.objects.filter(pk__in=keys).order_by("transaction_number", "pk")
        lines = b"\n".join(canonical_json(event.content()) for event in events)
        assert sm3_hex(seal.previous_seal.encode() + b"\n" + lines) == seal.seal
        reached = end


def _intact(processes: int) -> None:
    found = audit_verify(processes=processes)
    assert found.is_intact, found.faults[:3]


def _reads_cost() -> None:
    """What a page pays for noting that it was read."""
    user = User.objects.create(username="reader", full_name="读者", division_code=NATION)
    form = FormRead(1, "G1", 1, "G102", "330106109000")
    reads_record(actor=user, reads=[form], way=ReadWay.PAGE)
    again, first = [], []
    for number in range(500):
        began = time.perf_counter()
        reads_record(actor=user, reads=[form], way=ReadWay.PAGE)
        again.append(time.perf_counter() - began)
        other = FormRead(1, "G1", 10 + number, "G102", "330106109000")
        began = time.perf_counter()
        reads_record(actor=user, reads=[other], way=ReadWay.PAGE)
        first.append(time.perf_counter() - began)
    for name, times in (("again within the hour", again), ("first in the hour", first)):
        p95 = statistics.quantiles(times, n=20)[18]
        print(
            f"noting a read, {name}: p50 {statistics.median(times) * 1000:.2f} ms, p95 {p95 * 1000:.2f} ms"
        )


def _pages(rows: int) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    auditor = User.objects.create(username="auditor", full_name="审计", division_code=NATION)
    nation = Division.objects.current().get(code=NATION)
    RoleAssignment.objects.create(user=auditor, role=Role.AUDITOR, division=nation)
    for number in range(5):
        User.objects.create(
            pk=1_000_000 + number, username=f"user{number}", full_name=f"甲{number}",
            division_code=NATION,
        )  # fmt: skip
    client = Client()
    client.force_login(auditor, backend="accounts.backends.PasswordBackend")
    middle = AuditEvent.objects.order_by("pk")[rows // 2]
    empty = _page(client, "/healthz")
    for name, address in (
        ("newest", "/audit/"),
        ("half-way down", f"/audit/?before={quote(f'{middle.at.isoformat()}_{middle.pk}')}"),
        ("one county", "/audit/?division=330106"),
        ("one province", "/audit/?division=33"),
        ("one person", "/audit/?person=user3"),
        ("one act", "/audit/?action=note.written"),
        ("a kind of act, one day half a year ago",
         f"/audit/?group=account+signing_key&since={middle.at:%Y-%m-%d}&until={middle.at:%Y-%m-%d}"),
        ("an act that is rare", "/audit/?action=store.verified"),
        ("reads, newest", "/audit/reads/"),
        ("reads of one person", "/audit/reads/?person=user3"),
    ):  # fmt: skip
        took, queries = _page(client, address)
        print(
            f"page, {name}: {took * 1000:,.0f} ms, {queries} queries, {took / empty[0]:,.0f} /healthz"
        )


def _page(client: Client, address: str) -> tuple[float, int]:
    times = []
    for _again in range(7):
        with CaptureQueriesContext(connection) as asked:
            began = time.perf_counter()
            assert client.get(address).status_code == 200, address
            times.append(time.perf_counter() - began)
    return statistics.median(times), len(asked)


def _sizes(rows: int) -> None:
    with connection.cursor() as cursor:
        for table, number in (("audit_auditevent", rows), ("audit_readevent", rows // 3)):
            cursor.execute("SELECT pg_table_size(%s), pg_indexes_size(%s)", [table, table])
            heap, indexes = cursor.fetchone()
            print(f"{table}: {heap / number:,.0f} bytes a row, indexes {indexes / number:,.0f}")
