"""From lists of two authorities to one register, in a browser, doubts decided by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from benchmarks.labelled_lists import INDUSTRIES, Town, firms, list_write
from registry.enums import IndustryLevel, RowOutcome
from registry.models import Industry, SourceRow, Unit
from tests.people import OTHER_TOWN, TOWN

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


def test_two_lists_become_one_register(
    page, sign_in, accessible, screenshot, live_server, worker, office, tmp_path
):
    Industry.objects.bulk_create(
        Industry(code=code, level=IndustryLevel.CLASS, name=code, is_in_scope=True)
        for code in INDUSTRIES
    )
    known = list(firms([Town(TOWN, "三墩镇", "西湖区"), Town(OTHER_TOWN, "双浦镇", "西湖区")], 120))
    sign_in(page, office)
    rows = 0
    for authority in ("business", "electricity"):
        path = tmp_path / f"{authority}.csv"
        rows += len(list_write(authority, known, path))
        page.goto(f"{live_server.url}/source-lists/")
        page.select_option("[name=authority]", authority)
        page.set_input_files("[name=file]", path)
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("#column_1")).to_have_value("name")
        accessible(page)
        page.keyboard.press("Enter")  # the button has the focus
        expect(page.locator("#job .tag-succeeded")).to_be_visible(timeout=30_000)
    page.reload()
    accessible(page)
    assert SourceRow.objects.exclude(outcome=RowOutcome.READ).count() == rows
    waiting = SourceRow.objects.filter(outcome=RowOutcome.WAITING).count()
    assert waiting > 2
    units = Unit.objects.count()

    page.goto(f"{live_server.url}/matches/")
    expect(page.locator(".match-facts mark").first).to_be_visible()
    accessible(page)
    screenshot(page, "match-queue")
    left = page.locator(".page-note")
    page.keyboard.press("y")
    expect(left).to_contain_text(f"还有 {waiting - 1} 行")
    page.keyboard.press("n")
    expect(page.locator(".timeline li")).to_have_count(2)
    assert Unit.objects.count() == units + 1
    page.keyboard.press("u")
    expect(page.locator(".messages")).to_contain_text("已撤销")
    expect(left).to_contain_text(f"还有 {waiting - 1} 行")
