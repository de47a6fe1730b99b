"""The counters equal a recount, whatever is written, in whatever order."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.counts import unit_counts_rebuild
from registry.models import Unit, UnitCount
from registry.triggers import RECOUNT
from tests.factories.unit import unit_make
from tests.people import NEIGHBOUR_TOWN, OTHER_TOWN, TOWN

PLACES = (TOWN, OTHER_TOWN, NEIGHBOUR_TOWN)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "close", "empty", "reclassify", "all"]),
        st.integers(0, 5),
        st.integers(0, 2),
    ),
    max_size=10,
)


def recounted() -> set[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT)
        return set(cursor.fetchall())


def counted() -> set[tuple]:
    names = ("division_code", "kind", "status", "source", "count")
    lacks = ("without_position", "without_industry", "without_code")
    return set(UnitCount.objects.exclude(count=0).values_list(*names, *lacks))


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_counters_follow_every_statement(divisions, acts):
    with transaction.atomic():
        for serial, (act, one, place) in enumerate(acts, start=700):
            perform(act, one, PLACES[place], serial)
            assert counted() == recounted()
        unit_counts_rebuild()
        assert counted() == recounted()
        transaction.set_rollback(True)


def perform(act: str, one: int, place: str, serial: int) -> None:
    units = list(Unit.objects.order_by("pk"))
    if act == "add" or not units:
        unit_make(number=serial, name=f"{serial}厂", division_code=place)
        return
    unit = Unit.objects.filter(pk=units[one % len(units)].pk)
    if act == "all":
        Unit.objects.update(division_code=place, longitude=None, latitude=None)
    else:
        changes = {
            "move": {"division_code": place},
            "close": {"status": "closed"},
            "empty": {"industry_codes": []},
            "reclassify": {"kind": "park"},
        }
        unit.update(**changes[act])


MANY = """
INSERT INTO registry_unit (code, credit_code, site_suffix, organisation_code, object_code, name,
  former_name, kind, status, division_code, address, industry_codes, legal_person, contact_name,
  contact_phone, source, registered_at, registered_by_id)
SELECT 'G' || lpad(n::text, 17, '0'), '', '', '', 'G' || lpad(n::text, 17, '0'), '厂', '',
  'industrial', 'operating', lpad(n::text, 9, '0') || '000', '', '{}', '', '', '', 'frame', now(),
  %s
FROM generate_series(1, 20000) n
"""


@pytest.mark.django_db
def test_one_transaction_may_touch_the_towns_of_a_whole_nation(enumerator):
    """A lock a town would be more than the server keeps."""
    with connection.cursor() as cursor:
        cursor.execute(MANY, [enumerator.pk])
    assert UnitCount.objects.count() == 20_000
