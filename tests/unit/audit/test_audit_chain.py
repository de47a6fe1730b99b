"""The hash chain: a changed, removed, added or reordered row is found."""

import time

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.enums import AuditAction
from audit.models import AuditEvent, AuditSeal
from audit.services import audit_record, audit_seal_all, audit_verify, sealing
from audit.triggers import append_only_sql


@pytest.fixture
def quiet_cluster(monkeypatch):
    """As if no transaction of another database ran: other processes of the test run share the
    server, and transaction numbers are the server's. The horizon itself has its own test below.
    """
    asked = sealing.this_cluster
    monkeypatch.setattr(sealing, "this_cluster", lambda: (asked()[0], 2**62))


@pytest.fixture
def sealed(transactional_db, quiet_cluster):
    """Five events in three transactions, sealed in two blocks."""
    with transaction.atomic():
        for number in range(2):
            audit_record(action=AuditAction.SIGNED_IN, actor=None, detail={"n": number})
    audit_seal_all()
    with transaction.atomic():
        for number in range(2, 4):
            audit_record(action=AuditAction.SIGNED_IN, actor=None, detail={"n": number})
    audit_record(action=AuditAction.SIGNED_OUT, actor=None, detail={"n": 4})
    audit_seal_all()
    return list(AuditEvent.objects.order_by("transaction_number", "pk"))


def tamper(sql: str, *params) -> None:
    """What somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_auditseal DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_auditseal ENABLE TRIGGER USER")


def test_an_untouched_log_is_intact(sealed):
    result = audit_verify()
    assert result.is_intact
    assert (result.sealed, result.unsealed, result.seals) == (5, 0, 2)


def test_a_changed_row_is_found(sealed):
    tamper("UPDATE audit_auditevent SET actor_name = '别人' WHERE id = %s", sealed[1].pk)
    assert audit_verify().faults == ["block 1: an event was changed or reordered"]


def test_a_removed_row_is_found(sealed):
    tamper("DELETE FROM audit_auditevent WHERE id = %s", sealed[3].pk)
    assert audit_verify().faults == ["block 2 holds 2 events, 3 were sealed"]


def test_a_row_slipped_in_between_is_found(sealed):
    tamper(
        "INSERT INTO audit_auditevent (at, cluster, transaction_number, action, actor_name, subject_type,"
        " subject_id, subject_label, division_code, detail)"
        " SELECT at, cluster, transaction_number, action, actor_name, subject_type, subject_id,"
        " subject_label, division_code, detail FROM audit_auditevent WHERE id = %s",
        sealed[0].pk,
    )
    assert not audit_verify().is_intact


def test_reordered_rows_are_found(sealed):
    first, second = sealed[0], sealed[1]
    tamper(
        "UPDATE audit_auditevent SET detail = CASE id WHEN %s THEN %s::jsonb ELSE %s::jsonb END"
        " WHERE id IN (%s, %s)",
        first.pk,
        '{"n": 1}',
        '{"n": 0}',
        first.pk,
        second.pk,
    )
    assert audit_verify().faults == ["block 1: an event was changed or reordered"]


def test_a_removed_seal_is_found(sealed):
    tamper("DELETE FROM audit_auditseal WHERE number = 1")
    assert "seal 1 is missing" in audit_verify().faults


def test_resealing_after_a_change_breaks_the_next_block(sealed):
    """Whoever recomputes one seal must recompute every later one, up to a printed anchor."""
    tamper("UPDATE audit_auditevent SET actor_name = '别人' WHERE id = %s", sealed[0].pk)
    tamper("UPDATE audit_auditseal SET seal = repeat('a', 64) WHERE number = 1")
    assert "seal 2 does not follow the seal before it" in audit_verify().faults


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_log(table, sql):
    audit_record(action=AuditAction.SIGNED_IN, actor=None)
    AuditSeal.objects.create(
        number=1,
        cluster=1,
        first_transaction=1,
        last_transaction=1,
        last_event_id=1,
        event_count=1,
        seal="a",
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql.format(table))


@pytest.mark.django_db
def test_the_trigger_refuses_truncate():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE append_only_trial (id int)")
        cursor.execute(append_only_sql("append_only_trial"))
        with pytest.raises(DatabaseError, match="TRUNCATE refused"), transaction.atomic():
            cursor.execute("TRUNCATE append_only_trial")


def test_an_event_of_a_running_transaction_waits_for_its_seal(transactional_db):
    with transaction.atomic():
        audit_record(action=AuditAction.SIGNED_IN, actor=None)
        assert audit_seal_all() == 0
    assert eventually_sealed() == 1


def eventually_sealed(seconds: float = 60) -> int:
    """Seal as soon as the transactions of the run's other processes let it."""
    deadline = time.monotonic() + seconds
    while not (count := audit_seal_all()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return count


def test_the_command_reports_an_intact_log_and_fails_on_a_fault(sealed, capsys):
    call_command("audit_verify")
    assert "intact: 5 sealed events in 2 blocks" in capsys.readouterr().out
    tamper("DELETE FROM audit_auditevent WHERE id = %s", sealed[0].pk)
    with pytest.raises(CommandError, match="NOT intact"):
        call_command("audit_verify")


def test_the_task_seals_and_labels_read_well(transactional_db, quiet_cluster):
    from audit.selectors import events_within, latest_seal
    from audit.tasks import audit_seal

    event = audit_record(action=AuditAction.SIGNED_IN, actor=None, division_code="330106109000")
    assert audit_seal() == 1
    assert str(latest_seal()).startswith("#1 ")
    assert str(event).endswith("account.signed_in")
    event.action = "act.of_another_time"
    assert event.action_label == "act.of_another_time"
    assert list(events_within([""])) == list(events_within(["3301"]))
    assert not events_within(["42"]).exists()


def restored(number: int) -> AuditEvent:
    """An event of a dump from a cluster whose transactions were counted much further."""
    return AuditEvent.objects.create(
        cluster=42,
        transaction_number=10**12 + number,
        action=AuditAction.SIGNED_IN,
        detail={"n": number},
    )


def test_a_restored_dump_goes_on_with_the_same_chain(transactional_db, quiet_cluster, monkeypatch):
    """What the old cluster left unsealed comes first; this cluster's low numbers follow."""
    here = sealing.this_cluster
    restored(1)
    monkeypatch.setattr(sealing, "this_cluster", lambda: (42, sealing.EVERY_TRANSACTION))
    assert audit_seal_all() == 1
    monkeypatch.setattr(sealing, "this_cluster", here)
    late = restored(2)
    audit_record(action=AuditAction.SIGNED_IN, actor=None)
    assert audit_seal_all() == 2
    result = audit_verify()
    assert (result.faults, result.sealed, result.seals, result.unsealed) == ([], 3, 3, 0)
    tamper("UPDATE audit_auditevent SET actor_name = '别人' WHERE id = %s", late.pk)
    assert audit_verify().faults == ["block 2: an event was changed or reordered"]
