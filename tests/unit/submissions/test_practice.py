"""Practice: every planted error shows as its file says, marking is fair, nothing leaks."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from registry.models import Unit
from submissions.models import Case, EditFailure, PracticeAttempt, Response, ResponseRevision
from submissions.practice.marking import Mark, Marking, marking_of, same
from submissions.practice.sets import practice_sets
from submissions.services import practice_begin, practice_finish, practice_save
from submissions.services.findings import failures_found
from submissions.services.practice_sandbox import cells_of, sandbox
from tests.factories.instrument import repository_publish

pytestmark = pytest.mark.django_db
SETS = list(practice_sets().values())
SET = SETS[0]


@pytest.fixture
def published(db):
    repository_publish()


def findings(practice, answers):
    attempt = PracticeAttempt(
        set_code=practice.code, cells=cells_of(answers["values"], None, ""), rows=answers["rows"]
    )
    forms, response = sandbox(practice, attempt)
    return failures_found(forms=forms, responses=[response], now=timezone.now())


def with_error(practice, error):
    values = {**practice.right["values"], error.cell: error.wrong}
    return {"values": values, "rows": practice.right["rows"]}


@pytest.mark.parametrize("practice", SETS, ids=lambda practice: practice.code)
def test_the_right_answers_offend_no_rule_and_each_error_shows_as_said(published, practice):
    assert [str(f.rule_id) for f in findings(practice, practice.right)] == []
    assert len(practice.errors) >= 6
    for error in practice.errors:
        found = findings(practice, with_error(practice, error))
        shown = {f.rule_id for f in found if error.cell in f.cells}
        if error.rule:
            assert error.rule in {f.rule_id for f in found}, (error.cell, shown)
        else:
            assert not found, (error.cell, shown)


@pytest.mark.parametrize("practice", SETS, ids=lambda practice: practice.code)
def test_every_rule_named_shows_among_all_the_errors_together(published, practice):
    found = {failure.rule_id for failure in findings(practice, practice.planted)}
    assert found


@pytest.mark.parametrize("practice", SETS, ids=lambda practice: practice.code)
def test_each_set_marks_itself(practice):
    untouched = marking_of(practice, practice.planted)
    assert set(untouched.marks.values()) == {Mark.MISSED}
    assert untouched.score == 0
    perfect = marking_of(practice, practice.right)
    assert set(perfect.marks.values()) == {Mark.RIGHT}
    assert (perfect.score, perfect.spoiled) == (100, ())


def test_every_class_of_source_has_a_set():
    sources = [practice.source["zh"] for practice in SETS]
    assert sources == ["工业源", "农业源", "生活源", "集中式污染治理设施", "移动源"]


def test_a_wrong_correction_and_a_spoiled_cell_are_told_apart():
    answers = SET.planted
    answers["values"]["water_total"] = "1.00"
    answers["values"]["cod_discharged"] = "3.810"
    answers["values"]["water_self"] = "5"
    marking = marking_of(SET, answers)
    assert marking.marks["water_total"] == Mark.WRONG
    assert marking.marks["cod_discharged"] == Mark.RIGHT
    assert marking.spoiled == ("water_self",)
    assert marking.score == 100 // len(SET.errors) - 5
    assert Marking({"a": Mark.MISSED}, ("b",)).score == 0


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("1.0", "1", True),
        ("1,3", "3,1", True),
        ("a", "a", True),
        ("a", "b", False),
        ("", "0", False),
    ],
)
def test_a_number_is_right_however_it_is_written(one, other, equal):
    assert same(one, other) is equal


def save(actor, attempt, base=None, save_id=None, **values):
    return practice_save(
        actor=actor,
        attempt_id=attempt.pk,
        save_id=save_id or uuid.uuid4(),
        base_version=base or PracticeAttempt.objects.get(pk=attempt.pk).version,
        changes=[{"op": "set", "cell": cell, "value": value} for cell, value in values.items()],
    )


def test_from_beginning_to_mark(published, enumerator):
    attempt = practice_begin(actor=enumerator, set_code=SET.code)
    assert practice_begin(actor=enumerator, set_code=SET.code) == attempt
    result = save(enumerator, attempt, water_total="47717")
    assert result.version == 2
    assert "G102-R01" not in {failure.rule_id for failure in result.failures}
    done = practice_finish(actor=enumerator, attempt_id=attempt.pk)
    assert done.score == 100 // len(SET.errors)
    assert done.marking["marks"]["water_total"] == Mark.RIGHT
    with pytest.raises(Conflict):
        save(enumerator, attempt, water_total="1")
    assert practice_begin(actor=enumerator, set_code=SET.code) != attempt


def test_a_save_sent_twice_is_stored_once(published, enumerator):
    attempt = practice_begin(actor=enumerator, set_code=SET.code)
    save_id = uuid.uuid4()
    save(enumerator, attempt, save_id=save_id, water_total="1")
    assert save(enumerator, attempt, save_id=save_id, water_total="1").version == 2


def test_nonsense_strangers_and_those_without_the_verb(published, cast):
    attempt = practice_begin(actor=cast.enumerator, set_code=SET.code)
    with pytest.raises(Invalid):
        save(cast.enumerator, attempt, no_such_item="1")
    with pytest.raises(Missing):
        save(cast.supervisor, attempt, water_total="1")
    with pytest.raises(Missing):
        practice_begin(actor=cast.enumerator, set_code="none")
    with pytest.raises(NotAllowed):
        practice_begin(actor=cast.auditor, set_code=SET.code)


def test_practice_leaves_nothing_but_the_attempt(published, enumerator):
    """Whatever counts, lists, sums or exports reads tables; practice writes one of its own."""
    before = {model: model._default_manager.count() for model in apps.get_models()}
    attempt = practice_begin(actor=enumerator, set_code=SET.code)
    save(enumerator, attempt, water_total="47717")
    practice_finish(actor=enumerator, attempt_id=attempt.pk)
    grown = {m for m in apps.get_models() if m._default_manager.count() != before[m]}
    assert grown == {PracticeAttempt}
    for model in (Unit, Case, Response, ResponseRevision, EditFailure):
        assert not model._default_manager.exists()
