"""Inside Django: fills the register, then asks for its pages. Run by `register_pages.py`.

Synthetic, for measuring only: towns of unequal size, one unit in fifty without a position.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from accounts.models import RoleAssignment, User
from registry.listing import UnitSearch, units_found
from registry.models import Division, Unit

COUNTY, CITY, PROVINCE, NATION = "330106000000", "330100000000", "330000000000", "000000000000"
INDEXES = {
    "registry_unit_name_part": "gin (upper(name) gin_trgm_ops)",
    "registry_unit_industries": "gin (industry_codes)",
}
TOWNS = """
CREATE TEMP TABLE town AS
SELECT code, (row_number() OVER (ORDER BY md5(code)))::int - 1 AS place
FROM registry_division JOIN registry_divisionedition e ON e.id = edition_id
WHERE e.is_current AND level = 4
"""
UNITS = """
INSERT INTO registry_unit (code, credit_code, site_suffix, organisation_code, object_code, name,
  former_name, kind, status, division_code, address, longitude, latitude, industry_codes,
  legal_person, contact_name, contact_phone, source, registered_at, registered_by_id)
SELECT code, '', '', '', code, name, '', kind, status, division_code, address,
  CASE WHEN n %% 50 > 0 THEN 73 + (n %% 60000) * 0.001 END,
  CASE WHEN n %% 50 > 0 THEN 18 + (n %% 35000) * 0.001 END,
  ARRAY[industry], '张三', '李四', '0571-88880000', 'frame', now(), %(actor)s
FROM (
  SELECT n, 'G' || lpad(n::text, 17, '0') AS code, t.code AS division_code,
    (ARRAY['华东','振兴','宏达','金鼎','恒源','新世纪','远大'])[1 + n %% 7]
    || (ARRAY['印染','机械','化工','塑料','食品','水泥','造纸','电镀'])[1 + n %% 8]
    || '第' || n || '厂' AS name,
    (ARRAY['industrial','industrial','industrial','livestock','domestic_boiler'])[1 + n %% 5] AS kind,
    CASE WHEN n %% 20 = 0 THEN 'closed' ELSE 'operating' END AS status,
    '工业路 ' || n || ' 号' AS address,
    (ARRAY['1752','3011','2614','1511','3360'])[1 + n %% 5] AS industry
  FROM generate_series(%(from)s, %(to)s) AS n
  JOIN town t ON t.place = floor(%(towns)s * power((n::bigint * 7919 %% 1000003) / 1000003.0, 1.7))::int
) made
ON CONFLICT (code) DO NOTHING
"""
REVISIONS = """
INSERT INTO registry_unitrevision (unit_id, number, data, actor_id, reason, at)
SELECT id, 1, jsonb_build_object('name', name, 'division_code', division_code, 'kind', kind,
  'status', status, 'code', code, 'object_code', object_code, 'address', address), %(actor)s, '',
  now()
FROM registry_unit WHERE id BETWEEN %(from)s AND %(to)s
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
    settings.ALLOWED_HOSTS = ["testserver"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_unit")
        total = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM registry_unit WHERE division_code LIKE %s", [f"{COUNTY[:6]}%"]
        )
        own = cursor.fetchone()[0]
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        size = cursor.fetchone()[0]
    print(f"{total:,} units, {own:,} of them in the county, database {size}")
    base = _measure("/healthz", Client(), lambda _turn: "/healthz", rounds, 0.0)
    now = quote(timezone.localtime().strftime("%Y-%m-%dT%H:%M:%S"))
    town = f"{COUNTY[:6]}109000"
    pages: list[tuple[str, str, Callable[[int], str]]] = [
        ("county: list", COUNTY, lambda _t: "/units/"),
        ("county: list of a town", COUNTY, lambda _t: f"/units/?division={town}"),
        ("county: part of a name", COUNTY, lambda t: f"/units/?q=印染第{t}"),
        ("county: rare part of a name", COUNTY, lambda t: f"/units/?q=第{100_000 + t * 7}厂"),
        ("nation: a code", NATION, lambda t: f"/units/?q=G{t * 100:017d}"),
        ("county: closed, by industry", COUNTY, lambda _t: "/units/?status=closed&industry=1752"),
        ("county: overview", COUNTY, lambda _t: "/register/"),
        ("county: map", COUNTY, lambda _t: "/register/map/"),
        ("county: as of a moment", COUNTY, lambda _t: f"/units/as-of/?at={now}"),
        ("county: coverage", COUNTY, lambda _t: "/register/coverage/"),
        ("city: list", CITY, lambda _t: "/units/"),
        ("city: part of a name", CITY, lambda t: f"/units/?q=印染第{t}"),
        ("province: list", PROVINCE, lambda _t: "/units/"),
        ("province: part of a name", PROVINCE, lambda t: f"/units/?q=印染第{t}"),
        ("province: overview", PROVINCE, lambda _t: "/register/"),
        ("nation: list", NATION, lambda _t: "/units/"),
        ("nation: part of a name", NATION, lambda t: f"/units/?q=印染第{1000 + t}"),
        ("nation: overview", NATION, lambda _t: "/register/"),
        ("nation: map", NATION, lambda _t: "/register/map/"),
    ]
    for name, code, url in pages:
        client = Client()
        client.force_login(people[code], backend="accounts.backends.PasswordBackend")
        _measure(name, client, url, rounds, base)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of the process {memory:,.0f} MB")
    _plans(people[COUNTY], town)


def _person(username: str, code: str) -> User:
    user, is_new = User.objects.get_or_create(
        username=username, defaults={"full_name": username, "division_code": code}
    )
    if is_new:
        division = Division.objects.current().get(code=code)
        RoleAssignment.objects.create(user=user, role=Role.OFFICE, division=division)
    return user


def _fill(units: int, actor: User) -> None:
    """Insert in steps; the indexes for parts of names are built once, at the end."""
    there = Unit.objects.count()
    if there:
        return
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(TOWNS)
        cursor.execute("SELECT count(*) FROM town")
        towns = cursor.fetchone()[0]
        for name in INDEXES:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
        for start in range(0, units, STEP):
            end = min(start + STEP, units) - 1
            given = {"from": start, "to": end, "towns": towns, "actor": actor.pk}
            cursor.execute(UNITS, given)
        for name, definition in INDEXES.items():
            cursor.execute(f"CREATE INDEX {name} ON registry_unit USING {definition}")
        cursor.execute("SELECT coalesce(max(id), 0) FROM registry_unit")
        for start in range(0, cursor.fetchone()[0], STEP):
            cursor.execute(REVISIONS, {"from": start + 1, "to": start + STEP, "actor": actor.pk})
        cursor.execute("VACUUM ANALYZE")
    print(f"filled in {time.perf_counter() - began:,.0f} s")


def _measure(
    name: str, client: Client, url: Callable[[int], str], rounds: int, base: float
) -> float:
    """Print one line; the median in milliseconds. The first request warms up and does not count."""
    times, queries = [], 0
    for turn in range(rounds + 1):
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            answer: Any = client.get(url(turn))
            body = b"".join(answer) if answer.streaming else answer.content
            took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (name, answer.status_code, body[:300])
        queries = max(queries, len(captured))
        if turn:
            times.append(took)
    median = statistics.median(times)
    worst = sorted(times)[max(0, round(len(times) * 0.95) - 1)]
    ratio = f"{median / base:7.0f}" if base else "      1"
    print(f"| {name:<34} | {median:7.1f} | {worst:7.1f} | {queries:3d} | {ratio} |", flush=True)
    return median


def _plans(user: User, town: str) -> None:
    """How the database goes about the list's queries."""
    searches = {
        "list of the county": UnitSearch.read({}),
        "list of a town": UnitSearch.read({"division": town}, division=town),
        "part of a name": UnitSearch.read({"q": "印染第12"}),
        "closed, by industry": UnitSearch.read({"status": "closed", "industry": "1752"}),
    }
    for name, search in searches.items():
        found = units_found(actor=user, search=search).order_by("division_code", "pk")[:51]
        print(f"\n-- {name}\n{found.explain(analyze=True, buffers=True)}")
