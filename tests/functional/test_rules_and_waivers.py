"""A waiver asked for and approved without a mouse; a rule's examples run in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from submissions.enums import WaiverState
from submissions.models import RuleWaiver
from submissions.services import failure_explain
from tests.factories.case import make_case, save
from tests.factories.waiver import REASON, day

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(cast):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="4800", has_water="2", output="5000")
    return case


def test_a_waiver_is_asked_for_and_approved_by_keyboard(
    new_page, sign_in, accessible, live_server, cast, case
):
    page = new_page()
    sign_in(page, cast.enumerator)
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    page.locator("#finding-list").get_by_role("link", name="申请豁免").press("Enter")
    expect(page.locator("#rule")).to_have_value("A1-R02")
    accessible(page)
    page.keyboard.press("Tab")
    page.keyboard.type(REASON)
    page.fill("#valid_until", day(20).isoformat())
    page.press("#valid_until", "Enter")
    expect(page.locator("h1")).to_contain_text("待批准")

    page = new_page()
    sign_in(page, cast.county_reviewer)
    page.goto(f"{live_server.url}/waivers/?mine=1")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.focus("#note")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("有效")
    accessible(page)
    assert RuleWaiver.objects.with_state(day(0)).get().state == WaiverState.IN_FORCE

    page = new_page()
    sign_in(page, cast.enumerator)
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    expect(page.locator("#finding-list")).to_contain_text(f"已豁免至 {day(20).isoformat()}")
    expect(page.locator("#finding-list").get_by_role("link", name="申请豁免")).to_have_count(0)


def test_the_browser_runs_the_examples_as_the_server_does(
    new_page, sign_in, accessible, live_server, cast, case
):
    page = new_page()
    sign_in(page, cast.county_reviewer)
    page.goto(f"{live_server.url}/rules/")
    accessible(page)
    page.goto(f"{live_server.url}/rules/A1/A1-R03/?case={case.pk}")
    table = page.locator("table[data-ran=yes]")
    expect(table).to_be_visible()
    expect(table.locator("[data-example='1']")).to_have_text("符合")
    expect(table.locator("[data-example='2']")).to_have_text("不符合")
    expect(table).not_to_contain_text("与服务器不同")
    accessible(page)


def test_the_report_of_repeated_texts_is_accessible(
    new_page, sign_in, accessible, live_server, cast, case
):
    for one in (case, make_case(cast.enumerator)):
        save(one, cast.enumerator, hours="4800", has_water="2", output="5000")
        failure = one.failures.get(rule_id="A1-R02")
        failure_explain(
            failure_id=failure.pk, actor=cast.enumerator, text="新增一条年产五千吨的生产线"
        )
    page = new_page()
    sign_in(page, cast.county_reviewer)
    page.goto(f"{live_server.url}/explanations/duplicates/")
    accessible(page)
    page.get_by_role("link", name="新增一条年产五千吨的生产线").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    accessible(page)
