"""Scores from known facts, packs that do not move, and decisions from above."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import sm2
from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.services.signing_keys import signing_key_make
from audit.hashing import canonical_json, content_hash
from audit.selectors import events_for
from registry.enums import BlockStage, EntrySide, EntryVerdict
from registry.models import BlockEntry, CoverageBlock, CoverageRound, EnumerationArea
from review.acceptance.measures import WHOLE, Question, intact_of, measures_of
from review.acceptance.scoring import Measure
from review.acceptance.selectors import scores_below
from review.acceptance.services import (
    DutyDocument,
    Verdict,
    acceptance_decide,
    acceptance_freeze,
    duty_record,
    pack_content,
    signed_content,
)
from review.models import QualityCheck, QualitySample
from submissions.models import Case, Response
from tests.factories.case import make_case, make_plain_unit, make_submitted
from tests.factories.decision import approve_by, return_by
from tests.factories.quality import quality_things
from tests.factories.submission import submit_again
from tests.factories.unit import unit_make
from tests.people import CITY, COUNTY, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 scan"


@pytest.fixture
def city_office(divisions):
    return account("city_office", Role.OFFICE, division=divisions[CITY], full_name="市普查办")


def county_question(case: Case, divisions) -> Question:
    return Question(case.exercise, divisions[COUNTY], 9)


def plain(by):
    return {place: (one.part, one.whole) for place, one in by.items()}


def test_every_measure_counts_what_happened(cast, divisions):
    approved = make_submitted(cast.enumerator)
    approve_by(approved, cast.supervisor, cast.county_reviewer)
    returned = make_submitted(cast.enumerator)
    approve_by(returned, cast.supervisor, cast.county_reviewer)
    return_by(returned, cast.city_reviewer)
    case = make_case(cast.enumerator)
    unit_make(status="operating", division_code=OTHER_TOWN)
    exercise = case.exercise
    exercise.due_on = timezone.localdate()
    exercise.save()
    late = submit_again(returned, cast.enumerator, hours="4000")
    del late
    Case.objects.filter(pk=case.pk).update(due_on=timezone.localdate() - dt.timedelta(days=1))

    found = measures_of(county_question(case, divisions))

    forms = Case.objects.owed().count()
    town, other = TOWN[:9], OTHER_TOWN[:9]
    assert plain(found["filled"])[WHOLE] == (2, forms)
    assert plain(found["filled"])[town] == (2, forms)
    assert plain(found["approved"])[WHOLE] == (1, forms)
    assert plain(found["assigned"])[WHOLE] == (3, 4)
    assert plain(found["assigned"])[other] == (0, 1)
    assert plain(found["on_time"])[WHOLE] == (2, 2)
    assert plain(found["faulty"])[WHOLE] == (0, 2)
    # one decision of the city, a return
    assert plain(found["returned"])[WHOLE] == (1, 1)
    assert found["signed"][WHOLE].value is None
    assert found["duties"][WHOLE] == Measure(0, 4)
    assert found["looked_into"][WHOLE].value is None


def test_the_rates_of_quality_blocks_are_those_of_the_division(cast, divisions):
    case = make_submitted(cast.enumerator)
    area = EnumerationArea.objects.create(code=f"{TOWN}01", division_code=TOWN, name="一区")
    block = CoverageBlock.objects.create(
        round=CoverageRound.objects.create(
            division_code=COUNTY,
            seed="1",
            blocks_wanted=1,
            frame=[area.code],
            frame_digest="0" * 64,
            drawn_by=cast.office,
        ),
        area=area,
        division_code=TOWN,
        stage=BlockStage.CLOSED,
        checker=cast.office,
        listed_at=timezone.now(),
        closed_at=timezone.now(),
        closed_by=cast.office,
    )
    for name, verdict in (("甲", EntryVerdict.MATCHED), ("乙", EntryVerdict.MISSING)):
        BlockEntry.objects.create(
            block=block, side=EntrySide.GROUND, name=name, verdict=verdict, entered_by=cast.office
        )
    found = measures_of(county_question(case, divisions))
    assert plain(found["missing_units"]) == {WHOLE: (1, 2), TOWN[:9]: (1, 2)}


def test_errors_are_those_of_closed_checks_of_closed_samples(cast, divisions):
    case = make_submitted(cast.enumerator)
    signer = signing_key_make(actor=cast.office, passphrase="一段很长的签名口令")
    things = quality_things(case, cast.office, signer.key)
    question = county_question(case, divisions)
    now = timezone.now()
    QualityCheck.objects.update(
        stage="closed",
        checker=cast.county_reviewer,
        opened_at=now,
        answered_at=now,
        document={},
        key_errors=1,
        key_checked=40,
        other_errors=3,
        other_checked=60,
        is_nonconforming=False,
        closed_at=now,
        closed_by=cast.office,
    )
    assert measures_of(question)["key_errors"][WHOLE].value is None
    QualitySample.objects.filter(pk=things["quality_sample"].pk).update(
        stage="closed", closed_at=now, closed_by=cast.office
    )
    found = measures_of(question)
    assert plain(found["key_errors"]) == {WHOLE: (1, 40), TOWN[:9]: (1, 40)}
    assert plain(found["other_errors"])[WHOLE] == (3, 60)


def test_a_broken_chain_is_seen_in_the_sample(cast, divisions):
    case = make_submitted(cast.enumerator)
    question = county_question(case, divisions)
    assert intact_of(question) == Measure(1, 1)
    cells = Response.objects.get(case=case).cells
    cells["hours"]["collected"]["v"] = "1"
    Response.objects.filter(case=case).update(cells=cells)
    assert intact_of(question) == Measure(0, 1)


def test_the_page_of_a_city_scores_its_counties_apart(cast, divisions, city_office):
    case = make_submitted(cast.enumerator)
    make_case(cast.enumerator, unit=make_plain_unit(cast.enumerator, division_code=NEIGHBOUR_TOWN))
    _own, below = scores_below(actor=city_office, division=divisions[CITY], exercise=case.exercise)
    filled = {
        one.division.code: next(
            line.measure for line in one.score.lines if line.criterion.id == "filled"
        )
        for one in below
    }
    assert filled[COUNTY].part == 1
    assert filled["330110000000"].part == 0


def test_a_frozen_pack_does_not_move_when_facts_do(cast, divisions):
    case = make_submitted(cast.enumerator)
    pack = acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)
    kept = pack.score
    approve_by(case, cast.supervisor, cast.county_reviewer)
    later = acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)
    pack.refresh_from_db()
    assert pack.score == kept
    assert later.score != kept
    assert pack.digest == content_hash(pack_content(pack)) != later.digest
    assert float(later.score["total"]) > float(pack.score["total"])
    with pytest.raises(DatabaseError), transaction.atomic():
        type(pack).objects.update(score={})
    assert events_for(pack).get().detail["hash"] == pack.digest


def later_day() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=30)


def test_the_level_above_decides_once_and_signs_with_its_open_key(cast, divisions, city_office):
    case = make_submitted(cast.enumerator)
    pack = acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)
    signer = signing_key_make(actor=city_office, passphrase="一段很长的签名口令")
    verdict = Verdict("fail", "填报不齐", later_day())
    decision = acceptance_decide(actor=city_office, pack_id=pack.pk, verdict=verdict, signer=signer)
    message = canonical_json(signed_content(decision, fingerprint=signer.key.fingerprint))
    assert sm2.verify(bytes(signer.key.public_key), message, bytes(decision.signature))
    with pytest.raises(Conflict) as refused:
        acceptance_decide(actor=city_office, pack_id=pack.pk, verdict=verdict)
    assert refused.value.code == "decided"
    with pytest.raises(DatabaseError), transaction.atomic():
        decision.delete()


def test_who_may_freeze_and_who_decides(cast, divisions, city_office):
    case = make_submitted(cast.enumerator)
    for person in (cast.county_reviewer, cast.auditor, cast.neighbour):
        with pytest.raises(NotAllowed):
            acceptance_freeze(actor=person, division=divisions[COUNTY], exercise=case.exercise)
    pack = acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)
    verdict = Verdict("fail", "填报不齐", later_day())
    for person in (cast.office, cast.city_reviewer, cast.auditor):
        with pytest.raises(NotAllowed):
            acceptance_decide(actor=person, pack_id=pack.pk, verdict=verdict)
    own = acceptance_freeze(actor=city_office, division=divisions[COUNTY], exercise=case.exercise)
    with pytest.raises(NotAllowed) as refused:
        acceptance_decide(actor=city_office, pack_id=own.pk, verdict=verdict)
    assert refused.value.code == "own_pack"
    whole = acceptance_freeze(
        actor=cast.national_office, division=divisions["000000000000"], exercise=case.exercise
    )
    with pytest.raises(NotAllowed):
        acceptance_decide(actor=cast.national_office, pack_id=whole.pk, verdict=verdict)


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict("", "理由"), "verdict_required"),
        (Verdict("pass", "很好"), "vetoed"),
        (Verdict("fail", " ", dt.date(2999, 1, 1)), "text_required"),
        (Verdict("rectify", "不齐"), "day_required"),
        (Verdict("fail", "不齐", dt.date(2018, 1, 1)), "day_past"),
    ],
)
def test_a_decision_that_does_not_hold_together_is_refused(
    cast, divisions, city_office, verdict, code
):
    case = make_submitted(cast.enumerator)
    make_case(cast.enumerator)  # half of the forms is not filled: vetoed
    pack = acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)
    with pytest.raises(Invalid) as refused:
        acceptance_decide(actor=city_office, pack_id=pack.pk, verdict=verdict)
    assert refused.value.code == code


def test_an_exercise_that_asks_for_signatures_refuses_an_unsigned_decision(
    cast, divisions, city_office
):
    case = make_submitted(cast.enumerator)
    case.exercise.requires_signature = True
    case.exercise.save()
    pack = acceptance_freeze(actor=cast.office, division=divisions[COUNTY], exercise=case.exercise)
    with pytest.raises(Conflict) as refused:
        acceptance_decide(
            actor=city_office, pack_id=pack.pk, verdict=Verdict("fail", "不齐", later_day())
        )
    assert refused.value.code == "signature_required"


def test_the_duty_register_counts_kinds_with_a_document(cast, divisions):
    case = make_submitted(cast.enumerator)

    def record(
        kind: str, content: bytes = PDF, title: str = "成立领导小组的通知", actor=cast.office
    ):
        return duty_record(
            actor=actor,
            division_code=COUNTY,
            exercise=case.exercise,
            document=DutyDocument(kind, title, "通知.pdf", content),
        )

    record("institution")
    record("institution")
    record("staff")
    found = measures_of(county_question(case, divisions))["duties"]
    assert found[WHOLE] == Measure(2, 4)
    for wrong, code in (
        ({"kind": "x"}, "kind_required"),
        ({"kind": "staff", "title": " "}, "text_required"),
        ({"kind": "staff", "content": b""}, "file_required"),
        ({"kind": "staff", "content": b"MZ program"}, "file_type"),
    ):
        with pytest.raises(Invalid) as refused:
            record(**wrong)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        record("task", actor=cast.county_reviewer)
