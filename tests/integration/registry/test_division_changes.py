"""A county moves to another city: everything that lives goes along, every history is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.exceptions import Conflict, Invalid, NotAllowed
from registry.as_of import Moments, register_as_of
from registry.division_policy import DivisionRequest
from registry.enums import DivisionChangeState, DivisionLevel
from registry.models import (
    Division,
    DivisionChange,
    DivisionSuccession,
    FieldVerification,
    Unit,
    UnitCount,
    UnitRevision,
)
from registry.services.areas import area_units_register
from registry.services.division_carrying import (
    KEPT,
    carried_models,
    change_counts,
    division_change_apply,
)
from registry.services.division_changes import (
    division_change_approve,
    division_change_refuse,
    division_change_request,
    division_change_withdraw,
)
from registry.services.enumeration_areas import areas_open
from registry.services.reference import xpcc_load
from review.models import ReviewDecision
from submissions.division_changing import division_change_job
from submissions.enums import CaseStatus, JobKind, JobState
from submissions.jobs import job_start
from submissions.models import Case, Job
from summaries.models import ProgressCount
from tests.architecture.test_models import APPEND_ONLY
from tests.factories.case import approve, make_submitted
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import CITY, COUNTY, NATION, NEIGHBOUR_TOWN, PROVINCE, TOWN, account

pytestmark = pytest.mark.django_db
OTHER_CITY, MOVED, MOVED_TOWN = "330200000000", "330215000000", "330215109000"
DAY = dt.date(2018, 1, 2)


@pytest.fixture(autouse=True)
def other_city(divisions):
    industries_make()
    return Division.objects.create(
        edition=divisions[CITY].edition,
        code=OTHER_CITY,
        parent_code=PROVINCE,
        level=DivisionLevel.CITY,
        name="宁波市",
        full_name="浙江省宁波市",
    )


@pytest.fixture
def asker(divisions):
    return account("asker", Role.OFFICE, division=divisions[PROVINCE])


@pytest.fixture
def approver(divisions):
    return account("approver", Role.OFFICE, division=divisions[PROVINCE])


@pytest.fixture
def new_city_reviewer(other_city):
    return account("ningbo", Role.REVIEWER, division=other_city)


def wanted(**more) -> DivisionRequest:
    facts = {
        "old_code": COUNTY,
        "new_code": MOVED,
        "new_name": "西湖区",
        "document": "国函〔2018〕1 号",
        "effective_on": DAY,
    }
    return DivisionRequest(**{**facts, **more})


def moved(asker, approver, **more) -> DivisionChange:
    change = division_change_request(actor=asker, wanted=wanted(**more))
    division_change_approve(actor=approver, change_id=change.pk)
    return division_change_apply(actor=approver, change_id=change.pk)


def tallies(prefix: str) -> int:
    rows = UnitCount.objects.filter(division_code__startswith=prefix)
    return sum(rows.values_list("count", flat=True))


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_what_lives_goes_along_and_approvals_hold(
    asker, approver, cast, city_reviewer, new_city_reviewer, office
):
    case = make_submitted(cast.enumerator)
    approve(case, cast.supervisor, cast.county_reviewer)
    areas_open(actor=office, division_code=COUNTY)
    before = ReviewDecision.objects.count()
    change = moved(asker, approver)
    assert change.state == DivisionChangeState.APPLIED
    assert change.carried["registry.unit"] == 1
    case.refresh_from_db()
    assert (case.division_code, case.status, case.review_level) == (
        MOVED_TOWN,
        CaseStatus.UNDER_REVIEW,
        "city",
    )
    assert ReviewDecision.objects.count() == before
    unit = Unit.objects.get()
    area = unit.enumeration_area
    assert (unit.division_code, area.division_code) == (MOVED_TOWN, MOVED_TOWN)
    assert (area.code, area.name) == (f"{MOVED_TOWN}01", "浙江省宁波市西湖区三墩镇")
    last = UnitRevision.objects.filter(unit=unit).latest("number")
    assert last.reason == "区划变更：国函〔2018〕1 号"
    assert (tallies("330106"), tallies("330215")) == (0, 1)
    counts = ProgressCount.objects.filter(count__gt=0).values_list("division_code", flat=True)
    assert {*counts} == {MOVED_TOWN}
    # the field's and the county's own people went along, the old city lost it, the new one has it
    assert fresh(cast.enumerator).has_perm(Permission.RESPONSE_SAVE, case)
    assert fresh(cast.county_reviewer).division_code == MOVED
    assert not Case.objects.visible_to(fresh(city_reviewer)).exists()
    assert not fresh(city_reviewer).has_perm(Permission.CASE_REVIEW, case)
    approve(case, fresh(new_city_reviewer))
    case.refresh_from_db()
    assert case.review_level == "province"


def test_histories_keep_their_code_and_the_successor_sees_them(
    asker, approver, enumerator, new_city_reviewer, client
):
    unit = unit_make(number=1, name="甲印染厂")
    FieldVerification.objects.create(
        unit=unit,
        division_code=unit.division_code,
        outcome="in_scope",
        observed_at=timezone.now(),
        verified_by=enumerator,
    )
    then = timezone.now()
    moved(asker, approver)
    visit = FieldVerification.objects.visible_to(fresh(new_city_reviewer)).get()
    assert visit.division_code == TOWN
    moments = Moments(then, then)
    for division in ("", OTHER_CITY, MOVED):
        row = register_as_of(
            actor=fresh(new_city_reviewer), moments=moments, division=division
        ).get()
        assert row.data["division_code"] == TOWN
    now = Moments(timezone.now(), timezone.now())
    row = register_as_of(actor=fresh(new_city_reviewer), moments=now, division=MOVED).get()
    assert row.data["division_code"] == MOVED_TOWN


def test_names_and_codes_of_the_tree_follow(asker, approver, divisions):
    moved(asker, approver, new_name="西湖新区")
    town = Division.objects.get(code=MOVED_TOWN)
    assert (town.parent_code, town.full_name) == (MOVED, "浙江省宁波市西湖新区三墩镇")
    assert town.pk == divisions[TOWN].pk
    assert town.former_prefixes == ["330106109"]
    assert Division.objects.get(code=OTHER_CITY).former_prefixes == ["330106"]
    assert not Division.objects.filter(code__startswith="330106").exists()


def test_old_codes_are_understood_ever_after(asker, approver):
    moved(asker, approver)
    made = unit_make(number=2, name="乙印染厂", division_code=TOWN)
    assert made.division_code == MOVED_TOWN


def test_moving_back_is_the_same_act(asker, approver, new_city_reviewer):
    unit = unit_make(number=1)
    moved(asker, approver)
    moved(asker, approver, old_code=MOVED, new_code=COUNTY)
    unit.refresh_from_db()
    assert unit.division_code == TOWN
    row = DivisionSuccession.objects.get()
    assert (row.old_prefix, row.new_prefix) == ("330215", "330106")
    assert Division.objects.get(code=OTHER_CITY).former_prefixes == []
    assert Division.objects.get(code=CITY).former_prefixes == ["330215"]
    assert not Unit.objects.visible_to(fresh(new_city_reviewer)).exists()


def test_a_code_is_never_given_to_another_division(asker, approver):
    moved(asker, approver)
    other = NEIGHBOUR_TOWN[:6] + "000000"
    with pytest.raises(Invalid) as refusal:
        division_change_request(actor=asker, wanted=wanted(old_code=other, new_code=COUNTY))
    assert refusal.value.code == "code_was_used"
    with pytest.raises(Invalid) as refusal:
        division_change_request(
            actor=asker, wanted=wanted(old_code=NEIGHBOUR_TOWN, new_code="330106109000")
        )
    assert refusal.value.code == "no_parent"


def test_a_new_name_carries_nothing(asker, approver):
    [county] = area_units_register(actor=asker, division_code=COUNTY, level=DivisionLevel.COUNTY)
    change = moved(asker, approver, new_code=COUNTY, new_name="西子区")
    assert change.carried == {}
    county.refresh_from_db()
    assert (county.name, county.revisions.count()) == ("浙江省杭州市西子区", 2)
    assert Division.objects.get(code=TOWN).full_name == "浙江省杭州市西子区三墩镇"


def test_a_town_moves_inside_the_city(asker, approver):
    unit = unit_make(number=1)
    moved(asker, approver, old_code=TOWN, new_code="330110009000", new_name="三墩镇")
    unit.refresh_from_db()
    assert unit.division_code == "330110009000"
    assert Division.objects.get(code="330110009000").full_name == "浙江省杭州市余杭区三墩镇"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"new_code": NEIGHBOUR_TOWN[:6] + "000000"}, "code_taken"),
        ({"new_code": "339915000000"}, "no_parent"),
        ({"new_code": "330215109000"}, "division_code"),
        ({"new_code": COUNTY}, "nothing_changes"),
        ({"document": " "}, "document_required"),
        ({"effective_on": dt.date(2999, 1, 1)}, "date_to_come"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(asker, more, code):
    with pytest.raises(Invalid) as refusal:
        division_change_request(actor=asker, wanted=wanted(**more))
    assert refusal.value.code == code
    assert refusal.value.cell


def test_two_people_of_the_province_are_needed(asker, approver, office):
    with pytest.raises(NotAllowed):
        division_change_request(actor=office, wanted=wanted())
    change = division_change_request(actor=asker, wanted=wanted())
    with pytest.raises(Conflict):
        division_change_request(actor=approver, wanted=wanted())
    with pytest.raises(NotAllowed):
        division_change_approve(actor=asker, change_id=change.pk)
    with pytest.raises(Invalid):
        division_change_refuse(actor=approver, change_id=change.pk, note="")
    division_change_withdraw(actor=asker, change_id=change.pk)
    again = division_change_request(actor=asker, wanted=wanted())
    division_change_refuse(actor=approver, change_id=again.pk, note="文号不符")
    again.refresh_from_db()
    assert again.state == DivisionChangeState.REFUSED


def test_applying_twice_changes_nothing_more(asker, approver):
    unit = unit_make(number=1)
    change = moved(asker, approver)
    revisions = unit.revisions.count()
    again = division_change_apply(actor=approver, change_id=change.pk)
    assert again.carried == change.carried
    assert unit.revisions.count() == revisions


def test_every_history_with_a_division_is_kept_and_nothing_else_is():
    """Whoever adds an append-only model with a division adds it to `KEPT`: the database refuses."""
    carried = {model._meta.label_lower for model in carried_models()}
    assert not carried & APPEND_ONLY
    histories = KEPT & APPEND_ONLY
    followers = {"registry.division", "registry.unit", "registry.unitcount"}
    of_a_moment = {  # results that speak of the divisions of their time
        "review.qualitysample",
        "review.qualitylot",
        "review.qualitycheck",
        "submissions.batchrun",
        "submissions.batchdivisioncount",
        "summaries.releaserun",
    }
    assert KEPT - histories == followers | of_a_moment | {"summaries.progresscount"}
    assert {"submissions.case", "accounts.user", "registry.enumerationarea"} <= carried


def test_the_pages_show_what_goes_along_and_start_the_work(client, asker, approver):
    unit_make(number=1)
    backend = "accounts.backends.PasswordBackend"
    client.force_login(asker, backend=backend)
    url = reverse("division_changes")
    assert "申请区划变更" in client.get(url).content.decode()
    typed = {
        "old_code": COUNTY,
        "new_code": "330199",
        "new_name": "西湖区",
        "document": "国函〔2018〕1 号",
        "effective_on": "2018-01-02",
    }
    answer = client.post(url, typed)
    assert answer.status_code == 400
    assert "县级的代码为 12 位数字" in answer.content.decode()
    assert "国函〔2018〕1 号" in answer.content.decode()
    answer = client.post(url, typed | {"new_code": MOVED})
    change = DivisionChange.objects.get()
    assert answer.headers["Location"] == reverse("division_change", args=[change.pk])
    assert change_counts(change)["registry.unit"] == 1
    client.force_login(approver, backend=backend)
    page = reverse("division_change", args=[change.pk])
    assert "批准并办理" in client.get(page).content.decode()
    answer = client.post(page, {"act": "approve"})
    job = Job.objects.get(kind=JobKind.DIVISION_CHANGE)
    assert answer.headers["Location"] == reverse("job_detail", args=[job.pk])
    assert job.division_code == PROVINCE


def test_regiments_are_counted_once_under_the_corps(divisions):
    edition = divisions[NATION].edition
    for code, parent, level, name in (
        ("660000000000", NATION, 1, "新疆生产建设兵团"),
        ("660100000000", "660000000000", 2, "第一师阿拉尔市"),
    ):
        Division.objects.create(
            edition=edition, code=code, parent_code=parent, level=level, name=name, full_name=name
        )
    loaded = xpcc_load(actor=None)
    assert loaded.total == 302
    assert xpcc_load(actor=None).unchanged == 302
    made = unit_make(number=1, division_code="652922509000")
    assert made.division_code.startswith("6601")
    assert Division.objects.get(code=made.division_code).name == "兵团五团"


@pytest.mark.django_db(transaction=True)
def test_the_job_carries_it_out_and_says_how_much(asker, approver):
    """In transactions of its own, as a worker runs it: progress is written beside them."""
    unit = unit_make(number=1)
    change = division_change_request(actor=asker, wanted=wanted())
    division_change_approve(actor=approver, change_id=change.pk)
    job = job_start(
        kind=JobKind.DIVISION_CHANGE,
        parameters={"change": change.pk},
        actor=approver,
        division_code=PROVINCE,
    )
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, error="")  # no worker listens here
    division_change_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.division_code) == (JobState.SUCCEEDED, PROVINCE)
    assert "移交普查对象 1 个" in job.message
    unit.refresh_from_db()
    assert unit.division_code == MOVED_TOWN
