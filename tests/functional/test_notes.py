"""Notes beside a cell, by keyboard in the grid and again on the review page."""

import re

import pytest
from playwright.sync_api import expect

from submissions.models import Note
from submissions.services import case_submit
from tests.factories.case import fill, make_case
from tests.functional.entry import cell

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]
HAS_NOTE = re.compile("has-note")
SAID = "水表年中换过，读数分两段相加"


def test_note_about_a_cell_is_written_by_keyboard_and_read_by_the_reviewer(
    page, new_page, sign_in, accessible, screenshot, live_server, enumerator, supervisor
):
    case = make_case(enumerator)
    sign_in(page, enumerator)
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    page.wait_for_selector("html[data-grid=ready]")
    expect(page.locator("[data-new-note]")).to_be_visible()
    cell(page, "hours").focus()
    page.keyboard.press("Alt+c")
    expect(page.locator("[data-note-place]")).to_have_text("hours")
    page.keyboard.type(SAID)
    page.locator("[data-new-note] button.button-primary").press("Enter")
    expect(page.locator('td[data-cell="hours"]')).to_have_class(HAS_NOTE)
    expect(page.locator(".note-text")).to_have_text(SAID)
    accessible(page)
    screenshot(page, "notes")
    assert Note.objects.get().thread.cell == "hours"

    fill(case, enumerator)
    case_submit(case_id=case.pk, actor=enumerator)
    review = new_page()
    sign_in(review, supervisor)
    review.goto(f"{live_server.url}/review/{case.pk}/")
    expect(review.locator('td[data-cell="hours"]')).to_have_class(HAS_NOTE)
    review.locator(".note-thread summary").click()
    review.locator(".note-thread textarea").fill("请附换表记录")
    review.locator(".note-thread details button").click()
    expect(review.locator(".note-text")).to_have_text([SAID, "请附换表记录"])
    review.get_by_role("button", name="已解决").click()
    expect(review.locator(".note-thread.is-resolved")).to_be_visible()
    expect(review.locator("td.has-note")).to_have_count(0)
    accessible(review)
    screenshot(review, "notes-review")
