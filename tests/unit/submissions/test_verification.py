"""`submissions_verify`: whatever is changed behind the services' back is named."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.hashing import content_hash
from submissions.enums import CaseAction
from submissions.models import Response, ResponseRevision, Submission
from submissions.services import case_submit
from submissions.transitions import case_transition
from submissions.verification import answers_verify
from tests.factories.case import fill, make_case, save
from tests.factories.response import add_row, put, remove_row, set_cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator, supervisor):
    """Saved, rows added and removed, submitted, returned, changed, submitted again."""
    case = make_case(enumerator)
    fill(case, enumerator)
    put(case, enumerator, add_row("kilns", "aaaaaaaa"), add_row("kilns", "bbbbbbbb"))
    put(
        case, enumerator, set_cell("kilns/aaaaaaaa/fuel", "2"), set_cell("kilns/bbbbbbbb/fuel", "3")
    )
    put(case, enumerator, remove_row("kilns", "aaaaaaaa"))
    case_submit(case_id=case.pk, actor=enumerator)
    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=supervisor)
    save(case, enumerator, hours="4700", note="复核后更正")
    save(case, enumerator, note="")
    case_submit(case_id=case.pk, actor=enumerator)
    return case


@pytest.fixture
def unguarded(case):
    """The forger is the database's owner: the triggers do not stop them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("submissions_responserevision", "submissions_submission"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def faults():
    return [fault.partition(": ")[2] for fault in answers_verify().faults]


def test_an_honest_store_is_intact(case):
    out = StringIO()
    call_command("submissions_verify", stdout=out)
    assert out.getvalue() == "answers intact: 1 forms, 6 saves, 2 submissions\n"


def test_a_changed_revision_is_found(case, unguarded):
    ResponseRevision.objects.filter(number=2).update(device="other")
    assert "revision 2 was changed" in faults()
    err = StringIO()
    with pytest.raises(CommandError, match="NOT intact"):
        call_command("submissions_verify", stderr=err)
    assert f"case {case.pk}: revision 2 was changed" in err.getvalue()


@pytest.mark.parametrize(("number", "fault"), [(3, "revision 3"), (6, "revisions after 5")])
def test_a_removed_revision_is_found(case, unguarded, number, fault):
    ResponseRevision.objects.filter(number=number).delete()
    assert f"{fault} {'is' if number == 3 else 'are'} missing" in faults()


def test_a_working_copy_changed_without_a_save_is_found(case):
    response = Response.objects.get(case=case)
    response.cells["hours"]["collected"]["v"] = "1"
    response.cells["kilns/bbbbbbbb/fuel"].pop("collected")
    response.save()
    assert faults() == [
        "the value at hours is not the one that was saved",
        "the value at kilns/bbbbbbbb/fuel is not the one that was saved",
    ]


def test_a_changed_submission_is_found(case, unguarded):
    document = Submission.objects.get(number=1).document
    document["values"]["hours"] = "1"
    Submission.objects.filter(number=1).update(document=document)
    assert faults() == ["submission 1 was changed"]


def test_a_submission_rewritten_with_its_hash_is_found(case, unguarded):
    """The careful forger: the answers, the hash, but neither the saves nor the log."""
    forged = Submission.objects.get(number=2)
    forged.document["values"]["hours"] = "1"
    Submission.objects.filter(pk=forged.pk).update(
        document=forged.document, hash=content_hash(forged.content())
    )
    assert faults() == [
        "submission 2 holds a value at hours that was not saved",
        "submission 2 is not the one in the audit log",
    ]


def test_a_submission_without_its_revision_is_found(case, unguarded):
    forged = Submission.objects.get(number=2)
    forged.revision_hash = "0" * 64
    Submission.objects.filter(pk=forged.pk).update(
        revision_hash=forged.revision_hash, hash=content_hash(forged.content())
    )
    assert "submission 2 does not follow revision 6" in faults()


def test_removed_submissions_are_found(case, unguarded):
    Submission.objects.filter(number=2).delete()
    assert faults() == ["submission 2 is missing"]
    Submission.objects.all().delete()
    assert faults() == [
        "there is no submission",
        "submission 1 is missing",
        "submission 2 is missing",
    ]
