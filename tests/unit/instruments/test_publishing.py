"""Publishing: checked, hashed, immutable, idempotent."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from accounts.exceptions import Invalid, NotAllowed
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.models import AuditEvent
from instruments.definition_files import definition_paths
from instruments.models import CodeListVersion, Instrument, InstrumentVersion
from instruments.models.published import ImmutableVersion
from instruments.selectors import codelist, version_current, version_numbered, versions_of
from instruments.services import codelist_publish, instrument_publish
from tests.factories.instrument import CORPUS, codelist_make, definition_make, set_publish

pytestmark = pytest.mark.django_db


def test_publishing_a_definition_makes_a_hashed_version_and_an_audit_event(national_office):
    set_publish()
    definition = definition_make()

    published = instrument_publish(actor=national_office, definition=definition)

    version = version_current("T101")
    assert published.is_new
    assert published.version == version
    assert version.number == 1
    assert version.content_hash == content_hash(definition)
    assert version.published_by == national_office
    event = AuditEvent.objects.get(action=AuditAction.INSTRUMENT_PUBLISHED)
    assert event.actor_id == national_office.pk
    assert event.detail["hash"] == version.content_hash


def test_publishing_the_same_content_again_changes_nothing():
    first = set_publish(definition_make()).instruments[0]

    again = set_publish(definition_make()).instruments[0]

    assert not again.is_new
    assert again.version == first.version
    assert InstrumentVersion.objects.count() == 1
    assert CodeListVersion.objects.count() == 1


def test_changed_content_becomes_the_next_version_and_the_old_one_stays():
    old = set_publish(definition_make()).instruments[0].version
    changed = definition_make(title={"zh": "新标题", "en": "New title"})

    new = instrument_publish(actor=None, definition=changed).version

    assert new.number == 2
    assert version_current("T101") == new
    assert version_numbered("T101", "1") == old
    assert versions_of("T101") == [2, 1]
    assert Instrument.objects.get(code="T101").title == "新标题"


@pytest.mark.parametrize("number", ["9", "x", "²", "99999999999999"])
def test_a_version_that_was_never_published_is_not_found(number):
    set_publish(definition_make())

    with pytest.raises(InstrumentVersion.DoesNotExist):
        version_numbered("T101", number)


def test_an_unsound_definition_is_refused_with_every_fault():
    unsound = definition_make(owed_when="register.kind =")
    unsound["rules"][0]["items"] = ["nothing"]
    set_publish()

    with pytest.raises(Invalid) as refused:
        instrument_publish(actor=None, definition=unsound)

    assert refused.value.code == "definition_invalid"
    assert "nothing" in refused.value.details["faults"][0]
    assert not Instrument.objects.filter(code="T101").exists()


def test_a_set_is_published_as_a_whole_or_not_at_all():
    unsound = definition_make("T102")
    unsound["sections"][0]["items"][3]["codelist"] = "MISSING"

    with pytest.raises(Invalid):
        set_publish(definition_make("T101"), unsound)

    assert not InstrumentVersion.objects.exists()
    assert not CodeListVersion.objects.exists()


def test_a_definition_without_a_code_is_refused():
    with pytest.raises(Invalid):
        instrument_publish(actor=None, definition={"title": "x"})


def test_publishing_needs_the_permission_of_the_nation(office, national_office):
    with pytest.raises(NotAllowed):
        instrument_publish(actor=office, definition=definition_make())
    with pytest.raises(NotAllowed):
        codelist_publish(actor=office, codelist=codelist_make())

    assert codelist_publish(actor=national_office, codelist=codelist_make()).is_new


def test_code_list_versions_follow_each_other():
    codelist_publish(actor=None, codelist=codelist_make())
    codelist_publish(actor=None, codelist=codelist_make(title="新名称"))

    newest = codelist_publish(
        actor=None, codelist=codelist_make(codes=("1100",), title="新名称")
    ).version

    assert newest.number == 2
    values = codelist("WW_METHOD")
    assert (values.title, list(values), len(values)) == ("新名称", ["1100"], 1)
    assert "1100" in values
    assert "1200" not in values


def test_a_published_version_refuses_to_be_saved_again():
    version = set_publish(definition_make()).instruments[0].version
    version.definition = {}

    with pytest.raises(ImmutableVersion):
        version.save()
    codelist_version = CodeListVersion.objects.get()
    with pytest.raises(ImmutableVersion):
        codelist_version.save()


@pytest.mark.parametrize("model", [InstrumentVersion, CodeListVersion])
def test_the_database_refuses_update_and_delete_of_published_versions(model):
    set_publish(definition_make())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(number=7)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all().delete()


def test_command_publishes_the_repository_and_prints_counts():
    out = StringIO()

    call_command("instruments_publish", stdout=out)
    call_command("instruments_publish", stdout=out)

    first, lists, second, _lists = out.getvalue().splitlines()
    forms = len(definition_paths())
    assert first.startswith(f"instruments: {forms} ({forms} new, 0 unchanged)")
    assert "new" in lists
    assert second.startswith(f"instruments: {forms} (0 new, {forms} unchanged)")
    assert InstrumentVersion.objects.count() == forms


def test_command_publishes_in_the_name_of_a_person(national_office, monkeypatch):
    monkeypatch.setattr(
        "instruments.management.commands.instruments_publish.definition_paths", list
    )

    call_command("instruments_publish", user="national_office", stdout=StringIO())

    assert CodeListVersion.objects.first().published_by == national_office


def test_command_says_when_there_is_no_such_person():
    with pytest.raises(CommandError, match="no active account"):
        call_command("instruments_publish", user="nobody")


def test_command_prints_the_faults(monkeypatch):
    monkeypatch.setattr(
        "instruments.management.commands.instruments_publish.yaml_read",
        lambda path: {"code": "X"},
    )

    with pytest.raises(CommandError, match="structure"):
        call_command("instruments_publish", stdout=StringIO())


def test_check_command_names_file_place_and_sentence(tmp_path):
    path = tmp_path / "T101.yaml"
    path.write_text("code: T101\n", encoding="utf-8")
    out = StringIO()

    with pytest.raises(CommandError, match="faults in 1 files"):
        call_command("instrument_check", str(path), stdout=out)

    assert "T101.yaml: (top): 'title' is a required property [structure]" in out.getvalue()


def test_check_command_reports_a_file_that_cannot_be_read(tmp_path):
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("instrument_check", str(tmp_path / "absent.yaml"), stdout=out)

    assert "[unreadable]" in out.getvalue()


def test_check_command_is_content_with_a_sound_file():
    out = StringIO()

    call_command("instrument_check", str(CORPUS / "valid" / "complete.yaml"), stdout=out)

    assert out.getvalue().strip() == "1 definitions, no faults"
