"""L3: the store is altered behind the portal's back in every way we could think of; all are found.

The forger owns the database: the triggers do not stop them. They do not have the server's secret,
its key file, or the newspaper in which an anchor was printed.
"""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import sm2
from accounts.models import SigningKey
from audit.hashing import canonical_json, content_hash, sm3_hex
from audit.models import AuditAnchor, AuditEvent, AuditSeal
from audit.services import checkpoint_write, sealing
from census_portal.verification import store_verify
from instruments.models import InstrumentVersion
from registry.models import RegisterFreeze
from review.models import DecisionSignature
from review.signing import signed_content
from submissions.models import Case, ResponseRevision, Submission
from tests.factories.store import sealed, store_make

pytestmark = pytest.mark.django_db
SECRET = sm2.secret_make()
FORGERS = sm2.secret_make()


@pytest.fixture
def store(cast, monkeypatch, settings, tmp_path) -> Case:
    """Everything once, sealed."""
    asked = sealing.this_cluster
    monkeypatch.setattr(sealing, "this_cluster", lambda: (asked()[0], 2**62))
    settings.ANCHOR_KEY_FILE = str(tmp_path / "anchor.key")
    (tmp_path / "anchor.key").write_text(SECRET.hex())
    case = store_make(cast, SECRET)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%append_only'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return case


def run(sql: str):
    """A forgery that is one statement."""

    def forge() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return forge


def rechained() -> None:
    """Change an event, and compute every seal anew as the portal would."""
    run("UPDATE audit_auditevent SET actor_name = 'x' WHERE action = 'case.opened'")()
    AuditSeal.objects.all().delete()
    sealing.audit_seal_all()
    assert AuditSeal.objects.exists()


def rechained_with_anchors() -> None:
    """The anchors as well, signed with a key of the forger's own, and the log told of them."""
    AuditAnchor.objects.all().delete()
    run("DELETE FROM audit_auditevent WHERE action = 'day.anchored'")()
    rechained()
    sealed(FORGERS)


def end_cut_off() -> None:
    """The newest seal with its events, and the anchors with theirs."""
    last = AuditSeal.objects.order_by("-number").first()
    AuditAnchor.objects.all().delete()
    run("DELETE FROM audit_auditevent WHERE action IN ('day.anchored', 'reads.sealed')")()
    AuditEvent.objects.filter(
        transaction_number=last.last_transaction, pk__gt=last.last_event_id - 3
    ).delete()
    AuditSeal.objects.all().delete()
    sealed()


def submission_rewritten() -> None:
    """The answers with their hash."""
    one = Submission.objects.order_by("pk").first()
    one.document["values"]["hours"] = "1"
    Submission.objects.filter(pk=one.pk).update(
        document=one.document, hash=content_hash(one.content())
    )


def revisions_rewritten() -> None:
    """A save, and the chain of all saves behind it."""
    previous = ""
    for one in ResponseRevision.objects.filter(response__case__handovers__isnull=False).order_by(
        "number"
    ):
        one.device, one.previous_hash = "forged", previous
        previous = one.content_hash()
        ResponseRevision.objects.filter(pk=one.pk).update(
            device="forged", previous_hash=one.previous_hash, hash=previous
        )
        response = one.response
    type(response).objects.filter(pk=response.pk).update(head_hash=previous)


def signed_by_the_forger() -> None:
    """Another key in the place of the reviewer's, with its fingerprint, and the decision re-signed."""
    public = sm2.public_of(FORGERS)
    SigningKey.objects.update(public_key=public, fingerprint=sm3_hex(public))
    signature = DecisionSignature.objects.select_related("decision__submission").get()
    message = canonical_json(signed_content(signature.decision, fingerprint=sm3_hex(public)))
    DecisionSignature.objects.update(signature=sm2.sign(FORGERS, public, message))


def freeze_rewritten() -> None:
    """The register of a county, and the digests that sealed it."""
    run(
        "UPDATE registry_unitrevision SET data = jsonb_set(data, '{name}', '\"x\"')"
        " WHERE effective_at IS NOT NULL"
    )()
    freeze = RegisterFreeze.objects.get()
    counties = {county: [number, "0" * 64] for county, (number, _d) in freeze.counties.items()}
    RegisterFreeze.objects.update(counties=counties, digest=content_hash(counties))


def version_rewritten() -> None:
    """A form's definition with its hash."""
    version = InstrumentVersion.objects.get(instrument__code="A1")
    version.definition["rules"] = []
    InstrumentVersion.objects.filter(pk=version.pk).update(
        definition=version.definition, content_hash=content_hash(version.definition)
    )


EVENT_COLUMNS = (
    "at, cluster, transaction_number, action, actor_id, actor_name, subject_type, subject_id,"
    " subject_label, division_code, detail"
)
READ_COLUMNS = (
    "at, cluster, transaction_number, actor_id, actor_name, unit_id, unit_code, case_id, form_code,"
    " division_code, way"
)
FIRST = "(SELECT min(id) FROM {})"
# What the forger does → a part of what the command says of it.
FORGERIES = {
    "an event's person": (
        run("UPDATE audit_auditevent SET actor_name = 'x' WHERE action = 'case.opened'"),
        "log: block 1: an event was changed",
    ),
    "an event backdated": (
        run(
            "UPDATE audit_auditevent SET at = at - interval '1 day' WHERE action = 'case.submitted'"
        ),
        "log: block 1: an event was changed",
    ),
    "an event removed": (
        run("DELETE FROM audit_auditevent WHERE action = 'failure.explained'"),
        "log: block 1 holds",
    ),
    "an event slipped in": (
        run(
            f"INSERT INTO audit_auditevent (id, {EVENT_COLUMNS}) SELECT 0, {EVENT_COLUMNS}"
            " FROM audit_auditevent WHERE action = 'case.opened' LIMIT 1"
        ),
        "log: block 1 holds",
    ),
    "two events swapped": (
        run(
            "UPDATE audit_auditevent e SET action = o.action, detail = o.detail FROM audit_auditevent o"
            " WHERE (e.action, o.action) IN (('case.approved', 'case.returned'),"
            " ('case.returned', 'case.approved'))"
        ),
        "log: block 1: an event was changed or reordered",
    ),
    "an event hidden in another cluster": (
        run("UPDATE audit_auditevent SET cluster = 1 WHERE action = 'case.returned'"),
        "log: block 1 holds",
    ),
    "a seal removed": (
        run("DELETE FROM audit_auditseal WHERE number = 1"),
        "log: seal 1 is missing",
    ),
    "a seal swapped": (
        run("UPDATE audit_auditseal SET seal = repeat('a', 64) WHERE number = 1"),
        "log: seal 2 does not follow",
    ),
    "every seal computed anew": (rechained, "is not seal 1 of the log"),
    "seals and anchors anew with another key": (rechained_with_anchors, "is not the portal's"),
    "the end cut off, against a printed anchor": (end_cut_off, "not the one that was published"),
    "an anchor removed": (run("DELETE FROM audit_auditanchor"), "is missing"),
    "an anchor changed": (
        run("UPDATE audit_auditanchor SET event_count = event_count + 1"),
        "was changed",
    ),
    "an anchor's signature taken off": (
        run("UPDATE audit_auditanchor SET public_key = '', signature = ''"),
        "rows: audit.auditanchor",
    ),
    "a read by somebody else": (
        run(
            f"UPDATE audit_readevent SET actor_id = 1 WHERE id = {FIRST.format('audit_readevent')}"
        ),
        "a read was changed",
    ),
    "a read removed": (
        run(f"DELETE FROM audit_readevent WHERE id = {FIRST.format('audit_readevent')}"),
        "3 stored, 4 were sealed",
    ),
    "a read slipped in": (
        run(
            f"INSERT INTO audit_readevent (id, {READ_COLUMNS}) SELECT 0, {READ_COLUMNS}"
            " FROM audit_readevent LIMIT 1"
        ),
        "5 stored, 4 were sealed",
    ),
    "a submission's answers": (
        run(
            "UPDATE submissions_submission SET document ="
            " jsonb_set(document, '{values,hours}', '\"1\"')"
        ),
        "submission 1 was changed",
    ),
    "a submission with its hash": (submission_rewritten, "is not the one in the audit log"),
    "a submission's receipt code": (
        run("UPDATE submissions_submission SET receipt_code = receipt_code || 'X'"),
        "decisions: case",
    ),
    "a save": (
        run("UPDATE submissions_responserevision SET device = 'x' WHERE number = 1"),
        "revision 1 was changed",
    ),
    "a save removed": (
        run("DELETE FROM submissions_responserevision WHERE number = 2"),
        "are missing",
    ),
    "all saves chained anew": (revisions_rewritten, "does not follow revision"),
    "the working copy": (
        run(
            "UPDATE submissions_response SET cells ="
            " jsonb_set(cells, '{hours,collected,v}', '\"1\"') WHERE version = 2"
        ),
        "is not the one that was saved",
    ),
    "a whole form removed": (
        run(
            "DELETE FROM submissions_response WHERE case_id IN"
            " (SELECT case_id FROM submissions_casehandover)"
        ),
        "it was removed",
    ),
    "a status without an act": (
        run("UPDATE submissions_case SET status = 'open' WHERE status = 'returned'"),
        "by the log elsewhere",
    ),
    "a decision's note": (
        run("UPDATE review_reviewdecision SET note = 'x' WHERE decision = 'return'"),
        "rows: review.reviewdecision",
    ),
    "a signed decision's level": (
        run("UPDATE review_reviewdecision SET level = 'county' WHERE decision = 'approve'"),
        "the signature of decision",
    ),
    "a decision's time": (
        run("UPDATE review_reviewdecision SET decided_at = decided_at - interval '1 day'"),
        "rows: review.reviewdecision",
    ),
    "a decision removed": (
        run("DELETE FROM review_reviewdecision WHERE decision = 'return'"),
        "is missing",
    ),
    "a decision slipped in": (
        run(
            "INSERT INTO review_reviewdecision (case_id, division_code, submission_id, level,"
            " decision, reason_codes, note, decided_at, decided_by_id) SELECT case_id, division_code,"
            " submission_id, 'county', decision, reason_codes, note, decided_at, decided_by_id"
            " FROM review_reviewdecision WHERE decision = 'approve'"
        ),
        "was slipped in",
    ),
    "a signature": (
        run("UPDATE review_decisionsignature SET signature = decode(repeat('ab', 64), 'hex')"),
        "the signature of decision",
    ),
    "a signature taken off": (
        run("DELETE FROM review_decisionsignature"),
        "its signature is missing",
    ),
    "a public key": (
        run("UPDATE accounts_signingkey SET public_key = decode(repeat('04', 65), 'hex')"),
        "not the one of its fingerprint",
    ),
    "a key with its fingerprint and signatures": (signed_by_the_forger, "keys: signing key"),
    "an explanation": (
        run("UPDATE submissions_editfailure SET explanation = '另有原因' WHERE explanation <> ''"),
        "explanations: case",
    ),
    "a waiver's reason": (
        run("UPDATE submissions_rulewaiver SET reason = 'x'"),
        "rows: submissions.rulewaiver",
    ),
    "a waiver's decision": (
        run("UPDATE submissions_waiverdecision SET level = 'national'"),
        "rows: submissions.waiverdecision",
    ),
    "a waiver's decision removed": (
        run("DELETE FROM submissions_waiverdecision"),
        "rows: submissions.waiverdecision",
    ),
    "a hand-over": (
        run("UPDATE submissions_casehandover SET note = 'x'"),
        "rows: submissions.casehandover",
    ),
    "a note": (run("UPDATE submissions_note SET text = 'x'"), "rows: submissions.note"),
    "the frozen register": (
        run(
            "UPDATE registry_unitrevision SET data = jsonb_set(data, '{name}', '\"x\"')"
            " WHERE effective_at IS NOT NULL"
        ),
        "330106 differs",
    ),
    "the frozen register with its digests": (freeze_rewritten, "rows: registry.registerfreeze"),
    "a form's definition": (
        run("UPDATE instruments_instrumentversion SET definition = '{}'"),
        "was changed",
    ),
    "a form's definition with its hash": (version_rewritten, "is not the one in the audit log"),
    "a form slipped in": (
        run(
            "INSERT INTO instruments_instrumentversion (instrument_id, number, definition,"
            " content_hash, published_at, division_code) SELECT instrument_id, 9, definition,"
            " content_hash, published_at, '' FROM instruments_instrumentversion LIMIT 1"
        ),
        "was published by nobody",
    ),
}


def test_every_forgery_is_found_and_its_place_is_named(store):
    """Each in a savepoint of its own: the next one finds the store as it was."""
    honest = store_verify()
    assert honest.faults == []
    assert honest.counts["rows"] >= 8
    printed = AuditAnchor.objects.get()
    missed = []
    for name, (forge, told) in FORGERIES.items():
        sid = transaction.savepoint()
        forge()
        published = {printed.day: printed.hash} if "printed" in name else {}
        faults = store_verify(published=published).faults
        if not any(told in fault for fault in faults):
            missed.append(f"{name}: {faults}")
        transaction.savepoint_rollback(sid)
    assert len(FORGERIES) >= 40
    assert not missed, "\n".join(missed)
    assert store_verify(published={printed.day: printed.seal}).is_intact


def test_the_command_names_the_faults_and_goes_on_from_a_checkpoint(store):
    out = StringIO()
    call_command("portal_verify", stdout=out)
    assert "intact (whole store)" in out.getvalue()
    call_command("portal_verify", "--incremental", stdout=(later := StringIO()))
    assert "intact (what is new)" in later.getvalue()
    assert "0 submissions" in later.getvalue()
    printed = AuditAnchor.objects.get()
    call_command("portal_verify", "--anchor", f"{printed.day}={printed.hash}", stdout=StringIO())
    run("UPDATE submissions_note SET text = 'x'")()
    err = StringIO()
    with pytest.raises(CommandError, match="NOT intact: 1 fault"):
        call_command("portal_verify", stdout=StringIO(), stderr=err)
    assert "rows: submissions.note" in err.getvalue()


def test_a_checkpoint_that_the_server_did_not_write_moves_nothing(store):
    """A forger cannot say that more was verified than was: the run is full, and says so."""
    assert store_verify(is_full=False).is_full  # there is none yet
    found = store_verify()
    checkpoint_write(reached={**found.reached, "seal": "a" * 64}, told={})
    run("UPDATE submissions_note SET text = 'x'")()
    faults = store_verify(is_full=False).faults
    assert any("is not the one that was verified before" in fault for fault in faults)
    event = AuditEvent.objects.filter(action="store.verified").get()
    event.detail["reached"] = found.reached
    AuditEvent.objects.filter(pk=event.pk).update(detail=event.detail)
    result = store_verify(is_full=False)
    assert result.is_full
    assert any("was not written by this server" in fault for fault in result.faults)
    assert any("rows: submissions.note" in fault for fault in result.faults)
