"""Phases, their criteria, deadlines, extensions, and the rights that end with them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, NotAllowed, Refusal
from audit.models import AuditEvent
from submissions.enums import CaseAction, CaseStatus
from submissions.models import Case, PhaseAct, PhaseDeadline
from submissions.phase_criteria import CRITERIA, figures_of
from submissions.phase_enums import PhaseMove, TwoPersonKind, Verdict, Work
from submissions.phases.calendar import is_workday, workdays_after, workdays_between
from submissions.phases.due_dates import closed_for_filling, with_due_dates
from submissions.phases.open_work import works_open
from submissions.phases.plan import FOLDER, plan_read
from submissions.services import (
    calendar_day_set,
    case_submit,
    deadline_set,
    extension_decide,
    extension_request,
    phase_move,
    phases_plan,
)
from submissions.transitions import case_transition
from tests.factories.case import fill, make_case, make_case_at, make_submitted, save
from tests.factories.exercise import make_exercise
from tests.factories.two_person import REASON, by_two, due_in, plan
from tests.people import COUNTY, NEIGHBOUR_TOWN, PROVINCE, TOWN, account

pytestmark = pytest.mark.django_db
ZHEJIANG, HUBEI = "33", "42"


@pytest.fixture
def province_office(divisions):
    """The province's statistician."""
    return account("province_office", Role.OFFICE, division=divisions[PROVINCE])


def refused(act, **arguments) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        act(**arguments)
    return refusal.value


def moved(phase, move, actor, area="") -> PhaseAct:
    return phase_move(phase_id=phase.pk, move=move, actor=actor, area_prefix=area)


def test_every_plan_in_the_files_is_sound_and_uses_every_criterion():
    used = set()
    for path in FOLDER.glob("*.yaml"):
        if path.name != "holidays.yaml":
            for phase in plan_read(path.read_text(encoding="utf-8"), frozenset(CRITERIA)):
                used |= {*phase.entry, *phase.exit}
    assert used == set(CRITERIA)


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "phases: []",
        "phases: [{kind: listing}]",
        "phases: [{kind: dancing, works: [], entry: [], exit: []}]",
        "phases: [{kind: listing, works: [dancing], entry: [], exit: []}]",
        "phases: [{kind: listing, works: [], entry: [luck], exit: []}]",
        "phases: [{kind: listing, works: listing, entry: [], exit: []}]",
        "phases: [&a {kind: pilot, works: [], entry: [], exit: []}, *a]",
        "phases: [",
    ],
)
def test_a_wrong_plan_is_refused_in_words(text):
    with pytest.raises(Invalid) as refusal:
        plan_read(text, frozenset(CRITERIA))
    assert refusal.value.code == "plan_invalid"


def test_without_phases_everything_is_open_and_nothing_is_asked(
    divisions, django_assert_num_queries
):
    exercise = make_exercise()
    with django_assert_num_queries(0):
        assert works_open(exercise, TOWN) == frozenset(Work)


def test_the_newest_act_over_a_place_decides(cast, province_office):
    phases = plan(make_exercise(), "enumeration", by=cast.national_office)
    exercise, phase = phases["enumeration"].exercise, phases["enumeration"]
    assert works_open(exercise, TOWN) == {Work.FILLING, Work.REVIEW}
    moved(phase, PhaseMove.CLOSE, province_office, ZHEJIANG)
    assert works_open(exercise, TOWN) == frozenset()
    assert Work.FILLING in works_open(exercise, "420111003000")
    moved(phase, PhaseMove.CLOSE, cast.national_office)
    assert works_open(exercise, "420111003000") == frozenset()
    by_two(
        TwoPersonKind.PHASE_MOVE,
        {"phase": phase.pk, "move": "open", "area": HUBEI},
        cast.national_office,
    )
    assert works_open(exercise, TOWN) == frozenset()
    assert Work.FILLING in works_open(exercise, "420111003000")


def test_who_may_move_a_phase(cast, province_office):
    phases = plan(make_exercise(), "enumeration", by=cast.national_office)
    listing, phase = phases["listing"], phases["enumeration"]
    for actor, move, area in (
        (cast.office, PhaseMove.CLOSE, ZHEJIANG),
        (province_office, PhaseMove.CLOSE, ""),
        (province_office, PhaseMove.CLOSE, HUBEI),
    ):
        assert isinstance(
            refused(moved, phase=phase, move=move, actor=actor, area=area), NotAllowed
        )
    opening = {"phase": listing, "move": PhaseMove.OPEN, "actor": province_office}
    assert isinstance(refused(moved, **opening, area=ZHEJIANG), NotAllowed)
    close = {"phase": phase, "move": PhaseMove.CLOSE, "actor": cast.national_office}
    assert refused(moved, **close, area="330106").code == "area_unknown"
    again = {"phase": phase, "move": PhaseMove.OPEN, "actor": cast.national_office}
    assert refused(moved, **again).code == "phase_state"
    again_closed = {"phase": listing, "move": PhaseMove.CLOSE, "actor": cast.national_office}
    assert refused(moved, **again_closed).code == "phase_state"


def test_open_forms_keep_the_enumeration_from_closing_until_done_or_forced_by_two(cast):
    case = make_case(cast.enumerator)
    phases = plan(case.exercise, "enumeration", by=cast.national_office)
    phase = phases["enumeration"]
    close = {"phase": phase, "move": PhaseMove.CLOSE, "actor": cast.national_office}
    refusal = refused(moved, **close)
    assert (refusal.code, refusal.details) == (
        "criteria_unmet",
        {"figures": {"forms_unfinished": 1}},
    )
    outcome = by_two(
        TwoPersonKind.PHASE_MOVE,
        {"phase": phase.pk, "move": "close", "area": ""},
        cast.national_office,
    )
    act = PhaseAct.objects.latest("pk")
    assert (act.is_forced, act.figures, act.reason) == (True, {"forms_unfinished": 1}, REASON)
    assert act.agreed == outcome.request
    assert outcome.request.preview == {"forms_unfinished": 1}
    assert AuditEvent.objects.filter(action="phase.forced").count() == 1
    reopening = {"phase": phase, "move": PhaseMove.OPEN, "actor": cast.national_office}
    assert refused(moved, **reopening).code == "needs_two_persons"


def test_criteria_count_the_systems_own_facts(cast):
    case = make_submitted(cast.enumerator)
    exercise = case.exercise
    plan(exercise, "enumeration", by=cast.national_office)

    def figures() -> dict[str, int]:
        return {one.name: one.count for one in figures_of(list(CRITERIA), exercise, "33")}

    before = figures()
    assert (before["cases_waiting"], before["forms_returned"]) == (1, 0)
    assert before["coefficients_missing"] == before["register_not_frozen"] == 1
    case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    after = figures()
    assert (after["cases_waiting"], after["forms_returned"], after["forms_unfinished"]) == (0, 1, 1)
    elsewhere = {one.name: one.count for one in figures_of(list(CRITERIA), exercise, "42")}
    assert elsewhere["forms_returned"] == elsewhere["forms_unfinished"] == 0
    assert all(str(one.label) and one.url for one in figures_of(list(CRITERIA), exercise, ""))


def test_filling_ends_at_every_service_when_its_phase_ends(cast):
    case = make_case(cast.enumerator)
    plan(case.exercise, by=cast.national_office)
    assert refused(save, case=case, actor=cast.enumerator, hours="1").code == "phase_closed"
    submit = {"case_id": case.pk, "actor": cast.enumerator}
    assert refused(case_submit, **submit).code == "phase_closed"
    assert Case.objects.get(pk=case.pk).response.version == 0


def test_review_ends_with_its_phases(cast):
    case = make_submitted(cast.enumerator)
    phases = plan(case.exercise, by=cast.national_office)
    act = {"case_id": case.pk, "action": CaseAction.APPROVE, "actor": cast.supervisor}
    assert refused(case_transition, **act).code == "phase_closed"
    moved(phases["review"], PhaseMove.OPEN, cast.national_office)
    assert case_transition(**act).review_level == "county"


def test_a_returned_form_may_be_mended_while_review_goes_on(cast):
    case = make_case_at(CaseStatus.RETURNED, cast)
    fresh = make_case(cast.enumerator)
    phases = plan(case.exercise, "enumeration", "review", by=cast.national_office)
    due_in(phases["enumeration"], -1, by=cast.national_office)
    save(case, cast.enumerator, hours="4700")
    refusal = refused(save, case=fresh, actor=cast.enumerator, hours="1")
    assert refusal.code == "phase_closed"
    assert "截止日期" in refusal.message


def test_the_nearest_areas_newest_deadline_holds(cast):
    here, next_door = make_case(cast.enumerator), make_case(cast.national_office)
    Case.objects.filter(pk=next_door.pk).update(division_code=NEIGHBOUR_TOWN)
    phases = plan(here.exercise, "enumeration", by=cast.national_office)
    phase = phases["enumeration"]
    nation = due_in(phase, 20, by=cast.national_office)
    county = due_in(phase, 5, by=cast.national_office, area="330106")

    def due():
        cases = Case.objects.filter(pk__in=[here.pk, next_door.pk]).order_by("pk").with_names()
        return [case.due_on for case in with_due_dates(list(cases))]

    assert due() == [county, nation]
    due_in(phase, 9, by=cast.national_office, area="33")
    assert due() == [county, timezone.localdate() + dt.timedelta(days=9)]
    newer = due_in(phase, 3, by=cast.national_office, area="330106")
    assert due()[0] == newer
    due_in(phase, -1, by=cast.national_office, area="330106109")
    cases = list(Case.objects.filter(pk__in=[here.pk, next_door.pk]).with_names())
    assert closed_for_filling(cases) == {here.pk}


def test_a_province_may_only_be_earlier_than_the_nation(cast, province_office):
    phases = plan(make_exercise(), "enumeration", by=cast.national_office)
    phase = phases["enumeration"]
    due_in(phase, 10, by=cast.national_office)
    assert due_in(phase, 8, by=province_office, area="3301")
    later = {"phase_id": phase.pk, "area_prefix": "33", "actor": province_office}
    day = timezone.localdate() + dt.timedelta(days=11)
    assert refused(deadline_set, **later, due_on=day).code == "later_than_above"
    other = {"phase_id": phase.pk, "actor": cast.office, "area_prefix": COUNTY, "due_on": day}
    assert isinstance(refused(deadline_set, **other), NotAllowed)


@pytest.fixture
def late(cast):
    """A phase whose deadline has passed, and a form that was not filled."""
    case = make_case(cast.enumerator)
    phases = plan(case.exercise, "enumeration", by=cast.national_office)
    due_in(phases["enumeration"], -1, by=cast.national_office)
    return phases["enumeration"], case


def more_time(phase, actor, days=7, area="330106"):
    return extension_request(
        phase_id=phase.pk,
        area_prefix=area,
        due_on=timezone.localdate() + dt.timedelta(days=days),
        reason=REASON,
        actor=actor,
    )


def test_an_extension_approved_above_opens_the_area_again_and_outlives_the_phase(
    late, cast, province_office
):
    phase, case = late
    asked = more_time(phase, cast.office)
    assert refused(more_time, phase=phase, actor=cast.office).code == "extension_stands"
    decide = {"extension_id": asked.pk, "verdict": Verdict.APPROVE}
    assert refused(extension_decide, **decide, actor=cast.office).code == "own_request"
    colleague = account("office2", Role.OFFICE, division=phase_division(COUNTY))
    assert refused(extension_decide, **decide, actor=colleague).code == "not_your_level"
    assert refused(save, case=case, actor=cast.enumerator, hours="1").code == "phase_closed"
    decision = extension_decide(**decide, actor=province_office)
    assert decision.level == "province"
    save(case, cast.enumerator, hours="4800")
    assert PhaseDeadline.objects.get(extension=asked).due_on == asked.due_on
    assert refused(extension_decide, **decide, actor=province_office).code == "extension_decided"
    moved(phase, PhaseMove.CLOSE, cast.national_office)  # the one open form was granted more time
    fill(case, cast.enumerator)
    case_submit(case_id=case.pk, actor=cast.enumerator)


def phase_division(code):
    from registry.models import Division

    return Division.objects.get(code=code)


def test_an_extension_that_is_refused_or_withdrawn_changes_nothing(late, cast, province_office):
    phase, case = late
    asked = more_time(phase, cast.office)
    decide = {"extension_id": asked.pk, "actor": province_office}
    assert refused(extension_decide, **decide, verdict=Verdict.REFUSE).code == "reason_required"
    extension_decide(**decide, verdict=Verdict.REFUSE, note="没有写明哪些乡镇受影响")
    assert refused(save, case=case, actor=cast.enumerator, hours="1").code == "phase_closed"
    again = more_time(phase, cast.office)
    withdraw = {"extension_id": again.pk, "verdict": Verdict.WITHDRAW}
    assert refused(extension_decide, **withdraw, actor=province_office).code == "not_yours"
    extension_decide(**withdraw, actor=cast.office)
    assert not PhaseDeadline.objects.exclude(extension=None).exists()


def test_what_is_no_request_for_more_time(late, cast, province_office):
    phase, _case = late
    for arguments, code in (
        ({"actor": cast.office, "days": -2}, "extension_day"),
        ({"actor": province_office, "area": "33"}, "area_unknown"),
    ):
        assert refused(more_time, phase=phase, **arguments).code == code
    assert isinstance(refused(more_time, phase=phase, actor=cast.enumerator), NotAllowed)
    assert isinstance(refused(more_time, phase=phase, actor=cast.office, area="330110"), NotAllowed)


def test_a_plan_stays_once_a_phase_has_begun(cast):
    exercise = make_exercise()
    assert isinstance(refused(phases_plan, exercise_id=exercise.pk, actor=cast.office), NotAllowed)
    assert len(phases_plan(exercise_id=exercise.pk, actor=None)) == 8
    phases = plan(exercise, by=cast.national_office)
    moved(phases["enumeration"], PhaseMove.OPEN, cast.national_office)
    again = {"exercise_id": exercise.pk, "actor": cast.national_office}
    assert refused(phases_plan, **again).code == "phases_begun"


def test_working_days_follow_the_published_arrangement(cast):
    new_year = dt.date(2018, 2, 14)
    assert workdays_after(new_year, 1) == dt.date(2018, 2, 22)  # seven days of 春节
    assert is_workday(dt.date(2018, 2, 24))  # a Saturday that is worked
    assert not is_workday(dt.date(2018, 10, 5))
    assert workdays_between(dt.date(2018, 9, 28), dt.date(2018, 10, 8)) == 3
    assert workdays_between(dt.date(2018, 10, 8), dt.date(2018, 9, 28)) == -3
    calendar_day_set(
        day=dt.date(2018, 2, 22), is_workday=False, name="暴雪停工", actor=cast.national_office
    )
    assert workdays_after(new_year, 1) == dt.date(2018, 2, 23)
    with pytest.raises(NotAllowed):
        calendar_day_set(day=new_year, is_workday=False, name="放假", actor=cast.office)


def test_a_closed_exercise_moves_no_phase(cast):
    phases = plan(make_exercise(), by=cast.national_office)
    exercise = phases["listing"].exercise
    exercise.status = "closed"
    exercise.save()
    opening = {"phase": phases["listing"], "move": PhaseMove.OPEN, "actor": cast.national_office}
    assert isinstance(refused(moved, **opening), Conflict)
