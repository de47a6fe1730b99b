"""The grid when things go wrong: refusals, faults of the server, other tabs, questions of a review."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import expect

from review.enums import Decision, ReturnReason
from review.services import Question, decision_record
from submissions.enums import CaseStatus
from submissions.models import ItemQuery, Response
from tests.factories.case import make_case, make_case_at

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_grid(sign_in, live_server):
    """Sign in and open the grid of a case."""

    def opened(page, user, case):
        sign_in(page, user)
        page.goto(f"{live_server.url}/cases/{case.pk}/")
        page.wait_for_selector("html[data-grid=ready]")

    return opened


def cell(page, path):
    return page.locator(f'[id="c:{path}"]')


def stored(case, path):
    return Response.objects.get(case=case).plain()["values"].get(path, "")


def until(page, condition, seconds=10):
    """Wait in the page's own loop, which also serves its routes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        page.wait_for_timeout(100)
    return False


def answer_once(page, status, body, content_type="application/json"):
    """The server's next answer to a save is this one."""
    seen = []

    def handle(route):
        if route.request.method != "POST" or seen:
            route.continue_()
            return
        seen.append(route.request.post_data)
        text = body if isinstance(body, str) else json.dumps(body)
        route.fulfill(status=status, body=text, content_type=content_type)

    page.route("**/cells/**", handle)
    return seen


@pytest.mark.parametrize("status", [500, 502, 429])
def test_fault_of_the_server_is_waited_out(page, open_grid, enumerator, status):
    case = make_case(enumerator)
    open_grid(page, enumerator, case)
    seen = answer_once(page, status, "<h1>fault</h1>", "text/html")
    cell(page, "hours").fill("31")
    assert until(page, lambda: stored(case, "hours") == "31")
    assert seen
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def test_save_answered_but_not_heard_is_sent_again_and_stored_once(page, open_grid, enumerator):
    case = make_case(enumerator)
    open_grid(page, enumerator, case)
    heard = []

    def lose_the_answer(route):
        if route.request.method == "POST" and not heard:
            heard.append(route.request.post_data)
            route.fetch()
            route.abort()
            return
        route.continue_()

    page.route("**/cells/**", lose_the_answer)
    cell(page, "hours").fill("31")
    expect(page.locator("#save-state")).to_contain_text("已全部保存 ", timeout=8000)
    assert Response.objects.get(case=case).version == 1


def test_refused_value_is_marked_and_the_others_are_saved(page, open_grid, enumerator):
    case = make_case(enumerator)
    open_grid(page, enumerator, case)
    refusal = {"code": "value_too_long", "message": "填报值过长。", "cell": "note"}
    page.context.set_offline(True)
    cell(page, "note").fill("太长的话")
    cell(page, "hours").fill("31")
    answer_once(page, 400, refusal)
    page.context.set_offline(False)
    assert until(page, lambda: stored(case, "hours") == "31")
    expect(page.locator('td[data-cell="note"]')).to_have_attribute("data-state", "failed")
    expect(page.locator("#save-state")).to_contain_text("1 处未被接受")
    expect(cell(page, "note")).to_have_value("太长的话")


def test_too_large_a_save_goes_in_halves(page, open_grid, enumerator):
    case = make_case(enumerator)
    open_grid(page, enumerator, case)
    sent = answer_once(page, 413, "too large", "text/plain")
    page.evaluate(  # both at once, so that one save holds both
        """() => {
            for (const [id, value] of [["c:note", "一"], ["c:hours", "31"]]) {
                const input = document.getElementById(id);
                input.value = value;
                input.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }"""
    )
    assert until(page, lambda: stored(case, "hours") == "31" and stored(case, "note") == "一")
    assert len(json.loads(sent[0])["changes"]) == 2


def test_form_submitted_by_another_person_says_so_and_keeps_what_was_typed(page, open_grid, cast):
    case = make_case(cast.enumerator)
    open_grid(page, cast.enumerator, case)
    locked = {"code": "case_locked", "message": "本表现为“审核中”，不能填报，数据没有保存。"}
    answer_once(page, 409, locked)
    cell(page, "hours").fill("31")
    notice = page.locator("#save-notice")
    expect(notice).to_contain_text("不能填报")
    expect(notice).to_contain_text("暂存在本机")
    expect(cell(page, "hours")).to_have_value("31")
    notice.get_by_role("button", name="重试").click()
    assert until(page, lambda: stored(case, "hours") == "31")


def test_two_tabs_of_one_person_save_both(new_page, open_grid, live_server, enumerator):
    case = make_case(enumerator)
    first = new_page()
    open_grid(first, enumerator, case)
    second = first.context.new_page()
    second.goto(f"{live_server.url}/cases/{case.pk}/")
    second.wait_for_selector("html[data-grid=ready]")
    cell(first, "hours").fill("31")
    cell(second, "note").fill("另一页")
    assert until(first, lambda: stored(case, "hours") and stored(case, "note") == "另一页")
    expect(first.locator("#conflict-dialog")).to_be_hidden()


def test_enter_that_ends_a_word_of_the_input_method_stays_in_the_cell(page, open_grid, enumerator):
    open_grid(page, enumerator, make_case(enumerator))
    cell(page, "note").focus()
    page.evaluate(
        """() => document.activeElement.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"""
    )
    assert page.evaluate("document.activeElement.name") == "note"


def test_returned_form_lands_on_the_first_question_which_is_answered_there(
    page, open_grid, accessible, cast
):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    decision_record(
        case_id=case.pk,
        decision=Decision.RETURN,
        actor=cast.supervisor,
        reason_codes=[ReturnReason.LOGIC],
        note="请核对工时",
        queries=[Question(cell="hours", text="全年无休吗？")],
    )
    open_grid(page, cast.enumerator, case)
    assert page.evaluate("document.activeElement.name") == "hours"
    expect(page.locator(".returned")).to_contain_text("逻辑关系不符")
    expect(page.locator(".returned")).to_contain_text("请核对工时")
    accessible(page)
    question = page.locator('td[data-cell="hours"] .query')
    question.locator("textarea").fill("两班倒，春节停产十天")
    question.get_by_role("button", name="答复").click()
    assert until(page, lambda: ItemQuery.objects.get().answered_at is not None)
    expect(page.locator(".query-answer")).to_contain_text("两班倒")
