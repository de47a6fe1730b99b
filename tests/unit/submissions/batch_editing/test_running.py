"""A batch run finds what the record engine finds, compares itself with the run before, and says
what did not run.
"""

import random

import duckdb
import pytest
from django.urls import reverse

from accounts.exceptions import Missing, NotAllowed
from submissions.batch_editing import judging
from submissions.batch_editing.running import batch_part_run, batch_run_start
from submissions.batch_editing.selectors import (
    findings_page,
    release_blockers,
    rule_rows,
    unfinished_results,
)
from submissions.facts.refreshing import facts_refresh
from submissions.facts.store import FactStore
from submissions.models import EditFailure, Response
from submissions.services.findings import failures_found
from submissions.services.unit_forms import unit_forms_of
from tests.factories.case import publish
from tests.people import FAR_PROVINCE, NATION, PROVINCE
from tests.unit.instruments.evaluation import forms
from tests.unit.instruments.evaluation.chance import HAND_MADE
from tests.unit.submissions.facts.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(divisions, cast):
    made = World(cast.enumerator, random.randrange(2**32))
    rules = [forms.rule(number, text, **more) for number, (text, more) in enumerate(HAND_MADE)]
    made.versions[0] = publish(forms.form("A1", forms.ALPHA_ITEMS, forms.ALPHA_GROUPS, rules), 1)
    return made


def run_of(world, actor, division=NATION):
    facts_refresh(exercise=world.exercise, is_full=True)
    run = batch_run_start(actor=actor, exercise=world.exercise, division_code=division)
    for part in run.parts.all():
        batch_part_run(part=part)
    run.refresh_from_db()
    return run


def found_by(run):
    """(case, rule, row, kind, severity) of everything in the files, comparisons left out."""
    store = FactStore(run.exercise, "findings")
    files = [store.path(part.file) for part in run.parts.exclude(province="00")]
    rows = duckdb.execute(
        "SELECT case_id, rule_id, row, kind, severity FROM read_parquet(?)", [files]
    ).fetchall()
    assert len(rows) == len(set(rows))
    return set(rows)


def expected(cases):
    found: list[EditFailure] = []
    for unit_forms, response in unit_forms_of([case.pk for case in cases]):
        found += failures_found(forms=unit_forms, responses=[response], now=None)
    return {(f.case_id, f.rule_id, f.row, str(f.kind), str(f.severity)) for f in found}


def test_a_run_finds_what_the_record_engine_finds(world, cast):
    cases = world.fill(40)
    run = run_of(world, cast.national_office)
    wanted = expected(cases)
    assert len(wanted) > 400
    assert sorted(found_by(run) ^ wanted) == []
    assert sum(row.found for row in rule_rows(run) if row.kind != "comparison") == len(wanted)


def test_a_run_over_a_province_leaves_the_others_out(world, cast):
    cases = world.fill(9)
    run = run_of(world, cast.province_reviewer, PROVINCE)
    inside = [case for case in cases if case.division_code.startswith("33")]
    assert found_by(run) == expected(inside)
    with pytest.raises(NotAllowed):
        batch_run_start(
            actor=cast.province_reviewer, exercise=world.exercise, division_code=FAR_PROVINCE
        )


def test_a_run_says_what_is_new_and_what_is_gone(world, cast):
    world.fill(6)
    first = run_of(world, cast.national_office)
    response = Response.objects.order_by("pk").first()
    response.cells["flow"] = {"corrected": {"v": "-7"}}
    response.cells["name"] = {"corrected": {"v": "甲"}}
    response.version += 1
    response.save()
    second = run_of(world, cast.national_office)
    before, after = found_by(first), found_by(second)
    rows = [row for row in rule_rows(second) if row.kind != "comparison"]
    assert second.previous == first
    assert sum(row.new for row in rows) == len(after - before) > 0
    assert sum(row.gone for row in rows) == len(before - after)
    assert sum(row.still for row in rows) == len(after & before)


def test_a_rule_that_does_not_run_is_told_and_blocks_a_release(world, cast, monkeypatch):
    """The list CODES has not been published; and one query breaks in the engine itself."""
    world.fill(4)
    real = judging.queries_of

    def broken(compiled, codelists):
        queries = real(compiled, codelists)
        bad = next(q for q in queries if q.rule_id == "A1-R0")
        queries[queries.index(bad)] = bad.__class__(
            bad.rule_id, bad.kind, bad.severity, "SELECT nothing", bad.judged
        ) if bad.rule_id == "A1-R0" else bad  # fmt: skip
        return queries

    assert release_blockers(world.exercise, NATION)
    monkeypatch.setattr(
        judging,
        "queries_of",
        lambda compiled, codes: (
            broken(compiled, codes) if compiled.definition.code == "A1" else real(compiled, codes)
        ),
    )
    run = run_of(world, cast.national_office)
    told = {result.rule_id for result in unfinished_results(run)}
    assert "A1-R0" in told
    assert not run.is_complete
    assert len(release_blockers(world.exercise, NATION)) == 1


def test_a_run_without_facts_is_refused(world, cast):
    with pytest.raises(Missing):
        batch_run_start(actor=cast.national_office, exercise=world.exercise)


def test_a_part_done_again_replaces_its_results(world, cast):
    world.fill(3)
    run = run_of(world, cast.national_office)
    before = [(row.rule_id, row.found) for row in rule_rows(run)]
    batch_part_run(part=run.parts.get(province="33"))
    assert [(row.rule_id, row.found) for row in rule_rows(run)] == before


def test_pages_lead_from_the_rule_to_the_form(world, cast, client):
    world.fill(6)
    run = run_of(world, cast.national_office)
    client.force_login(cast.national_office)
    assert client.get(reverse("batch_runs")).status_code == 200
    page = client.get(reverse("batch_run", args=[run.pk]))
    rule = next(row for row in rule_rows(run) if row.found > 1 and row.form_code == "A1")
    assert rule.rule_id in page.content.decode()
    where = {"form": "A1", "rule": rule.rule_id}
    answer = client.get(reverse("batch_findings", args=[run.pk]), where)
    lines, total = findings_page(run, form_code="A1", rule_id=rule.rule_id)
    assert total == rule.found
    assert lines[0].case.unit.name in answer.content.decode()
    narrow = {**where, "division": PROVINCE, "page": "x"}
    assert client.get(reverse("batch_findings", args=[run.pk]), narrow).status_code == 200
    client.force_login(cast.neighbour)
    assert client.get(reverse("batch_run", args=[run.pk])).status_code == 404


def test_a_run_is_started_from_the_page(world, cast, client):
    world.fill(2)
    client.force_login(cast.national_office)
    assert client.post(reverse("batch_runs")).url == reverse("batch_runs")  # no facts yet
    facts_refresh(exercise=world.exercise)
    assert "/batch-editing/" in client.post(reverse("batch_runs")).url
    assert "/jobs/" in client.post(reverse("batch_runs"), {"act": "refresh"}).url
