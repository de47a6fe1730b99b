"""A change of a published form: weighed first, and what was weighed is what publishing does."""

from __future__ import annotations

import pytest

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.models import AuditEvent
from instruments.models import InstrumentVersion
from instruments.selectors import version_current
from instruments.services import extension_publish, instrument_publish
from submissions.change_applying import change_apply_job
from submissions.change_impact import change_impact_job
from submissions.enums import CaseAction, CaseStatus, JobState, ReopenPolicy
from submissions.models import Case, CaseReopening, EditFailure, FormChange, Job, Response
from submissions.phase_enums import TwoPersonKind
from submissions.retired_answers import retired_answers
from submissions.services import (
    additions_apply,
    case_submit,
    change_amend,
    change_apply_again,
    change_publish,
    change_weigh,
    change_withdraw,
)
from submissions.services.form_changes import needs_two_people, publish_parameters
from submissions.transitions import case_transition
from tests.factories.case import approve, make_plain_unit, save
from tests.factories.extension import extension_make
from tests.factories.form_change import (
    changed,
    drafted,
    harder,
    make_case,
    publish_simple,
    simple_form,
    without_reuse,
)
from tests.factories.instrument import codelist_make
from tests.factories.two_person import by_two, second_of_the_nation
from tests.people import FAR_TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def nation(cast):
    publish_simple()
    return cast.national_office


def weigh(change, actor):
    job = change_weigh(actor=actor, change_id=change.pk)
    change_impact_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    change.refresh_from_db()
    return change.impact


def publish(change, actor):
    if needs_two_people():
        outcome = by_two(TwoPersonKind.FORM_CHANGE, publish_parameters(change), actor)
        job = Job.objects.get(pk=outcome.result["job"])
    else:
        job = change_publish(actor=actor, change_id=change.pk)
    change_apply_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    change.refresh_from_db()
    return change.applied


def submitted(cast, water, **fields):
    case = make_case(cast.enumerator, **fields)
    save(case, cast.enumerator, water_total=water)
    case_submit(case_id=case.pk, actor=cast.enumerator)
    case.refresh_from_db()
    return case


def final(cast, water):
    case = approve(submitted(cast, water), *cast.reviewers()[:-1])
    return case_transition(case_id=case.pk, action=CaseAction.FINALISE, actor=cast.national_office)


def at(case):
    case.refresh_from_db()
    return case.status, case.instrument_version.number


def test_what_is_weighed_is_what_publishing_does(nation, cast):
    cases = {
        "untouched": make_case(cast.enumerator),
        "filling": make_case(cast.enumerator),
        "waiting_bad": submitted(cast, "500"),
        "waiting_good": submitted(cast, "5"),
        "final_bad": final(cast, "600"),
        "final_good": final(cast, "6"),
    }
    save(cases["filling"], cast.enumerator, water_total="700")
    before = {name: at(case) for name, case in cases.items()}
    change = drafted(nation, harder())

    impact = weigh(change, nation)

    assert {name: at(case) for name, case in cases.items()} == before
    assert not EditFailure.objects.filter(rule_id="T101-R90").exists()
    assert impact["outcomes"] == {"moved": 2, "reopened": 2, "left": 2}
    assert impact["statuses"] == {"open": 2, "under_review": 2, "final": 2}
    (rule,) = impact["rules"]
    assert (rule["rule"], rule["severity"], rule["appearing"]) == ("T101-R90", "hard", 3)
    assert impact["provinces"] == [
        {"province": "33", "cases": 6, "moved": 2, "reopened": 2, "left": 2}
    ]

    assert publish(change, nation) == impact["outcomes"]
    assert {name: at(case) for name, case in cases.items()} == {
        "untouched": ("open", 2),
        "filling": ("open", 2),
        "waiting_bad": ("returned", 2),
        "waiting_good": ("under_review", 1),
        "final_bad": ("returned", 2),
        "final_good": ("final", 1),
    }
    assert EditFailure.objects.filter(rule_id="T101-R90").count() == rule["appearing"]
    assert change.version_number == 2


def test_an_approval_taken_back_says_why_and_who(nation, cast):
    case = final(cast, "600")
    change = drafted(nation, harder())
    weigh(change, nation)
    publish(change, nation)
    reopening = CaseReopening.objects.get(case=case)
    assert (reopening.status, reopening.review_level) == (CaseStatus.FINAL, "")
    case.refresh_from_db()
    assert reopening.reopened_at == case.status_changed_at
    event = AuditEvent.objects.filter(action=AuditAction.CASE_REOPENED).latest("pk")
    assert event.detail["reason"] == change.reason
    assert event.actor_id == second_of_the_nation().pk  # whoever confirmed it


@pytest.mark.parametrize(
    ("policy", "statuses"),
    [
        (ReopenPolicy.NONE, ["under_review", "under_review"]),
        (ReopenPolicy.AFFECTED, ["returned", "under_review"]),
        (ReopenPolicy.ALL, ["returned", "returned"]),
    ],
)
def test_the_policy_says_which_submitted_forms_open_again(nation, cast, policy, statuses):
    cases = [submitted(cast, "500"), submitted(cast, "5")]
    change = drafted(nation, harder(), policy)
    impact = weigh(change, nation)
    assert publish(change, nation) == impact["outcomes"]
    assert [at(case)[0] for case in cases] == statuses


def test_answers_of_a_dropped_item_are_kept_and_shown(nation, cast):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, water_total="5", water_reused="3")
    change = drafted(nation, without_reuse())
    impact = weigh(change, nation)
    assert [(line["slug"], line["cases"]) for line in impact["lost"]] == [("water_reused", 1)]
    publish(change, nation)
    (answer,) = retired_answers(Response.objects.get(case=case))
    assert (answer.code, answer.value, answer.unit, answer.row) == ("05", "3", "立方米", 0)
    save(case, cast.enumerator, water_total="6")
    assert [a.value for a in retired_answers(Response.objects.get(case=case))] == ["3"]


def test_a_form_without_dropped_answers_asks_nothing(nation, cast, django_assert_num_queries):
    response = Response.objects.select_related("case").get(case=make_case(cast.enumerator))
    retired_answers(response)
    with django_assert_num_queries(0):
        assert retired_answers(response) == []


def test_an_untouched_form_gets_the_first_rows_of_a_new_group(nation, cast):
    case = make_case(cast.enumerator)
    form = changed()
    form["groups"][0]["min"] = 2
    change = drafted(nation, form)
    weigh(change, nation)
    publish(change, nation)
    assert len(Response.objects.get(case=case).rows["outlets"]) == 2


def test_a_province_with_local_items_takes_them_into_the_new_version(nation, cast):
    extension_publish(actor=None, code="T101", division="33", extension=extension_make())
    own, far = make_case(cast.enumerator), make_case(cast.enumerator, division_code=FAR_TOWN)
    change = drafted(nation, harder())
    impact = weigh(change, nation)
    assert impact["outcomes"]["moved"] == 2
    publish(change, nation)
    for case in (own, far):
        case.refresh_from_db()
    assert own.instrument_version.division_code == "33"
    assert own.instrument_version.base == version_current("T101")
    assert far.instrument_version == version_current("T101")


def test_a_province_s_additions_reach_the_forms_that_are_being_filled(nation, cast):
    own, far = make_case(cast.enumerator), make_case(cast.enumerator, division_code=FAR_TOWN)
    waiting = submitted(cast, "5")
    extension_publish(actor=None, code="T101", division="33", extension=extension_make())
    job = additions_apply(actor=nation, code="T101", division="33")
    change_apply_job(job.pk)
    for case in (own, far, waiting):
        case.refresh_from_db()
    assert own.instrument_version.division_code == "33"
    assert far.instrument_version.division_code == ""
    assert waiting.instrument_version.division_code == ""


def test_a_change_of_who_fills_it_asks_the_units_again(nation, cast):
    unit = make_plain_unit(cast.enumerator, kind="livestock")
    form = changed(unit_kinds=["industrial", "livestock"])
    change = drafted(nation, form)
    assert weigh(change, nation)["units_reconsidered"] == 1
    publish(change, nation)
    assert Case.objects.get(unit=unit).form_code == "T101"


def test_a_code_list_is_changed_in_the_same_way(nation, cast):
    case = submitted(cast, "5")
    other = make_case(cast.enumerator)
    save(other, cast.enumerator, method="1200")
    entries = list(codelist_make(codes=("1100", "1300")).entries)
    change = drafted(nation, entries, kind="codelist", code="WW_METHOD")
    impact = weigh(change, nation)
    assert impact["outcomes"] == {"moved": 1, "reopened": 0, "left": 1}
    assert sum(line["appearing"] for line in impact["rules"]) == 1
    assert publish(change, nation) == impact["outcomes"]
    assert EditFailure.objects.get(case=other).kind == "list"
    assert at(case) == ("under_review", 1)


def test_nothing_is_published_that_was_not_weighed(nation, cast):
    change = drafted(nation, harder())
    with pytest.raises(Conflict):
        change_publish(actor=nation, change_id=change.pk)
    weigh(change, nation)
    change_amend(
        actor=nation, change_id=change.pk, content=harder("90"), reason="另定上限", reopen="all"
    )
    with pytest.raises(Conflict):
        change_publish(actor=nation, change_id=change.pk)


def test_an_impact_does_not_outlive_the_version_it_was_weighed_against(nation, cast):
    change = drafted(nation, harder())
    weigh(change, nation)
    instrument_publish(actor=nation, definition=without_reuse())
    with pytest.raises(Conflict):
        change_publish(actor=nation, change_id=change.pk)


def test_a_published_or_withdrawn_change_is_closed(nation, cast):
    change = drafted(nation, harder())
    weigh(change, nation)
    publish(change, nation)
    with pytest.raises(Conflict):
        change_withdraw(actor=nation, change_id=change.pk)
    other = drafted(nation, without_reuse())
    change_withdraw(actor=nation, change_id=other.pk)
    with pytest.raises(Conflict):
        change_weigh(actor=nation, change_id=other.pk)
    with pytest.raises(Missing):
        change_apply_again(actor=nation, change_id=other.pk)


def test_applying_again_changes_nothing_and_reaches_what_was_returned_since(nation, cast):
    waiting = submitted(cast, "5")
    change = drafted(nation, harder())
    weigh(change, nation)
    publish(change, nation)
    events = AuditEvent.objects.filter(action=AuditAction.CASE_REOPENED).count()
    case_transition(case_id=waiting.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    assert at(waiting) == ("returned", 1)
    change_apply_job(change_apply_again(actor=nation, change_id=change.pk).pk)
    assert at(waiting) == ("returned", 2)
    assert AuditEvent.objects.filter(action=AuditAction.CASE_REOPENED).count() == events


def test_what_was_submitted_since_is_not_taken_back_again(nation, cast):
    case = submitted(cast, "5")
    change = drafted(nation, harder(), ReopenPolicy.ALL)
    weigh(change, nation)
    assert publish(change, nation)["reopened"] == 1
    case_submit(case_id=case.pk, actor=cast.enumerator)
    change_apply_job(change_apply_again(actor=nation, change_id=change.pk).pk)
    assert at(case) == ("under_review", 2)
    change.refresh_from_db()
    assert change.applied == {"moved": 0, "reopened": 0, "left": 1}


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (simple_form(), {}),
        ({"code": "T101"}, {}),
        ({**harder(), "code": "T102"}, {}),
        (harder(), {"reason": "  "}),
        (harder(), {"reopen": "sometimes"}),
        (harder(), {"kind": "poem"}),
        ([], {"kind": "codelist", "code": "WW_METHOD"}),
        ([{"code": "1"}], {"kind": "codelist", "code": "WW_METHOD"}),
        ([{"code": "1 2", "label": "x"}], {"kind": "codelist", "code": "WW_METHOD"}),
        (
            [{"code": "1", "label": "x", "confidence": "sure"}],
            {"kind": "codelist", "code": "WW_METHOD"},
        ),
        ([["1", "x"]], {"kind": "codelist", "code": "WW_METHOD"}),
    ],
)
def test_a_draft_that_says_nothing_or_nonsense_is_refused(nation, content, fields):
    with pytest.raises(Invalid):
        drafted(nation, content, **fields)
    assert not FormChange.objects.exists()


def test_an_unknown_form_is_missing_and_others_may_not(nation, cast):
    with pytest.raises(Missing):
        drafted(nation, harder(), code="T999")
    with pytest.raises(NotAllowed):
        drafted(cast.office, harder())


def test_a_form_cannot_drop_what_another_form_reads(nation, cast):
    reader = changed(code="T102", rules=[])
    reader["rules"] = [
        {
            "id": "T102-R01",
            "severity": "soft",
            "assert": "water_total <= t101.water_reused",
            "items": ["water_total"],
            "message": {"zh": "大于", "en": "More"},
            "source": "test",
            "pass": {"water_total": "1", "t101.water_reused": "2"},
            "fail": {"water_total": "3", "t101.water_reused": "2"},
        }
    ]
    instrument_publish(actor=nation, definition=reader)
    with pytest.raises(Invalid, match="T102"):
        drafted(nation, without_reuse())
    assert InstrumentVersion.objects.filter(instrument__code="T101").count() == 1
