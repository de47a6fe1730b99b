"""From lists of three authorities to a frozen register, in a browser, doubts decided by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.enums import Role
from benchmarks.labelled_lists import INDUSTRIES, Town, firms, list_write
from registry.enums import IndustryLevel, RowOutcome, UnitStatus
from registry.models import Industry, RegisterFreeze, SourceRow, Unit
from registry.services.freezing import freeze_faults
from tests.functional.conftest import PHONE
from tests.people import OTHER_TOWN, PROVINCE, TOWN, account

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]
AUTHORITIES = ("business", "permit", "electricity")


def test_three_lists_become_a_frozen_register(
    page, new_page, sign_in, accessible, screenshot, live_server, worker, office, enumerator,
    divisions, tmp_path
):  # fmt: skip
    Industry.objects.bulk_create(
        Industry(code=code, level=IndustryLevel.CLASS, name=code, is_in_scope=True)
        for code in INDUSTRIES
    )
    sign_in(page, office)
    when_lists_are_screened(page, live_server.url, tmp_path, accessible)
    page.goto(f"{live_server.url}/matches/")
    accessible(page)
    screenshot(page, "match-queue")
    when_doubts_are_decided(page)

    phone = new_page(viewport=PHONE)
    sign_in(phone, enumerator)
    closed = Unit.objects.filter(division_code=TOWN, status=UnitStatus.OPERATING)[0]
    phone.goto(f"{live_server.url}/units/{closed.pk}/verify/")
    phone.get_by_label("已关闭").check()
    phone.fill("[name=note]", "厂房已拆除，设备已清空")
    accessible(phone)
    screenshot(phone, "verify-on-a-phone")
    phone.get_by_role("button", name="保存核实结果").click()
    expect(phone.locator(".messages")).to_contain_text("已记录")

    total = Unit.objects.count()
    page.goto(f"{live_server.url}/register/")
    expect(page.locator(".total-row .num").first).to_have_text(str(total))
    accessible(page)
    screenshot(page, "register-home")

    chief = new_page()
    sign_in(chief, account("province-office", Role.OFFICE, division=divisions[PROVINCE]))
    when_register_is_frozen(chief, live_server.url)
    freeze = RegisterFreeze.objects.get()
    assert freeze.unit_count == total
    assert freeze_faults(freeze) == []
    chief.goto(f"{live_server.url}/units/as-of/")
    expect(chief.locator("main")).to_contain_text(freeze.digest)
    accessible(chief)
    screenshot(chief, "frozen")

    then_a_new_name_is_a_change_order(page, f"{live_server.url}/units/{closed.pk}/change/")
    assert freeze_faults(freeze) == []


def when_lists_are_screened(page: Page, url: str, folder, accessible) -> None:
    """Every row of every list has an outcome, and some wait for a person."""
    known = list(firms([Town(TOWN, "三墩镇", "西湖区"), Town(OTHER_TOWN, "双浦镇", "西湖区")], 120))
    rows = 0
    for authority in AUTHORITIES:
        path = folder / f"{authority}.csv"
        rows += len(list_write(authority, known, path))
        page.goto(f"{url}/source-lists/")
        page.select_option("[name=authority]", authority)
        page.fill("[name=reference_date]", "2017-12-31")
        page.set_input_files("[name=file]", path)
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("#column_1")).to_have_value("name")
        accessible(page)
        page.keyboard.press("Enter")  # the button has the focus
        expect(page.locator("#job .tag-succeeded")).to_be_visible(timeout=30_000)
    page.reload()
    accessible(page)
    assert SourceRow.objects.exclude(outcome=RowOutcome.READ).count() == rows


def when_doubts_are_decided(page: Page) -> None:
    """One key a pair; the last decision is taken back once and made again."""
    waiting = SourceRow.objects.filter(outcome=RowOutcome.WAITING).count()
    assert waiting > 2
    units = Unit.objects.count()
    expect(page.locator(".match-facts mark").first).to_be_visible()
    left = page.locator(".page-note")
    page.keyboard.press("y")
    expect(left).to_contain_text(f"还有 {waiting - 1} 行")
    page.keyboard.press("n")
    expect(page.locator(".timeline li")).to_have_count(2)
    assert Unit.objects.count() == units + 1
    page.keyboard.press("u")
    expect(page.locator(".messages")).to_contain_text("已撤销")
    for rest in range(waiting - 1, 0, -1):
        expect(left).to_contain_text(f"还有 {rest} 行")
        page.keyboard.press("y")
    expect(page.locator(".match-facts")).to_have_count(0)
    assert not SourceRow.objects.filter(outcome=RowOutcome.WAITING).exists()


def when_register_is_frozen(page: Page, url: str) -> None:
    """The province's office seals what is known of the standard time."""
    page.goto(f"{url}/units/as-of/")
    page.get_by_label("已核对名录完整").check()
    page.get_by_role("button", name="冻结本辖区名录").click()
    expect(page.locator("#job .tag-succeeded")).to_be_visible(timeout=30_000)


def then_a_new_name_is_a_change_order(page: Page, url: str) -> None:
    """After the freeze nothing that it sealed changes without an order."""
    page.goto(f"{url}?kind=rename")
    page.fill("[name=name]", "更名后的工厂")
    page.fill("[name=effective_on]", "2018-01-01")
    page.fill("[name=reason]", "工商更名")
    page.fill("[name=evidence]", "准予变更登记通知书 1 号")
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator("main")).to_contain_text("冻结后变更单")
