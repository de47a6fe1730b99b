"""Snapshots hold what the database holds, patch what changed, and survive a crash whole."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from accounts.exceptions import Conflict, Missing
from submissions.enums import CaseStatus, FactBasis
from submissions.facts import refreshing
from submissions.facts.reading import facts_open
from submissions.facts.refreshing import facts_refresh
from submissions.facts.store import FactStore
from submissions.facts.verifying import facts_verify
from submissions.models import Case, FactChange, Response
from tests.factories.case import make_case_at
from tests.people import FAR_TOWN, TOWN

# the journal tells transactions apart, so every act of a test has to be one
pytestmark = pytest.mark.django_db(transaction=True)


def check(world, basis=FactBasis.WORKING):
    found = facts_verify(exercise=world.exercise, basis=basis)
    assert found.differences == []
    return found


def touch(case, **cells):
    """A new revision of a response, as far as the facts see it."""
    response = Response.objects.get(case=case)
    response.cells.update({path: {"corrected": {"v": v}} for path, v in cells.items()})
    response.version += 1
    response.save()


def value(world, case, column, form="A1"):
    with facts_open(world.exercise) as facts:
        found = facts.sql(
            f"SELECT {column} FROM {facts.view(form)} WHERE case_id = {case.pk}"
        ).fetchall()
    return found[0][0] if found else None


def test_every_value_is_the_one_that_rules_read(world):
    world.fill(60)
    refresh = facts_refresh(exercise=world.exercise)
    found = check(world)
    assert refresh.read == 120 == found.cases
    assert found.values > 2000


def test_columns_are_typed_and_units_are_joined(world):
    case = world.fill(3)[0]
    touch(case, flow="12.50", reported="2018-03-05", kinds="1,3")
    facts_refresh(exercise=world.exercise)
    with facts_open(world.exercise) as facts:
        assert dict(facts.columns("A1"))["flow"] == "DECIMAL(14, 2)"
        row = facts.sql(
            "SELECT flow, reported, kinds, u.name FROM form_a1 JOIN units u USING (unit_id) "
            f"WHERE case_id = {case.pk}"
        ).fetchone()
        assert [str(part) for part in row] == ["12.50", "2018-03-05", ",1,3,", case.unit.name]
        assert facts.form("A1").count("*").fetchone() == (3,)
        assert facts.units().count("*").fetchone() == (3,)
        with pytest.raises(Missing):
            facts.form("X9")


def test_only_what_changed_is_read_again(world):
    first, *rest = world.fill(20)
    facts_refresh(exercise=world.exercise)
    for turn in range(3):
        touch(first, flow=str(turn))
        refresh = facts_refresh(exercise=world.exercise)
        assert refresh.read == 1
        assert value(world, first, "flow") == turn
    touch(rest[4], flow="5")
    assert facts_refresh(exercise=world.exercise).read == 1
    assert value(world, first, "flow") == 2
    check(world)
    assert facts_refresh(exercise=world.exercise).read == 0
    assert FactChange.objects.count() == 0, "what every snapshot has seen is forgotten"


def test_a_case_that_moves_or_is_voided_is_shown_once(world):
    first, *_rest = world.fill(9)
    facts_refresh(exercise=world.exercise)
    Case.objects.filter(pk=first.pk).update(division_code=FAR_TOWN)
    Case.objects.filter(pk=_rest[0].pk).update(status=CaseStatus.VOID)
    facts_refresh(exercise=world.exercise)
    check(world)
    assert value(world, first, "case_division") == FAR_TOWN
    with facts_open(world.exercise) as facts:
        assert facts.form("B1").count("*").fetchone() == (8,)
    for province, count in (("33", 5), ("42", 4)):
        with facts_open(world.exercise, province=province) as facts:
            assert facts.form("A1").count("*").fetchone() == (count,)


def test_a_province_changed_as_a_whole_hides_nothing_and_shows_nothing_twice(world):
    """A case moved to a province that is then read anew: its old place must not show it again."""
    cases = world.fill(9)
    moved = next(c for c in cases if c.division_code == TOWN and c.form_code == "A1")
    facts_refresh(exercise=world.exercise)
    Case.objects.filter(pk=moved.pk).update(division_code=FAR_TOWN)
    facts_refresh(exercise=world.exercise)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_factchange (xid, kind, key) "
            "VALUES (pg_current_xact_id()::text::bigint, 'p', 42)"
        )
    for far in Case.objects.filter(division_code=FAR_TOWN, form_code="A1"):
        touch(far, flow="3")
    facts_refresh(exercise=world.exercise)
    check(world)
    manifest = FactStore(world.exercise, FactBasis.WORKING).manifest()
    assert manifest.forms["A1"].delta is None
    assert value(world, moved, "case_division") == FAR_TOWN


def test_a_crowded_delta_becomes_a_base(world, monkeypatch):
    monkeypatch.setattr(refreshing, "PATCHED_AT_MOST", 2)
    cases = world.fill(12)
    facts_refresh(exercise=world.exercise)
    for case in cases:
        touch(case, hours="7")
    facts_refresh(exercise=world.exercise)
    check(world)
    manifest = FactStore(world.exercise, FactBasis.WORKING).manifest()
    assert manifest.forms["A1"].delta is None


def test_submissions_in_force_are_facts_of_their_own(divisions, cast):
    final = make_case_at(CaseStatus.FINAL, cast)
    returned = make_case_at(CaseStatus.RETURNED, cast)
    exercise = final.exercise
    facts_refresh(exercise=exercise, basis=FactBasis.SUBMITTED)
    with facts_open(exercise, FactBasis.SUBMITTED) as facts:
        found = facts.sql("SELECT case_id, hours, case_status FROM form_a1").fetchall()
    assert found == [(final.pk, 4800, "final")]
    assert returned.pk not in {row[0] for row in found}
    assert facts_verify(exercise=exercise, basis=FactBasis.SUBMITTED).differences == []


def test_a_form_published_anew_is_read_anew(world):
    from tests.factories.case import publish
    from tests.unit.instruments.evaluation import forms

    world.fill(4)
    facts_refresh(exercise=world.exercise)
    wider = [*forms.BETA_ITEMS, forms.item("added", "decimal", scale=1)]
    world.versions[1] = publish(forms.form("B1", wider, forms.BETA_GROUPS, []), 2)
    world.fill(2)
    facts_refresh(exercise=world.exercise)
    check(world)
    with facts_open(world.exercise) as facts:
        assert "added" in facts.columns("B1")
        assert facts.form("B1").count("*").fetchone() == (6,)


def test_the_check_sees_a_wrong_snapshot(world):
    """A value changed behind the journal's back, and a case that is not there."""
    first, second, *_rest = world.fill(4)
    facts_refresh(exercise=world.exercise)
    with silent_journal():
        touch(first, flow="99")
    assert any(line.startswith("A1") for line in differences(world))
    with silent_journal():
        Response.objects.filter(case=second).update(head_hash="f" * 64)
    assert any("digest" in line for line in differences(world) if line.startswith("B1"))


@contextmanager
def silent_journal():
    sql = "ALTER TABLE submissions_response {} TRIGGER facts_response_updated"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format("DISABLE"))
        yield
        cursor.execute(sql.format("ENABLE"))


def differences(world):
    return facts_verify(exercise=world.exercise).differences


def test_an_older_snapshot_can_be_asked_for(world):
    first, *_rest = world.fill(3)
    touch(first, flow="1")
    facts_refresh(exercise=world.exercise)
    with facts_open(world.exercise) as facts:
        before = facts.at
    touch(first, flow="2")
    facts_refresh(exercise=world.exercise)
    with facts_open(world.exercise, as_of=before) as facts:
        old = facts.sql(f"SELECT flow FROM form_a1 WHERE case_id = {first.pk}").fetchone()
    assert old == (1,)
    assert value(world, first, "flow") == 2
    with pytest.raises(Missing), facts_open(world.exercise, as_of=before.replace(year=2000)):
        pass


def test_an_open_reader_keeps_its_snapshot_while_another_is_taken(world):
    first, *_rest = world.fill(3)
    touch(first, flow="1")
    facts_refresh(exercise=world.exercise)
    with facts_open(world.exercise) as facts:
        facts.form("A1")
        touch(first, flow="2")
        facts_refresh(exercise=world.exercise)
        held = facts.sql(f"SELECT flow FROM form_a1 WHERE case_id = {first.pk}").fetchone()
    assert held == (1,)


def test_any_filesystem_url_will_do(world, settings, tmp_path):
    settings.FACTS_URL = f"file://{tmp_path}/bucket"
    first, *_rest = world.fill(4)
    facts_refresh(exercise=world.exercise)
    touch(first, flow="3")
    facts_refresh(exercise=world.exercise)
    check(world)
    assert value(world, first, "flow") == 3


def test_a_transaction_that_commits_late_is_not_lost(world):
    """It wrote before the snapshot was taken and committed after: the next refresh has it."""
    first, *_rest = world.fill(3)
    wrote, may_commit = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                touch(first, flow="42")
                wrote.set()
                may_commit.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert wrote.wait(30)
    facts_refresh(exercise=world.exercise)
    assert value(world, first, "flow") != 42
    may_commit.set()
    thread.join()
    refresh = facts_refresh(exercise=world.exercise)
    assert refresh.read == 1
    assert value(world, first, "flow") == 42
    check(world)


def test_only_one_writes_at_a_time(world):
    world.fill(1)
    failed = []

    def other():
        try:
            facts_refresh(exercise=world.exercise)
        except Conflict as error:
            failed.append(error.code)
        finally:
            connection.close()

    with refreshing.one_view():
        refreshing._check_alone(world.exercise, FactBasis.WORKING)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert failed == ["facts_busy"]


KILLED = """
import os, sys, django
django.setup()
from django.conf import settings
settings.FACTS_URL = sys.argv[1]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
from submissions.facts import store
from submissions.facts.refreshing import facts_refresh
from submissions.models import CollectionExercise
point = sys.argv[3]
if point == "files":
    def put(self, local, name, count=[0], real=store.FactStore.put):
        count[0] += 1
        if count[0] == 2:
            os._exit(9)
        real(self, local, name)
    store.FactStore.put = put
else:
    def replace(self, target, real=store.Path.replace):
        if self.name.startswith(".manifest.json"):
            os._exit(9)
        return real(self, target)
    store.Path.replace = replace
facts_refresh(exercise=CollectionExercise.objects.get(), is_full=True)
"""


@pytest.mark.parametrize("point", ["files", "manifest"])
def test_a_refresh_that_is_killed_leaves_the_old_snapshot_whole(world, settings, point):
    first, *_rest = world.fill(4)
    touch(first, flow="1")
    facts_refresh(exercise=world.exercise)
    touch(first, flow="2")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, settings.FACTS_URL, connection.settings_dict["NAME"], point],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "census_portal.settings"},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == 9, killed.stderr.decode()[-2000:]
    assert value(world, first, "flow") == 1
    facts_refresh(exercise=world.exercise)
    assert value(world, first, "flow") == 2
    check(world)


def test_files_nobody_can_still_read_are_removed(world, monkeypatch):
    first, *_rest = world.fill(2)
    monkeypatch.setattr("submissions.facts.store.GRACE_SECONDS", -1)
    for turn in range(6):
        touch(first, flow=str(turn))
        facts_refresh(exercise=world.exercise)
    store = FactStore(world.exercise, FactBasis.WORKING)
    there = set(os.listdir(store.root))
    kept = {name for name in there if name.startswith("manifest-")}
    assert len(kept) == 3
    assert value(world, first, "flow") == 5
    check(world)


def test_many_rows_at_once_are_journalled_as_their_province(world):
    world.fill(1)
    FactChange.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO submissions_case (exercise_id, unit_id, instrument_version_id, form_code,"
            " division_code, status, review_level, owed_reason, is_owed, opened_at,"
            " status_changed_at, hard_count, soft_open_count, filled_count, required_count,"
            " required_missing_count, updated_at)"
            " SELECT exercise_id, unit_id, instrument_version_id, 'X' || n, division_code, status,"
            " '', '{}', true, now(), now(), 0, 0, 0, 0, 0, now()"
            " FROM submissions_case, generate_series(1, 5001) n WHERE form_code = 'A1'"
        )
    assert set(FactChange.objects.values_list("kind", "key")) == {("p", 33)}
    FactChange.objects.all().delete()
    Case.objects.filter(form_code__startswith="X").update(is_owed=False)
    assert set(FactChange.objects.values_list("kind", "key")) == {("p", 33)}
    FactChange.objects.all().delete()
    Case.objects.filter(form_code__in=["X1", "X2"]).update(is_owed=True, hard_count=3)
    Case.objects.filter(form_code="X3").update(hard_count=3)
    assert FactChange.objects.filter(kind="c").count() == 2 == FactChange.objects.count()
