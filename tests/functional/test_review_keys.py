"""A reviewer decides one case after the other with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from review.models import ReviewDecision
from submissions.models import ItemQuery
from tests.factories.case import make_submitted
from tests.factories.decision import return_by
from tests.factories.submission import submit_again

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


def approve_by_keys(page):
    page.keyboard.press("a")
    page.keyboard.press("Enter")


def test_cases_are_decided_by_keyboard_alone(new_page, sign_in, accessible, live_server, cast):
    first = make_submitted(cast.enumerator)
    return_by(first, cast.supervisor, ("hours", "为何这么多？"))
    ItemQuery.objects.update(
        answer="三班", answered_at=first.opened_at, answered_by=cast.enumerator
    )
    submit_again(first, cast.enumerator, hours="4000")
    second, third = make_submitted(cast.enumerator), make_submitted(cast.enumerator)
    page = new_page()
    sign_in(page, cast.supervisor)
    page.goto(f"{live_server.url}/review/?form=A1")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".crumbs")).to_contain_text(first.unit.name)

    page.keyboard.press("?")
    expect(page.locator("[data-keys-help]")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("[data-keys-help]")).to_be_hidden()
    page.keyboard.press("c")  # to the changed cell
    expect(page.locator(":focus")).to_have_attribute("id", "c:hours")
    page.keyboard.press("q")  # to the question
    expect(page.locator(":focus")).to_have_attribute("id", "c:hours")
    page.keyboard.press("g")
    expect(page.locator(".claim")).to_contain_text("我已领取")
    page.keyboard.press("n")
    expect(page.locator(".crumbs")).to_contain_text(second.unit.name)
    page.keyboard.press("p")
    expect(page.locator(".crumbs")).to_contain_text(first.unit.name)

    approve_by_keys(page)
    expect(page.locator(".crumbs")).to_contain_text(second.unit.name)
    page.keyboard.press("r")
    page.keyboard.press("4")
    page.keyboard.press("m")
    page.keyboard.type("apn: 合计不符")  # letters in a field are letters
    page.keyboard.press("Control+Enter")
    expect(page.locator(".crumbs")).to_contain_text(third.unit.name)
    approve_by_keys(page)
    expect(page.locator("h1")).to_contain_text("待我审核")

    told = list(ReviewDecision.objects.order_by("pk").values_list("case_id", "decision", "note"))
    assert told[1:] == [
        (first.pk, "approve", ""),
        (second.pk, "return", "apn: 合计不符"),
        (third.pk, "approve", ""),
    ]
    assert ReviewDecision.objects.get(case=second).reason_codes == ["logic"]
