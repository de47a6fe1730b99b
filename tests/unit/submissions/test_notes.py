"""Notes beside a cell: threads, names, settling."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from submissions.models import Note, NoteThread
from submissions.services import note_write, thread_resolve
from tests.factories.case import make_case
from tests.factories.response import add_row, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


def write(case, actor, text="水表年中换过，读数分两段相加", **more):
    return note_write(case_id=case.pk, actor=actor, text=text, **more)


def test_note_begins_a_thread_and_the_reviewer_goes_on_with_it(case, enumerator, county_reviewer):
    first = write(case, enumerator, cell="hours")
    second = write(case, county_reviewer, "请附换表记录", thread_id=first.thread_id)
    thread = NoteThread.objects.get()
    assert (thread.cell, thread.opened_by, second.thread) == ("hours", enumerator, thread)
    assert [note.text for note in thread.notes.all()] == [first.text, "请附换表记录"]


def test_note_names_whoever_may_see_the_case(case, enumerator, county_reviewer):
    note = write(case, enumerator, f"@{county_reviewer.username}：请看；邮箱 a@example.cn 不算")
    assert note.mentions == [county_reviewer.pk]
    assert list(NoteThread.objects.naming(county_reviewer.pk)) == [note.thread]


def test_note_naming_a_stranger_is_refused(case, enumerator, neighbour):
    for name in (neighbour.username, "nobody"):
        with pytest.raises(Invalid) as refused:
            write(case, enumerator, f"@{name} 请看")
        assert (refused.value.code, name in refused.value.message) == ("unknown_person", True)
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  \n ", "note_empty"),
        ("长" * 1001, "note_too_long"),
        ("a\x07b", "control_character"),
        (" ".join(f"@u{n}" for n in range(11)), "too_many_mentions"),
    ],
)
def test_note_that_says_nothing_or_too_much_is_refused(text, code, case, enumerator):
    with pytest.raises(Invalid) as refused:
        write(case, enumerator, text)
    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["nothing", "kilns/aaaaaaaa/fuel", "kilns/x/nothing"])
def test_note_at_a_cell_that_is_not_there_is_refused(cell, case, enumerator):
    with pytest.raises(Invalid) as refused:
        write(case, enumerator, cell=cell)
    assert (refused.value.code, refused.value.cell) == ("unknown_cell", cell)


def test_note_at_a_cell_of_a_row(case, enumerator):
    put(case, enumerator, add_row("kilns", "aaaaaaaa"))
    assert write(case, enumerator, cell="kilns/aaaaaaaa/fuel").thread.cell == "kilns/aaaaaaaa/fuel"


def test_thread_is_settled_once_and_a_new_note_opens_it_again(case, enumerator, supervisor):
    thread = write(case, enumerator).thread
    settled = thread_resolve(thread_id=thread.pk, actor=supervisor)
    assert (settled.resolved_by, NoteThread.objects.open().count()) == (supervisor, 0)
    with pytest.raises(Conflict):
        thread_resolve(thread_id=thread.pk, actor=supervisor)
    write(case, enumerator, "又有新情况", thread_id=thread.pk)
    assert NoteThread.objects.open().count() == 1


def test_auditor_reads_and_does_not_write(case, enumerator, auditor):
    thread = write(case, enumerator).thread
    with pytest.raises(NotAllowed):
        write(case, auditor)
    with pytest.raises(NotAllowed):
        thread_resolve(thread_id=thread.pk, actor=auditor)


def test_thread_and_case_that_do_not_exist_are_missing(case, enumerator):
    with pytest.raises(Missing):
        write(case, enumerator, thread_id=0)
    with pytest.raises(Missing):
        thread_resolve(thread_id=0, actor=enumerator)
    with pytest.raises(Missing):
        note_write(case_id=0, actor=enumerator, text="请看")


def test_closed_exercise_takes_no_notes(case, enumerator):
    type(case.exercise).objects.update(status="closed")
    with pytest.raises(Conflict):
        write(case, enumerator)


def test_database_keeps_notes_for_ever(case, enumerator):
    note = write(case, enumerator)
    for sql in ("UPDATE submissions_note SET text = 'x'", "DELETE FROM submissions_note"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Note.objects.get() == note
