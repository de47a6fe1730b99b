"""The auditor's way in a browser: search, open, who read, take away, anchor, verify."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import sm2
from audit.models import AuditAnchor, AuditEvent
from audit.services import audit_seal_all, reads_seal_all, sealing
from audit.services.anchoring import anchors_make
from review.enums import Decision
from review.services import decision_record
from submissions.models import Case
from submissions.reading import case_read
from tests.factories.case import make_submitted
from tests.functional.conftest import PHONE

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(cast, monkeypatch) -> Case:
    """A form that was submitted, read by a reviewer, approved; sealed, and the day anchored."""
    asked = sealing.this_cluster
    monkeypatch.setattr(sealing, "this_cluster", lambda: (asked()[0], 2**62))
    case = make_submitted(cast.enumerator)
    case_read(case=case, actor=cast.county_reviewer)
    decision_record(case_id=case.pk, decision=Decision.APPROVE, actor=cast.supervisor)
    reads_seal_all()
    audit_seal_all()
    secret = sm2.secret_make()
    public = sm2.public_of(secret)
    anchors_make(
        sign=lambda message: (public, sm2.sign(secret, public, message)),
        today=timezone.localdate() + dt.timedelta(days=1),
    )
    return case


def test_an_auditor_follows_one_unit_and_proves_the_log(
    page, new_page, sign_in, accessible, screenshot, live_server, worker, auditor, case, cast
):
    url = live_server.url
    sign_in(page, auditor)
    when_acts_of_the_unit_are_found(page, url, case)
    accessible(page)
    screenshot(page, "audit-list")
    page.locator("tr", has_text="提交存证").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(case.submissions.get().hash)
    expect(page.locator("main")).to_contain_text("所在封印")
    accessible(page)
    screenshot(page, "audit-event")

    page.get_by_role("link", name=f"A1 {case.unit.name}").click()
    page.goto(f"{url}/units/{case.unit_id}/reads/")
    expect(page.locator("main")).to_contain_text(cast.county_reviewer.full_name)
    expect(page.locator("main")).to_contain_text(auditor.full_name)  # a moment ago
    accessible(page)
    screenshot(page, "unit-reads")

    page.goto(f"{url}/audit/reads/?person={cast.county_reviewer.username}")
    expect(page.locator("main")).to_contain_text(case.unit.code)
    accessible(page)
    screenshot(page, "audit-reads")

    when_the_search_is_taken_away(page, url, case)
    anchor = AuditAnchor.objects.get()
    then_the_anchor_is_published_and_verified(page, url, anchor, accessible, screenshot)
    then_a_forged_anchor_shows(page, url, anchor)

    phone = new_page(viewport=PHONE)
    sign_in(phone, auditor)
    for path, name in (("/audit/", "audit-list-phone"), ("/anchors/", "anchors-phone")):
        phone.goto(url + path)
        accessible(phone)
        screenshot(phone, name)


def when_acts_of_the_unit_are_found(page: Page, url: str, case: Case) -> None:
    """By the menu, then by the unit's code."""
    page.goto(f"{url}/audit/")
    page.fill("[name=unit]", case.unit.code)
    page.get_by_role("button", name="查找").click()
    expect(page.locator("tbody tr").first).to_contain_text(case.unit.name)
    expect(page.locator("[name=unit]")).to_have_value(case.unit.code)


def when_the_search_is_taken_away(page: Page, url: str, case: Case) -> None:
    """As a workbook, with a reason; the export is an act of the log."""
    page.goto(f"{url}/audit/?unit={case.unit.code}")
    page.fill("[name=reason]", "年度审计抽查")
    page.get_by_role("button", name="导出符合条件的全部记录").click()
    expect(page.locator("main")).to_contain_text("已完成", timeout=30_000)
    with page.expect_download() as taken:
        page.locator("a[href$='/result/']").click()
    assert "auditor" in taken.value.suggested_filename
    event = AuditEvent.objects.get(action="audit.exported")
    assert event.detail["reason"] == "年度审计抽查"


def then_the_anchor_is_published_and_verified(
    page: Page, url: str, anchor: AuditAnchor, accessible, screenshot
) -> None:
    """The notice as PDF; the page of verification by the value."""
    page.goto(f"{url}/anchors/")
    page.get_by_role("link", name=anchor.day.isoformat()).click()
    expect(page.locator("main")).to_contain_text("锚值与存储一致")
    accessible(page)
    screenshot(page, "anchor")
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载公告（PDF）").click()
    assert taken.value.suggested_filename.endswith(".pdf")
    page.goto(f"{url}/verify/")
    page.fill("[name=code]", anchor.hash)
    page.get_by_role("button", name="验证").click()
    expect(page.locator("main")).to_contain_text("锚值与存储一致")
    accessible(page)
    screenshot(page, "verify-anchor")


def then_a_forged_anchor_shows(page: Page, url: str, anchor: AuditAnchor) -> None:
    """Whoever owns the database takes the trigger off; the page still tells."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditanchor DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_auditanchor SET event_count = event_count + 1")
        cursor.execute("ALTER TABLE audit_auditanchor ENABLE TRIGGER USER")
    page.goto(f"{url}/verify/?code={anchor.hash}")
    expect(page.locator("main")).to_contain_text("锚值与存储不一致")
