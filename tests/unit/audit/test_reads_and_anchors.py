"""Sealing reads, anchoring days, and verifying in several processes."""

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import sm2
from accounts.anchoring import AnchorKeyUnreadable, anchor_key, anchor_signature_fits, days_anchor
from accounts.tasks import days_anchor_run
from audit.enums import AuditAction, ReadWay
from audit.models import AuditAnchor, AuditEvent, AuditSeal, ReadEvent
from audit.services import (
    FormRead,
    audit_record,
    audit_seal_all,
    audit_verify,
    reads_record,
    reads_seal_all,
    sealing,
    verifying,
)
from audit.services.anchoring import anchors_make

FORM = FormRead(1, "G1", 1, "A1", "330106109000")


class Person:
    pk = 7

    def __str__(self) -> str:
        return "某人"


@pytest.fixture
def quiet(monkeypatch):
    asked = sealing.this_cluster
    monkeypatch.setattr(sealing, "this_cluster", lambda: (asked()[0], 2**62))


def read(times: int = 1) -> None:
    for _again in range(times):
        reads_record(actor=Person(), reads=[FORM], way=ReadWay.PRINT)


@pytest.mark.django_db
def test_reads_are_sealed_in_blocks_that_follow_each_other(quiet, monkeypatch):
    monkeypatch.setattr(sealing, "READ_BLOCK_SIZE", 2)
    read(3)
    assert reads_seal_all() == 3
    read()
    assert reads_seal_all() == 1
    assert reads_seal_all() == 0
    audit_seal_all()
    result = audit_verify()
    assert (result.faults, result.reads) == ([], 4)
    events = AuditEvent.objects.filter(action=AuditAction.READS_SEALED).order_by("pk")
    assert [event.detail["count"] for event in events] == [2, 1, 1]


@pytest.mark.django_db
def test_a_confidential_unit_is_logged_each_time():
    for _again in range(3):
        reads_record(actor=Person(), reads=[FORM], way=ReadWay.PAGE, singly=lambda units: units)
    assert ReadEvent.objects.count() == 3


@pytest.mark.django_db
def test_reads_of_a_restored_dump_come_first_and_the_chain_goes_on(quiet, monkeypatch):
    here = sealing.this_cluster
    read()
    ReadEvent.objects.bulk_create(
        ReadEvent(
            cluster=42, transaction_number=10**12 + number, actor_id=1, actor_name="x", unit_id=1,
            unit_code="G1", case_id=1, form_code="A1", division_code="330106109000", way="page",
        )
        for number in range(2)
    )  # fmt: skip
    monkeypatch.setattr(sealing, "this_cluster", lambda: (42, 10**12 + 1))
    assert reads_seal_all() == 1
    monkeypatch.setattr(sealing, "this_cluster", here)
    assert reads_seal_all() == 2
    audit_seal_all()
    result = audit_verify()
    assert (result.faults, result.reads) == ([], 3)


@pytest.mark.django_db
def test_every_finished_day_gets_its_anchor_and_each_follows_the_last(quiet, settings, tmp_path):
    settings.ANCHOR_KEY_FILE = str(tmp_path / "keys" / "anchor.key")
    call_command("anchor_key_make", settings.ANCHOR_KEY_FILE, stdout=(out := StringIO()))
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("anchor_key_make", settings.ANCHOR_KEY_FILE)
    assert (tmp_path / "keys" / "anchor.key").stat().st_mode & 0o077 == 0
    audit_record(action=AuditAction.SIGNED_IN, actor=None)
    audit_seal_all()
    assert days_anchor() == 0  # the day has not ended
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert days_anchor() == 1
        assert days_anchor_run() == 0
        audit_seal_all()
        later = timezone.localdate() + dt.timedelta(days=1)
    first = AuditAnchor.objects.get()
    assert first.fingerprint in out.getvalue()
    assert anchor_signature_fits(
        bytes.fromhex(first.public_key), first.content_bytes(), bytes.fromhex(first.signature)
    )
    assert anchors_make(today=later) == []  # the seals of one day make one anchor
    assert str(first) == f"{first.day} #1"
    assert audit_verify(judge=anchor_signature_fits).faults == []
    assert audit_verify(published={first.day: "0" * 64}).faults == [
        f"anchor of {first.day} is not the one that was published"
    ]


@pytest.mark.django_db
def test_a_key_from_before_is_known_by_its_fingerprint(settings, tmp_path):
    secret = sm2.secret_make()
    public = sm2.public_of(secret)
    signature = sm2.sign(secret, public, b"x")
    settings.ANCHOR_KEY_FILE, settings.ANCHOR_FINGERPRINTS = "", []
    assert anchor_signature_fits(public, b"x", signature)  # nothing is known: the fit alone
    assert not anchor_signature_fits(public, b"y", signature)
    settings.ANCHOR_FINGERPRINTS = ["0" * 64]
    assert not anchor_signature_fits(public, b"x", signature)
    settings.ANCHOR_KEY_FILE = str(tmp_path / "none.key")
    with pytest.raises(AnchorKeyUnreadable):
        anchor_key()


@pytest.mark.django_db(transaction=True)
def test_several_processes_find_what_one_finds(quiet, monkeypatch):
    monkeypatch.setattr(sealing, "BLOCK_SIZE", 2)
    monkeypatch.setattr(verifying, "SPAN", 1)
    for _number in range(6):
        audit_record(action=AuditAction.SIGNED_IN, actor=None)
    audit_seal_all()
    alone, shared = audit_verify(), audit_verify(processes=2)
    assert (alone.faults, alone.sealed) == (shared.faults, shared.sealed) == ([], 6)
    last = AuditSeal.objects.latest("number")
    assert audit_verify(since_seal=2, since_hash=AuditSeal.objects.get(number=2).seal).is_intact
    assert audit_verify(since_seal=last.number, since_hash="0" * 64).faults
