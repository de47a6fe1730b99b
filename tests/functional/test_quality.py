"""A quality sample in the browser: draw, blind check, adjudication, a lot returned, the report."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.enums import Role
from accounts.models import User
from review.models import QualityCheck, QualityReport, QualitySample
from submissions.enums import CaseStatus
from submissions.models import Case
from tests.factories.case import make_submitted
from tests.factories.quality import SOURCE, VALUE, finish
from tests.functional.conftest import PHONE
from tests.functional.entry import cell, grid_ready
from tests.people import COUNTY, account

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]
PHRASE = "西湖-晚风-2017"


def test_a_failing_lot_is_found_and_goes_back(
    page, new_page, sign_in, accessible, screenshot, live_server, worker, office, enumerator,
    divisions
):  # fmt: skip
    checker = account("checker", Role.REVIEWER, division=divisions[COUNTY], full_name="韩核查")
    cases = [make_submitted(enumerator) for _n in range(6)]
    url = live_server.url
    sign_in(page, office)
    when_the_frame_is_frozen(page, url)
    accessible(page)
    when_the_number_is_public(page)
    accessible(page)
    screenshot(page, "quality-sample", full_page=True)
    sample = QualitySample.objects.get()
    page.get_by_role("link", name="重抽验证").click()
    expect(page.locator(".notice-success")).to_contain_text("与记录完全相同")

    field = new_page()
    sign_in(field, checker)
    check = sample.checks.select_related("unit", "case").first()
    when_it_is_checked_blind(field, url, check, accessible, screenshot)
    page.goto(f"{url}/quality/checks/{check.pk}/")
    when_it_is_adjudicated(page, accessible, screenshot)
    for other in sample.checks.exclude(pk=check.pk).select_related("unit"):
        same = {"unit_name": other.unit.name, "hours": "4800", "has_water": "2"}
        finish(other, checker, office, same)

    page.goto(f"{url}/quality/{sample.pk}/")
    page.get_by_role("button", name="判不合格并整批退回").click()
    expect(page.locator("#job .tag-succeeded")).to_be_visible(timeout=30_000)
    expect(page.locator("#job")).to_contain_text("已退回 6 份")
    assert set(Case.objects.values_list("status", flat=True)) == {CaseStatus.RETURNED}
    then_the_filler_reads_why(new_page, sign_in, url, enumerator, cases[0])
    when_the_report_is_issued(page, url, sample, accessible, screenshot)


def when_the_frame_is_frozen(page: Page, url: str) -> None:
    """A number that is public already is refused at its field; a later one is taken."""
    page.goto(f"{url}/quality/")
    page.fill("[name=source]", SOURCE)
    past = timezone.localtime() - dt.timedelta(days=1)
    page.fill("[name=at]", past.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="冻结抽样框").click()
    expect(page.locator(".field-error")).to_contain_text("可以挑选")
    expect(page.locator("[name=source]")).to_have_value(SOURCE)
    soon = timezone.localtime() + dt.timedelta(minutes=1)
    page.fill("[name=at]", soon.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="冻结抽样框").click()
    expect(page.locator(".messages")).to_contain_text("共 6 行")


def when_the_number_is_public(page: Page) -> None:
    """Not before its time: the test waits for it."""
    page.fill("[name=value]", VALUE)
    page.get_by_role("button", name="抽取", exact=True).click()
    expect(page.locator(".field-error")).to_contain_text("还没有到")
    sample = QualitySample.objects.get()
    wait = (sample.public_at - timezone.now()).total_seconds()
    page.wait_for_timeout(max(0, wait) * 1000 + 200)
    page.get_by_role("button", name="抽取", exact=True).click()
    expect(page.locator("#checks")).to_be_visible()


def when_it_is_checked_blind(
    page: Page, url: str, check: QualityCheck, accessible, screenshot
) -> None:
    """The same grid, empty; the first answers cannot be opened meanwhile."""
    page.goto(f"{url}/quality/checks/{check.pk}/")
    page.get_by_role("button", name="承担这份核查").click()
    grid_ready(page)
    accessible(page)
    screenshot(page, "quality-sheet", full_page=True)
    expect(cell(page, "hours")).to_have_value("")
    refused = page.request.get(f"{url}/cases/{check.case_id}/")
    assert refused.status == 403
    assert "4800" not in refused.text()
    for name, value in {"unit_name": check.unit.name, "hours": "4000"}.items():
        cell(page, name).fill(value)
        cell(page, name).press("Tab")
    cell(page, "has_water").select_option("2")
    cell(page, "note").click()
    expect(page.locator("#save-state[data-state=saved]")).to_be_visible()
    page.get_by_role("link", name="完成独立填报").click()
    page.get_by_role("dialog").get_by_role("button", name="完成独立填报").click()
    expect(page.locator("#differences")).to_contain_text("1")
    expect(page.locator("main")).to_contain_text("核查人不裁定自己的差异")
    assert page.request.get(f"{url}/cases/{check.case_id}/").status == 200


def when_it_is_adjudicated(page: Page, accessible, screenshot) -> None:
    """By another person, with a reason."""
    accessible(page)
    page.get_by_label("裁定", exact=False).first.select_option("true_error")
    page.get_by_role("button", name="保存并完成核查").click()
    expect(page.locator(".field-error")).to_contain_text("请写明裁定理由")
    page.get_by_label("理由", exact=False).first.fill("生产记录为 4000 小时")
    screenshot(page, "quality-adjudication", full_page=True)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    screenshot(page, "quality-adjudication-phone")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("button", name="保存并完成核查").click()
    expect(page.locator("h1 .tag-hard")).to_contain_text("不合格")


def then_the_filler_reads_why(new_page, sign_in, url: str, filler: User, case: Case) -> None:
    """On the form that came back."""
    page = new_page()
    sign_in(page, filler)
    page.goto(f"{url}/cases/{case.pk}/")
    expect(page.locator(".returned")).to_contain_text("抽样核查不合格，整批退回")


def when_the_report_is_issued(
    page: Page, url: str, sample: QualitySample, accessible, screenshot
) -> None:
    """The key is made and opened; the report is signed with it and verified by its number."""
    page.goto(f"{url}/quality/{sample.pk}/")
    page.get_by_role("button", name="完成抽样核查").click()
    expect(page.locator(".messages")).to_contain_text("对各级公开")
    page.get_by_role("link", name="打开签名密钥后签发").click()
    page.fill("[name=passphrase]", PHRASE)
    page.fill("[name=again]", PHRASE)
    page.get_by_role("button", name="启用").click()
    page.goto(f"{url}/quality/{sample.pk}/")
    page.get_by_role("button", name="签发报告").click()
    expect(page.locator(".messages")).to_contain_text("已签发")
    accessible(page)
    screenshot(page, "quality-closed", full_page=True)
    report = QualityReport.objects.get()
    content = page.request.get(f"{url}/quality/reports/{report.pk}/").body()
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(content)).pages)
    assert report.code in text
    page.goto(f"{url}/verify/?code={report.code}")
    expect(page.locator("main")).to_contain_text("签名有效")
    page.goto(f"{url}/quality/")
    accessible(page)
    expect(page.locator("#rates").locator("xpath=ancestor::section")).to_contain_text("33.33%")
    screenshot(page, "quality-home", full_page=True)
