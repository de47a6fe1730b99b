"""Every planted error is found by a batch run, and nothing that was not planted."""

import json

import duckdb
import pytest
from django.core.management import call_command

from accounts.exceptions import Conflict
from census_portal.synthesis import building, writing
from census_portal.synthesis.errors import Planted
from registry.models import Unit
from submissions.batch_editing.running import batch_part_run, batch_run_start
from submissions.facts.refreshing import facts_refresh
from submissions.facts.store import FactStore
from submissions.models import Case, CollectionExercise
from summaries.models import ProgressCount
from tests.factories.exercise import make_exercise

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(divisions, settings, tmp_path, monkeypatch):
    """One trade of each kind, many errors, the published forms."""
    settings.DATA_DIR = tmp_path
    call_command("instruments_publish", verbosity=0)
    chosen = list({trade.kind: trade for trade in building.trades()}.values())
    monkeypatch.setattr(building, "trades", lambda: chosen)
    monkeypatch.setattr(building, "TEMPLATES_A_TRADE", 1)
    monkeypatch.setattr(writing, "SHARE", 0.4)


def truth_of(exercise):
    found, planted = set(), set()
    for province in ("33",):
        for line in building.truth_file(exercise, province).read_text().splitlines():
            one = json.loads(line)
            planted.add(one["planted"])
            found |= {(one["unit"], *finding) for finding in one["findings"]}
    return found, planted


def test_every_planted_error_is_found_and_none_invented(small, cast):
    written = building.synthesize(units=600, seed=3, provinces=("33",))
    exercise = CollectionExercise.objects.get(code=building.CODE)
    assert exercise.is_demo
    counted = sum(ProgressCount.objects.filter(exercise=exercise).values_list("count", flat=True))
    assert counted == Case.objects.count() == sum(one.cases for one in written.values())
    facts_refresh(exercise=exercise)
    run = batch_run_start(actor=cast.national_office, exercise=exercise)
    for part in run.parts.exclude(province="00"):
        batch_part_run(part=part)
    store = FactStore(exercise, "findings")
    files = [store.path(part.file) for part in run.parts.exclude(province="00")]
    codes = dict(Unit.objects.values_list("pk", "code"))
    found = {
        (codes[unit], form, rule, row)
        for unit, form, rule, row in duckdb.execute(
            "SELECT unit_id, form_code, rule_id, row FROM read_parquet(?)", [files]
        ).fetchall()
    }
    expected, planted = truth_of(exercise)
    assert planted == set(Planted)
    assert found == expected
    again = building.synthesize(units=600, seed=3, provinces=("33",))
    assert again == {}, "what is there already is left alone"


def test_beside_a_real_exercise_nothing_is_written(divisions):
    make_exercise()
    with pytest.raises(Conflict):
        building.synthesize(units=10, seed=1)
    assert not Unit.objects.exists()
