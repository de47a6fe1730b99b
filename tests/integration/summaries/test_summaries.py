"""The pages of summaries: list, order, one run, its workbook."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Permission, Role
from accounts.models import RoleAssignment, User
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions.enums import JobState
from submissions.models import Job
from summaries.models import SummaryRun
from summaries.services import summary_compute
from tests.factories.case import make_plain_unit
from tests.factories.exercise import make_exercise
from tests.factories.submission import frozen
from tests.people import CITY, COUNTY, NATION, TOWN

pytestmark = pytest.mark.django_db
ORDER = {"table": "H101", "division": COUNTY, "axis": "division", "level": "county"}


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def exercise(cast):
    return make_exercise()


@pytest.fixture
def run(client, cast, exercise):
    """A finished run of the county."""
    unit = make_plain_unit(cast.enumerator, division_code=TOWN, industry_codes=["1752"])
    document = {"values": {"gross_output": "1234567.50"}}
    frozen(unit, "G101-1", document, actor=cast.enumerator)
    signed_in(client, cast.office).post(reverse("summary_run"), ORDER)
    found = SummaryRun.objects.get()
    summary_compute(job_id=found.job_id)
    found.refresh_from_db()
    return found


def url(name, run):
    return reverse(name, args=[run.pk])


def test_ordering_a_run(client, cast, exercise):
    signed_in(client, cast.office)
    page = client.get(reverse("summary_run")).content.decode()
    for part in (
        COUNTY,
        "浙江省杭州市西湖区三墩镇",
        "工业企业污染物产生与排放情况",
        "县级及以上审核通过",
    ):
        assert part in page
    answer = client.post(reverse("summary_run"), ORDER)
    run = SummaryRun.objects.get()
    assert answer.url == url("summary_detail", run)
    text = client.get(answer.url).content.decode()
    assert "排队中" in text
    assert 'hx-trigger="every 1s"' in text
    inside = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inside
    assert "排队中" in client.get(reverse("summary_list")).content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"division": "33"}, 400, "12 位数字"),
        ({"division": "990000000000"}, 400, "没有这个区划代码"),
        ({"division": CITY}, 403, "您不能汇总这个区划"),
        ({"axis": "colour"}, 400, "选择一个有效的选项"),
        ({"level": "supervisor"}, 400, "选择一个有效的选项"),
    ],
)
def test_what_is_wrong_is_said_and_kept(client, cast, exercise, changes, status, sentence):
    answer = signed_in(client, cast.office).post(reverse("summary_run"), {**ORDER, **changes})
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert not SummaryRun.objects.exists()


def test_the_table_on_the_page(client, run, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        text = client.get(url("summary_detail", run)).content.decode()
    for part in ("1,234,567.50", TOWN, "三墩镇", "合计", "截至", "G101-1 1 份", "千元"):
        assert part in text
    assert "hx-trigger" not in text


def test_the_workbook_and_its_record(client, run):
    answer = client.get(url("summary_workbook", run))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "attachment" in answer["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.content))["综H101表"]
    assert (sheet["B9"].value, sheet["D9"].value, sheet["E9"].value) == ("合计", 1234567.5, 1)
    assert events_for(run).filter(action=AuditAction.SUMMARY_DOWNLOADED).count() == 1


def test_no_workbook_before_the_result(client, cast, exercise):
    signed_in(client, cast.office).post(reverse("summary_run"), ORDER)
    answer = client.get(url("summary_workbook", SummaryRun.objects.get()))
    assert (answer.status_code, "汇总还没有完成" in answer.content.decode()) == (409, True)


def test_who_may_see_a_run(client, cast, run, divisions):
    for name in ("summary_detail", "summary_workbook"):
        assert signed_in(client, cast.national_office).get(url(name, run)).status_code == 200
        for person in (cast.county_reviewer, cast.enumerator, cast.auditor, cast.neighbour):
            assert signed_in(client, person).get(url(name, run)).status_code == 403
    RoleAssignment.objects.create(
        user=cast.neighbour, role=Role.OFFICE, division=divisions["330110000000"]
    )
    stranger = User.objects.get(pk=cast.neighbour.pk)
    assert stranger.can_anywhere(Permission.SUMMARY_RUN)
    signed_in(client, stranger)
    for name in ("summary_detail", "summary_workbook"):
        assert client.get(url(name, run)).status_code == 404
    assert "还没有汇总过" in client.get(reverse("summary_list")).content.decode()


@pytest.mark.parametrize("name", ["summary_list", "summary_run"])
def test_the_pages_need_their_permission(client, cast, name):
    for person in (cast.enumerator, cast.county_reviewer, cast.auditor):
        assert signed_in(client, person).get(reverse(name)).status_code == 403


def test_a_run_that_failed_says_why(client, run):
    SummaryRun.objects.filter(pk=run.pk).update(result=None, result_hash="", computed_at=None)
    Job.objects.filter(pk=run.job_id).update(state=JobState.FAILED, error="任务因程序错误中断")
    text = client.get(url("summary_detail", run)).content.decode()
    assert "任务因程序错误中断" in text
    assert "notice-error" in text


def test_the_list_is_paged(client, cast, exercise, monkeypatch):
    import summaries.views.runs

    monkeypatch.setattr(summaries.views.runs, "PAGE", 1)
    signed_in(client, cast.office)
    client.post(reverse("summary_run"), ORDER)
    client.post(reverse("summary_run"), {**ORDER, "axis": "industry_class"})
    first, second = SummaryRun.objects.order_by("-pk")
    page = client.get(reverse("summary_list"))
    assert [summary.run.pk for summary in page.context["runs"]] == [first.pk]
    rest = client.get(reverse("summary_list") + "?" + page.context["next_query"])
    assert [summary.run.pk for summary in rest.context["runs"]] == [second.pk]


def test_malformed_values_are_said(client, cast, exercise):
    unit = make_plain_unit(cast.enumerator, division_code=TOWN)
    document = {"values": {"gross_output": "12x"}}
    frozen(unit, "G101-1", document, actor=cast.enumerator)
    signed_in(client, cast.national_office).post(
        reverse("summary_run"), {**ORDER, "division": NATION}
    )
    run = SummaryRun.objects.get()
    summary_compute(job_id=run.job_id)
    assert "未计入的错误值" in client.get(url("summary_detail", run)).content.decode()


# --- API --------------------------------------------------------------------------------------
API = "/api/v1/summaries/"
ASKED = {"table": "H101", "division": COUNTY, "axis": "division", "approval_level": "county"}


def post(client, body):
    return client.post(API, body, content_type="application/json")


def test_the_api_orders_lists_and_shows(client, cast, exercise, django_assert_max_num_queries):
    signed_in(client, cast.office)
    answer = post(client, ASKED)
    assert answer.status_code == 201
    pk = answer.json()["id"]
    assert client.get(f"{API}{pk}/").json()["result"] is None
    summary_compute(job_id=answer.json()["job"]["id"])
    with django_assert_max_num_queries(6):
        found = client.get(f"{API}{pk}/").json()
    assert found["job"]["state"] == "succeeded"
    assert [row["code"] for row in found["result"]["rows"]] == [TOWN, "330106110000"]
    assert post(client, {**ASKED, "axis": "industry_class"}).status_code == 201
    page = client.get(API, {"limit": 1}).json()
    assert client.get(API, {"after": page["next"]}).json()["results"][0]["id"] == pk


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"division": "33"}, 400, "invalid"),
        ({"table": "H999"}, 400, "invalid"),
        ({"mood": "good"}, 400, "invalid"),
        ({"division": "990000000000"}, 400, "unknown_division"),
        ({"division": CITY}, 403, "not_allowed"),
    ],
)
def test_the_api_refuses_in_one_shape(client, cast, exercise, changes, status, code):
    answer = post(signed_in(client, cast.office), {**ASKED, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_api_keeps_the_border(client, cast, run):
    assert signed_in(client, cast.county_reviewer).get(f"{API}{run.pk}/").status_code == 403
    assert signed_in(client, cast.auditor).get(API).status_code == 403
    assert post(client, ASKED).status_code == 403
    assert signed_in(client, cast.office).get(f"{API}987654/").status_code == 404
    assert client.get(API, {"limit": "x"}).status_code == 400
