"""What a scan reads from the database, and the run that it keeps."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.exceptions import Invalid, NotAllowed
from audit.selectors import events_for
from review.interference.findings import lines_of, open_count, run_before
from review.interference.loading import Scope, number_items, observations_read
from review.interference.models import InterferenceFinding
from review.interference.presenters import FindingView, fact_rows
from review.interference.scanning import interference_scan
from review.interference.services import interference_note_write
from submissions.services import note_write
from tests.factories.case import make_submitted, save
from tests.factories.decision import return_by
from tests.factories.interference import APPROVALS, hasty_reviewer_make
from tests.factories.submission import submit_again
from tests.people import COUNTY, NEIGHBOUR_COUNTY, PROVINCE

pytestmark = pytest.mark.django_db


def scope_of(case, division=COUNTY, as_of=None) -> Scope:
    return Scope(case.exercise, division, as_of or timezone.now())


def test_the_facts_of_one_case_are_read_as_they_happened(cast):
    case = make_submitted(cast.enumerator)
    returned = return_by(case, cast.supervisor, ("hours", "请核实"))
    note_write(case_id=case.pk, actor=cast.supervisor, text="电话里说过")
    save(case, cast.enumerator, hours="4000")
    save(case, cast.enumerator, output="120.50")
    query = case.queries.get()
    from review.services import query_answer

    query_answer(query_id=query.pk, actor=cast.enumerator, text="更正")
    submit_again(case, cast.enumerator)

    observed = observations_read(scope_of(case))

    told = {
        observed.items[item]: (number, digit)
        for item, number, digit in zip(
            observed.values.item, observed.values.number, observed.values.last_digit, strict=True
        )
    }
    assert told == {"A1/hours": (4000.0, 0), "A1/output": (120.5, 5)}
    corrections = observed.corrections
    assert list(zip(corrections.before, corrections.after, strict=True)) == [(4800.0, 4000.0)]
    assert set(corrections.person) == {cast.enumerator.pk}
    # a return, its question and a note, one row for each moment, all before the next submission
    contacts = observed.contacts
    assert set(contacts.person) == {cast.supervisor.pk}
    assert len(contacts.case) == 2
    second = case.submissions.order_by("-number").first()
    assert contacts.until == pytest.approx([second.submitted_at.timestamp()] * 2)
    assert contacts.at[0] == pytest.approx(returned.decided_at.timestamp())
    local = timezone.localtime(second.submitted_at)
    seconds_of_day = local.hour * 3600 + local.minute * 60 + local.second
    assert int(observed.submitted.local[-1] % 86400) == seconds_of_day
    assert observed.size()["submissions"] == 2
    assert observed.county == {case.pk: COUNTY[:6]}


def test_a_scan_of_the_past_and_of_the_next_county_reads_nothing_of_it(cast):
    case = make_submitted(cast.enumerator)
    yesterday = timezone.now() - dt.timedelta(days=1)
    assert observations_read(scope_of(case, as_of=yesterday)).size() == {
        "values": 0,
        "corrections": 0,
        "saves": 0,
        "submissions": 0,
        "contacts": 0,
        "decisions": 0,
    }
    assert observations_read(scope_of(case, NEIGHBOUR_COUNTY)).county == {}


def test_numbers_that_the_portal_fills_in_are_not_looked_at(cast):
    make_submitted(cast.enumerator)
    items = set(number_items())
    assert {"A1/hours", "A1/output", "A1/fuel"} <= items
    assert "A1/unit_name" not in items


def test_a_reviewer_who_cannot_have_looked_is_found_with_the_facts(cast, divisions):
    case = make_submitted(cast.enumerator)
    hasty = hasty_reviewer_make(case, divisions[COUNTY])
    run = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE))
    (finding,) = InterferenceFinding.objects.filter(run=run)
    assert (finding.signal, finding.person, finding.rank) == ("fast_approval", hasty, 1)
    assert finding.figures["events"] == finding.figures["approvals"] == APPROVALS
    assert finding.division_code == COUNTY
    assert finding.adjusted < 0.05
    view = FindingView(finding)
    assert view.subject == hasty.full_name
    assert "25" in view.sentence
    facts = fact_rows(cast.auditor, finding)
    assert facts[0].case == case
    assert "2.0" in facts[0].words
    assert events_for(run).get().detail["hash"] == run.digest


def test_the_same_moment_gives_the_same_digest_and_a_later_one_is_compared(cast, divisions):
    case = make_submitted(cast.enumerator)
    as_of = timezone.now()
    first = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE))
    hasty_reviewer_make(case, divisions[COUNTY])
    later = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE))
    again = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE, as_of=later.as_of))
    assert first.as_of >= as_of
    assert (first.finding_count, later.finding_count) == (0, 1)
    assert again.digest == later.digest != first.digest
    assert run_before(cast.auditor, later) == first
    (line,) = lines_of(cast.auditor, list(later.findings.all()), before=first)
    assert line.is_new
    (line,) = lines_of(cast.auditor, list(again.findings.all()), before=later)
    assert not line.is_new


def test_a_conclusion_stands_for_ever_and_for_later_scans_of_the_same_subject(cast, divisions):
    case = make_submitted(cast.enumerator)
    hasty_reviewer_make(case, divisions[COUNTY])
    finding = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE)).findings.get()
    assert open_count(cast.auditor, divisions[PROVINCE]) == 1
    interference_note_write(
        actor=cast.auditor, finding_id=finding.pk, conclusion="normal", text="先在纸上看过"
    )
    again = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE))
    (line,) = lines_of(cast.auditor, list(again.findings.all()), before=None)
    assert line.note is not None
    assert line.note.text == "先在纸上看过"
    assert open_count(cast.auditor, divisions[PROVINCE]) == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        finding.notes.update(text="改")
    with pytest.raises(DatabaseError), transaction.atomic():
        InterferenceFinding.objects.all().delete()


@pytest.mark.parametrize(
    ("conclusion", "text", "code"),
    [
        ("", "看过", "conclusion_required"),
        ("guilty", "看过", "conclusion_required"),
        ("normal", "  ", "text_required"),
        ("normal", "x" * 2001, "text_too_long"),
        ("normal", "a\x07b", "control_character"),
    ],
)
def test_a_conclusion_without_a_choice_or_words_is_refused(cast, divisions, conclusion, text, code):
    case = make_submitted(cast.enumerator)
    hasty_reviewer_make(case, divisions[COUNTY])
    finding = interference_scan(actor=cast.auditor, scope=scope_of(case, PROVINCE)).findings.get()
    with pytest.raises(Invalid) as refused:
        interference_note_write(
            actor=cast.auditor, finding_id=finding.pk, conclusion=conclusion, text=text
        )
    assert refused.value.code == code


def test_who_may_scan_and_a_moment_to_come(cast):
    case = make_submitted(cast.enumerator)
    for person in (cast.county_reviewer, cast.office, cast.province_reviewer):
        with pytest.raises(NotAllowed):
            interference_scan(actor=person, scope=scope_of(case))
    with pytest.raises(Invalid):
        interference_scan(
            actor=cast.auditor,
            scope=scope_of(case, as_of=timezone.now() + dt.timedelta(hours=1)),
        )
