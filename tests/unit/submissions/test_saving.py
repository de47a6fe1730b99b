"""Saving: idempotent, merged cell by cell, nothing overwritten, nothing stored twice."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from submissions.enums import CaseAction, Provenance
from submissions.models import EditFailure, Response, ResponseRevision
from submissions.selectors import response_changes
from submissions.services import case_submit, response_save
from submissions.transitions import case_transition
from tests.factories.case import fill, make_case, make_submitted, save
from tests.factories.response import add_row, put, remove_row, set_cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


def refused(code, case, actor, *changes, **options):
    before = Response.objects.get(case=case)
    with pytest.raises((Conflict, Invalid, NotAllowed)) as refusal, transaction.atomic():
        put(case, actor, *changes, **options)
    assert refusal.value.code == code
    after = Response.objects.get(case=case)
    assert (after.version, after.cells, after.rows) == (before.version, before.cells, before.rows)
    return refusal.value


def test_save_stores_the_value_with_who_when_and_version(case, enumerator):
    result = put(case, enumerator, set_cell("hours", "4800"))
    slot = Response.objects.get(case=case).cells["hours"][Provenance.COLLECTED]
    assert (slot["v"], slot["by"], slot["n"]) == ("4800", enumerator.pk, 1)
    assert result.version == 1
    assert result.cells == {}


def test_save_keeps_zero_and_blank_apart(case, enumerator):
    put(case, enumerator, set_cell("hours", "0"), set_cell("output", ""))
    assert Response.objects.get(case=case).plain()["values"]["hours"] == "0"
    assert "output" not in Response.objects.get(case=case).plain()["values"]


def test_save_normalises_width_and_blanks_and_keeps_a_wrong_value(case, enumerator):
    put(case, enumerator, set_cell("hours", " １２ｘ "))
    assert Response.objects.get(case=case).plain()["values"]["hours"] == "12x"
    failure = EditFailure.objects.get(case=case, kind="type")
    assert failure.cells == ["hours"]


def test_a_collected_value_stands_beside_the_one_carried_forward(case, enumerator):
    response = Response.objects.get(case=case)
    before = response.cells["unit_name"][Provenance.CARRIED_FORWARD]["v"]
    assert response.plain()["values"]["unit_name"] == before == case.unit.name
    put(case, enumerator, set_cell("unit_name", "新名称"))
    cell = Response.objects.get(case=case).cells["unit_name"]
    assert cell[Provenance.CARRIED_FORWARD]["v"] == before
    assert cell[Provenance.COLLECTED]["v"] == "新名称"
    assert Response.objects.get(case=case).plain()["values"]["unit_name"] == "新名称"


def test_clearing_a_value_carried_forward_leaves_it_blank(case, enumerator):
    put(case, enumerator, set_cell("unit_name", ""))
    assert "unit_name" not in Response.objects.get(case=case).plain()["values"]


def test_confirming_a_value_carried_forward_collects_it(case, enumerator):
    put(case, enumerator, set_cell("unit_name", case.unit.name))
    assert Provenance.COLLECTED in Response.objects.get(case=case).cells["unit_name"]


def test_the_same_save_again_is_answered_again_and_stored_once(case, enumerator):
    save_id = uuid.uuid4()
    first = put(case, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)
    again = put(case, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)
    assert (first.version, again.version) == (1, 1)
    assert again.cells == first.cells
    assert {f.pk for f in again.failures} == {f.pk for f in first.failures}
    assert ResponseRevision.objects.count() == 1


def test_the_same_save_again_after_others_saved_brings_their_changes(case, enumerator):
    save_id = uuid.uuid4()
    put(case, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)
    put(case, enumerator, set_cell("note", "x"), base=1)
    again = put(case, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)
    assert (again.version, again.cells) == (2, {"note": "x"})


def test_the_same_save_again_after_submission_is_still_answered(enumerator):
    case = make_case(enumerator)
    save_id = uuid.uuid4()
    put(case, enumerator, set_cell("note", "x"), base=0, save_id=save_id)
    fill(case, enumerator)
    case_submit(case_id=case.pk, actor=enumerator)
    assert put(case, enumerator, set_cell("note", "x"), base=0, save_id=save_id).version == 2


def test_the_same_save_id_with_other_content_is_refused(case, enumerator):
    save_id = uuid.uuid4()
    put(case, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)
    refused("save_id_reused", case, enumerator, set_cell("hours", "2"), base=0, save_id=save_id)


def test_the_same_save_id_on_another_case_is_refused(case, enumerator):
    save_id = uuid.uuid4()
    put(case, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)
    other = make_case(enumerator)
    refused("save_id_reused", other, enumerator, set_cell("hours", "1"), base=0, save_id=save_id)


def test_a_stale_save_of_other_cells_is_merged(case, enumerator):
    put(case, enumerator, set_cell("hours", "1"), base=0)
    result = put(case, enumerator, set_cell("note", "x"), base=0)
    assert result.cells == {"hours": "1"}
    assert Response.objects.get(case=case).plain()["values"]["note"] == "x"


def test_a_stale_save_of_the_same_cell_is_a_conflict_that_shows_both(case, enumerator):
    put(case, enumerator, set_cell("hours", "1"), base=0)
    refusal = refused(
        "save_conflict", case, enumerator, set_cell("note", "x"), set_cell("hours", "2"), base=0
    )
    assert refusal.status == 409
    (conflict,) = refusal.details["conflicts"]
    assert (conflict["cell"], conflict["yours"], conflict["theirs"], conflict["by"]) == (
        "hours",
        "2",
        "1",
        "陈普查",
    )


def test_a_stale_save_of_the_same_cell_with_the_same_value_is_no_conflict(case, enumerator):
    put(case, enumerator, set_cell("hours", "1"), base=0)
    assert put(case, enumerator, set_cell("hours", "1"), base=0).version == 2


def test_a_base_version_nobody_has_given_out_is_refused(case, enumerator):
    refused("unknown_base_version", case, enumerator, set_cell("hours", "1"), base=7)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (set_cell("nothing", "1"), "unknown_cell"),
        (set_cell("fuel", "1"), "unknown_cell"),
        (set_cell("kilns/aaaaaaaa/hours", "1"), "unknown_cell"),
        (set_cell("kilns/aaaaaaaa/fuel", "1"), "unknown_row"),
        (set_cell("a/b", "1"), "unknown_cell"),
        (set_cell("hours", "a\x00b"), "control_character"),
        (set_cell("hours", "a\x1bb"), "control_character"),
        (set_cell("hours", "\ud800"), "control_character"),
        (set_cell("note", "长" * 2001), "value_too_long"),
        (set_cell("note", "\ufdfa" * 400), "value_too_long"),
        (set_cell("hours", 5), "invalid_value"),
        (set_cell("hours", None), "invalid_value"),
        (set_cell("", "1"), "invalid_change"),
        (set_cell(5, "1"), "invalid_change"),
        ({"op": "set", "cell": "hours"}, "unknown_field"),
        ({"op": "set", "cell": "hours", "value": "1", "by": 5}, "unknown_field"),
        ({"op": "drop", "cell": "hours"}, "unknown_op"),
        ({}, "unknown_op"),
        ("set", "unknown_op"),
        (add_row("ovens", "aaaaaaaa"), "unknown_group"),
        (add_row("kilns", "AAAAAAAA"), "invalid_row_id"),
        (add_row("kilns", "aaa"), "invalid_row_id"),
        (remove_row("kilns", "aaaaaaaa"), "unknown_row"),
        (remove_row("ovens", "aaaaaaaa"), "unknown_group"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_words(change, code, case, enumerator):
    refusal = refused(code, case, enumerator, set_cell("note", "ok"), change)
    assert refusal.status == 400
    assert refusal.message


def test_an_empty_and_an_endless_save_are_refused(case, enumerator):
    refused("no_changes", case, enumerator)
    refused("too_many_changes", case, enumerator, *[set_cell("note", "x")] * 5001)


def test_rows_are_added_in_place_filled_and_removed(case, enumerator):
    put(case, enumerator, add_row("kilns", "aaaaaaaa"), add_row("kilns", "cccccccc"))
    put(case, enumerator, add_row("kilns", "bbbbbbbb", after="aaaaaaaa"))
    put(case, enumerator, set_cell("kilns/bbbbbbbb/fuel", "2.5"))
    response = Response.objects.get(case=case)
    assert response.rows == {"kilns": ["aaaaaaaa", "bbbbbbbb", "cccccccc"]}
    assert response.plain()["values"]["kilns/bbbbbbbb/fuel"] == "2.5"
    put(case, enumerator, remove_row("kilns", "bbbbbbbb"))
    response.refresh_from_db()
    assert response.rows == {"kilns": ["aaaaaaaa", "cccccccc"]}
    assert "kilns/bbbbbbbb/fuel" not in response.cells
    patch = ResponseRevision.objects.get(number=response.version).patch
    assert patch[0]["cells"] == {"kilns/bbbbbbbb/fuel": "2.5"}


def test_a_row_added_twice_is_there_once_and_a_full_group_is_refused(case, enumerator):
    put(case, enumerator, *[add_row("kilns", row * 8) for row in "aabc"])
    assert Response.objects.get(case=case).rows["kilns"] == ["a" * 8, "b" * 8, "c" * 8]
    refused("group_full", case, enumerator, add_row("kilns", "dddddddd"))


def test_a_cell_in_a_row_that_another_removed_is_a_conflict(case, enumerator):
    put(case, enumerator, add_row("kilns", "aaaaaaaa"))
    put(case, enumerator, remove_row("kilns", "aaaaaaaa"))
    refusal = refused(
        "save_conflict", case, enumerator, set_cell("kilns/aaaaaaaa/fuel", "1"), base=1
    )
    assert refusal.details["conflicts"][0]["theirs"] is None


def test_a_row_in_which_another_has_written_is_not_removed_unseen(case, enumerator):
    put(case, enumerator, add_row("kilns", "aaaaaaaa"))
    put(case, enumerator, set_cell("kilns/aaaaaaaa/fuel", "1"))
    refusal = refused("save_conflict", case, enumerator, remove_row("kilns", "aaaaaaaa"), base=1)
    assert refusal.details["conflicts"][0]["yours"] is None


def test_a_row_removed_by_both_is_removed_once(case, enumerator):
    put(case, enumerator, add_row("kilns", "aaaaaaaa"))
    put(case, enumerator, remove_row("kilns", "aaaaaaaa"))
    assert put(case, enumerator, remove_row("kilns", "aaaaaaaa"), base=1).version == 3


def test_a_case_under_review_takes_no_saves(enumerator):
    case = make_submitted(enumerator)
    refused("case_locked", case, enumerator, set_cell("hours", "1"))


def test_a_returned_case_takes_saves(enumerator, supervisor):
    case = make_submitted(enumerator)
    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=supervisor)
    assert save(case, enumerator, hours="4700").version == 2


@pytest.mark.parametrize("role", ["supervisor", "county_reviewer", "neighbour", "auditor"])
def test_those_who_do_not_fill_cannot_save(role, case, request):
    actor = request.getfixturevalue(role)
    refused("not_allowed", case, actor, set_cell("hours", "1"))


def test_save_of_nothing_is_missing(enumerator):
    with pytest.raises(Missing):
        response_save(
            case_id=0,
            actor=enumerator,
            save_id=uuid.uuid4(),
            base_version=0,
            changes=[set_cell("hours", "1")],
        )


def test_a_save_costs_few_queries(case, enumerator):
    save(case, enumerator, hours="4800", has_water="1")
    enumerator.has_perm("submissions.response_save", case)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        save(case, enumerator, base=1, hours="4700")
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 8, "\n".join(statements)


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("model", ["responserevision", "submission"])
def test_the_database_refuses_to_change_what_is_append_only(model, verb, enumerator):
    make_submitted(enumerator)
    sql = {
        "update": f"UPDATE submissions_{model} SET number = 9",
        "delete": f"DELETE FROM submissions_{model}",
    }[verb]
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_history_of_a_cell_tells_who_changed_it_from_what_to_what(case, enumerator):
    put(case, enumerator, add_row("kilns", "aaaaaaaa"), set_cell("kilns/aaaaaaaa/fuel", "1"))
    put(case, enumerator, set_cell("kilns/aaaaaaaa/fuel", "2"))
    put(case, enumerator, remove_row("kilns", "aaaaaaaa"))
    changes = response_changes(case=case, cell="kilns/aaaaaaaa/fuel")
    assert [(c.version, c.before, c.after) for c in changes] == [
        (1, "", "1"),
        (2, "1", "2"),
        (3, "2", ""),
    ]
    assert {c.actor_name for c in changes} == {"陈普查"}
