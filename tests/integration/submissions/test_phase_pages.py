"""The pages of phases, deadlines, two-person acts, corrections and unusual acts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from submissions.models import (
    Case,
    CollectionExercise,
    CorrectionRequest,
    DeadlineExtension,
    PhaseAct,
    PhaseDeadline,
    TwoPersonRequest,
)
from submissions.phase_enums import ExerciseKind
from submissions.phase_selectors import exercise_shown
from tests.factories.case import make_case, make_submitted, save
from tests.factories.decision import approve_by
from tests.factories.two_person import REASON, due_in, plan, second_of_the_nation
from tests.people import PROVINCE, account

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def case(cast):
    """A form that is being filled."""
    return make_case(cast.enumerator)


def test_the_national_office_opens_a_phase_and_forces_its_end_with_another(client, case, cast):
    signed_in(client, cast.national_office)
    page = reverse("phase_list")
    assert "没有分阶段" in text(client.get(page))
    client.post(reverse("phases_plan", args=[case.exercise.code]))
    exercise = CollectionExercise.objects.get(pk=case.exercise_id)
    pilot, enumeration = exercise.phases.get(kind="pilot"), exercise.phases.get(kind="enumeration")
    client.post(reverse("phase_move", args=[pilot.pk]), {"move": "open", "area": ""})
    assert PhaseAct.objects.get().phase == pilot
    move = reverse("phase_move", args=[enumeration.pk])
    refused = client.post(move, {"move": "open", "area": ""})
    assert refused.status_code == 409
    assert "名录尚未冻结" in text(refused)
    asking = {"move": "open", "area": "", "two": "1", "reason": ""}
    assert client.post(move, asking).status_code == 400
    answer = client.post(move, {**asking, "reason": REASON})
    asked = TwoPersonRequest.objects.get()
    assert answer.url == reverse("two_person_detail", args=[asked.pk])
    shown = text(client.get(answer.url))
    assert "名录尚未冻结" in shown
    assert "同意并执行" not in shown
    decide = reverse("two_person_decide", args=[asked.pk])
    assert client.post(decide, {"verdict": "approve"}).status_code == 403
    signed_in(client, second_of_the_nation())
    assert "同意并执行" in text(client.get(answer.url))
    assert client.post(decide, {"verdict": "dance"}).status_code == 400
    client.post(decide, {"verdict": "approve"})
    assert PhaseAct.objects.latest("pk").is_forced
    assert "条件未满足" in text(client.get(page))
    # the county and the unit itself see it among the unusual acts
    assert "强行变更阶段" in text(signed_in(client, cast.office).get(reverse("unusual_acts")))


def test_a_form_out_of_its_phase_is_read_only_with_the_reason(client, case, cast):
    phases = plan(case.exercise, "enumeration", by=cast.national_office)
    due_in(phases["enumeration"], -1, by=cast.national_office)
    signed_in(client, cast.enumerator)
    shown = text(client.get(reverse("case_fill", args=[case.pk])))
    assert "截止日期" in shown
    assert "本表只能查看" in shown
    assert "grid-data" not in shown
    posted = client.post(
        reverse("case_form_save", args=[case.pk]),
        {
            "base_version": "0",
            "save_id": "7a2b1f6e-5f64-4c9a-9b1f-0a3f5a1c2d3e",
            "hours": "4800",
        },
    )
    assert posted.status_code == 409
    assert "4800" in text(posted)  # nothing typed is lost
    home = text(client.get(reverse("home")))
    assert "未开放" in home
    assert (timezone.localdate() - dt.timedelta(days=1)).isoformat() in home


def test_a_county_asks_for_more_time_and_the_province_grants_it(client, case, cast, divisions):
    phases = plan(case.exercise, "enumeration", by=cast.national_office)
    due_in(phases["enumeration"], 3, by=cast.national_office)
    wanted = {
        "phase": phases["enumeration"].pk,
        "area": "330106",
        "due_on": (timezone.localdate() + dt.timedelta(days=9)).isoformat(),
        "reason": "同意",
    }
    signed_in(client, cast.office)
    ask = reverse("extension_request")
    refused = client.post(ask, wanted)
    assert refused.status_code == 400
    assert wanted["due_on"] in text(refused)
    for wrong in ({"phase": "x"}, {"area": "西湖"}, {"due_on": "明天"}):
        assert client.post(ask, {**wanted, **wrong}).status_code == 400
    client.post(ask, {**wanted, "reason": REASON})
    extension = DeadlineExtension.objects.get()
    decide = reverse("extension_decide", args=[extension.pk])
    assert client.post(decide, {"verdict": "approve"}).status_code == 403
    above = account("province_office", Role.OFFICE, division=divisions[PROVINCE])
    signed_in(client, above)
    assert REASON in text(client.get(reverse("deadline_list")))
    client.post(decide, {"verdict": "approve"})
    assert PhaseDeadline.objects.get(extension=extension).area_prefix == "330106"
    shown = text(signed_in(client, cast.enumerator).get(reverse("deadline_list")))
    assert wanted["due_on"] in shown
    api = client.get(reverse("api_case_detail", args=[case.pk])).json()
    assert api["due_on"] == wanted["due_on"]


def test_the_national_office_sets_deadlines_and_the_calendar(client, case, cast):
    phases = plan(case.exercise, "enumeration", by=cast.national_office)
    signed_in(client, cast.national_office)
    day = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
    wanted = {"phase": phases["enumeration"].pk, "area": "", "due_on": day}
    client.post(reverse("deadline_set"), wanted)
    assert PhaseDeadline.objects.get().due_on.isoformat() == day
    calendar = reverse("calendar_day_set")
    assert client.post(calendar, {"day": day, "is_workday": "0", "name": ""}).status_code == 400
    client.post(calendar, {"day": day, "is_workday": "0", "name": "台风停工"})
    assert "台风停工" in text(client.get(reverse("deadline_list")))
    assert client.get(reverse("phase_list"), {"area": "33"}).status_code == 200


def test_forms_are_voided_in_bulk_by_two(client, case, cast):
    signed_in(client, cast.office)
    page = reverse("two_person_list")
    wanted = {
        "kind": "cases_void",
        "exercise": case.exercise.code,
        "area": "330106",
        "form": "",
        "reason": REASON,
    }
    assert client.post(page, {**wanted, "kind": "dance"}).status_code == 400
    assert client.post(page, {**wanted, "area": "全部"}).status_code == 400
    client.post(page, wanted)
    request = TwoPersonRequest.objects.get()
    assert request.preview["cases"] == 1
    assert request.label in text(client.get(page))
    client.post(reverse("two_person_decide", args=[request.pk]), {"verdict": "withdraw"})
    assert "已撤回" in text(client.get(page))
    assert Case.objects.get(pk=case.pk).status == "open"


def test_a_correction_through_the_pages_and_the_api(client, cast):
    case = approve_by(make_submitted(cast.enumerator), *cast.reviewers())
    signed_in(client, cast.enumerator)
    new = reverse("correction_new", args=[case.pk])
    assert new in text(client.get(reverse("case_fill", args=[case.pk])))
    assert "4800" in text(client.get(new))
    wanted = {"reason": REASON, "scope": "cells", "v:hours": "4700", "r:hours": ""}
    assert client.post(new, wanted).status_code == 400
    wrong = client.post(new, {**wanted, "cell": "hours", "v:hours": "4800"})
    assert wrong.status_code == 400
    assert REASON in text(wrong)
    client.post(new, {**wanted, "cell": "hours"})
    correction = CorrectionRequest.objects.get()
    detail = reverse("correction_detail", args=[correction.pk])
    assert "同意更正" not in text(client.get(detail))
    signed_in(client, cast.national_office)
    assert "同意更正" in text(client.get(detail))
    decide = reverse("correction_decide", args=[correction.pk])
    assert client.post(decide, {"verdict": "refuse"}).status_code == 400
    client.post(decide, {"verdict": "approve"})
    signed_in(client, cast.enumerator)
    assert "只能修改获准的指标" in text(client.get(reverse("case_fill", args=[case.pk])))
    save(case, cast.enumerator, hours="4700")
    (listed,) = client.get(reverse("api_correction_list")).json()["results"]
    assert (listed["state"], listed["submission_after"]) == ("in_progress", None)
    assert "重新开放" in text(client.get(reverse("case_unusual_acts", args=[case.pk])))
    assert case.unit.name in text(client.get(reverse("correction_list"), {"waiting": "0"}))


def test_the_api_asks_for_and_decides_a_correction(client, cast):
    case = approve_by(make_submitted(cast.enumerator), *cast.reviewers())
    signed_in(client, cast.enumerator)
    ask = reverse("api_case_corrections", args=[case.pk])
    change = {"cell": "hours", "value": "4700"}
    body = {"reason": REASON, "changes": [change]}
    answer = client.post(ask, body, content_type="application/json")
    assert answer.status_code == 201
    decide = reverse("api_correction_decision", args=[answer.json()["id"]])
    signed_in(client, cast.national_office)
    refused = client.post(decide, {"verdict": "refuse"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_required")
    told = client.post(decide, {"verdict": "approve"}, content_type="application/json").json()
    assert (told["state"], told["submission_before"]) == ("in_progress", 1)


@pytest.mark.parametrize("kind", [k for k in ExerciseKind if k != ExerciseKind.REAL])
def test_what_is_not_the_real_census_says_so_on_every_page_and_paper(client, cast, kind):
    case = make_submitted(cast.enumerator)
    CollectionExercise.objects.filter(pk=case.exercise_id).update(kind=kind)
    mark = CollectionExercise(kind=kind).mark
    signed_in(client, cast.enumerator)
    for page in (
        reverse("home"),
        reverse("case_fill", args=[case.pk]),
        reverse("case_receipt", args=[case.pk]),
        reverse("unit_list"),
    ):
        assert f'role="note">{mark}' in text(client.get(page)), page


def test_the_real_exercise_is_shown_although_a_training_is_newer(case, cast):
    training = CollectionExercise.objects.create(
        code="training",
        name="培训",
        standard_time=timezone.now(),
        levels=["county"],
        kind=ExerciseKind.TRAINING,
    )
    assert exercise_shown() == case.exercise
    assert exercise_shown("training") == training
