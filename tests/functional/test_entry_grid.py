"""The entry grid in Chromium: keys, autosave, findings, conflicts, a killed browser, no scripts."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from accounts.enums import Role
from submissions.enums import CaseStatus
from submissions.models import EditFailure, Response
from tests.factories.case import make_case, make_case_at, save
from tests.functional.conftest import CHROMIUM, FLAGS, PHONE
from tests.people import TOWN, account

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(enumerator):
    """Form A of a unit of the town."""
    return make_case(enumerator)


@pytest.fixture
def open_grid(sign_in, live_server):
    """Sign in and open the grid of a case."""

    def opened(page, user, case):
        sign_in(page, user)
        return reopened(page, case)

    def reopened(page, case):
        page.goto(f"{live_server.url}/cases/{case.pk}/")
        page.wait_for_selector("html[data-grid=ready]")
        return page

    opened.again = reopened
    return opened


def cell(page, path):
    return page.locator(f'[id="c:{path}"]')


def focused(page):
    return page.evaluate("document.activeElement.name")


def then_saved(page):
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    expect(page.locator("#save-state")).to_contain_text("已全部保存")


def stored(case):
    return Response.objects.get(case=case).plain()


def until(condition, seconds=8):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_grid_is_filled_with_the_keyboard_alone(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    cell(page, "hours").focus()
    page.keyboard.type("4800")
    page.keyboard.press("Enter")
    assert focused(page) == "has_water"
    page.keyboard.type("2")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "note"
    page.keyboard.type("夜班为主")
    page.keyboard.press("Shift+Enter")
    assert focused(page) == "has_water"
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Home")
    assert focused(page) == "unit_name"
    then_saved(page)
    values = stored(case)["values"]
    assert (values["hours"], values["has_water"], values["note"]) == ("4800", "2", "夜班为主")


def test_grid_tells_the_state_of_a_cell_and_of_the_whole(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    page.context.set_offline(True)
    cell(page, "hours").fill("12")
    expect(page.locator('td[data-cell="hours"]')).to_have_attribute("data-state", "pending")
    expect(page.locator("#save-state")).to_contain_text("离线，已暂存 1 处")
    page.context.set_offline(False)
    then_saved(page)
    assert stored(case)["values"]["hours"] == "12"


def test_grid_keeps_a_wrong_value_marks_it_and_counts_it(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    cell(page, "hours").fill("12x")
    expect(page.locator('td[data-cell="hours"]')).to_have_class(re.compile("has-hard"))
    expect(cell(page, "hours")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".section-title [data-count=hard]").first).to_have_text("1")
    then_saved(page)
    assert stored(case)["values"]["hours"] == "12x"
    assert EditFailure.objects.filter(case=case, kind="type").exists()
    cell(page, "hours").fill("12")
    expect(page.locator('td[data-cell="hours"]')).not_to_have_class(re.compile("has-hard"))


def test_grid_runs_the_rules_before_the_server_answers(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    page.context.set_offline(True)
    cell(page, "hours").fill("8761")
    expect(page.locator("#finding-list")).to_contain_text("全年不超过 8760 小时")
    page.context.set_offline(False)
    assert until(lambda: stored(case)["values"].get("hours") == "8761")


def test_finding_leads_to_its_cell_by_click_and_by_key(page, open_grid, enumerator, case):
    save(case, enumerator, hours="8761", output="2000")
    open_grid(page, enumerator, case)
    page.locator(".finding-jump", has_text="产量偏大").click()
    assert focused(page) == "output"
    cell(page, "note").focus()
    page.keyboard.press("F8")
    assert focused(page) == "hours"
    page.keyboard.press("F8")
    assert focused(page) == "output"
    page.keyboard.press("Shift+F8")
    assert focused(page) == "hours"


def test_soft_finding_is_explained_beside_the_form(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    cell(page, "output").fill("2000")
    entry = page.locator(".finding-soft")
    entry.locator("textarea").fill("核实无误")
    entry.get_by_role("button", name="保存说明").click()
    expect(entry.locator(".field-error")).to_be_visible()
    entry.locator("textarea").fill("九月新增一条生产线，产量翻番")
    entry.get_by_role("button", name="保存说明").click()
    expect(page.locator("#finding-list .kind-explained")).to_be_visible()
    assert EditFailure.objects.get(case=case, severity="soft").explanation.startswith("九月")


def test_repeats_are_added_copied_removed_and_brought_back(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    page.get_by_role("button", name="增加炉窑").click()
    assert focused(page).endswith("/fuel")
    page.keyboard.type("7")
    page.keyboard.press("Alt+n")
    page.keyboard.press("Control+d")
    assert page.evaluate("document.activeElement.value") == "7"
    heads = page.locator(".entry-scroll .head-label")
    expect(heads).to_have_text(["炉窑 1", "炉窑 2"])
    page.get_by_role("button", name="复制").first.click()
    expect(heads).to_have_count(3)
    then_saved(page)
    rows = stored(case)["rows"]["kilns"]
    assert len(rows) == 3
    page.locator(f'th[data-row="{rows[0]}"] [data-act=remove]').click()
    expect(heads).to_have_count(2)
    then_saved(page)
    assert until(lambda: rows[0] not in stored(case)["rows"]["kilns"])
    page.get_by_role("button", name="撤销").click()
    expect(heads).to_have_count(3)
    then_saved(page)
    assert until(lambda: stored(case)["values"].get(f"kilns/{rows[0]}/fuel") == "7")


def test_block_from_a_spreadsheet_is_pasted_and_taken_back(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    add = page.get_by_role("button", name="增加炉窑")
    add.click()
    add.click()
    page.evaluate("navigator.clipboard.writeText('1,234.5\\t2\\r\\n30x\\t40\\r\\n')")
    page.locator('tr[data-line="fuel"] input').first.focus()
    page.keyboard.press("Control+v")
    shown = [i.input_value() for i in page.locator('tr[data-line="fuel"] input').all()]
    assert shown == ["1234.5", "2"]
    expect(page.locator('tr[data-line="kiln_hours"] td.cell').first).to_have_class(
        re.compile("has-hard")
    )
    expect(page.locator("#toast")).to_contain_text("已粘贴 4 格")
    then_saved(page)
    page.keyboard.press("Control+z")
    expect(page.locator('tr[data-line="fuel"] input').first).to_have_value("")
    then_saved(page)
    assert until(lambda: not any("kilns" in path for path in stored(case)["values"]))


def test_nothing_typed_is_lost_when_the_browser_is_killed(
    tmp_path, browser, live_server, sign_in, enumerator, case
):
    def launch():
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=CHROMIUM, args=FLAGS, locale="zh-CN"
        )
        return context, context.pages[0]

    context, page = launch()
    sign_in(page, enumerator)
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    page.wait_for_selector("html[data-grid=ready]")
    page.route("**/cells/**", lambda route: route.abort())
    cell(page, "note").focus()
    page.keyboard.type("断电之前写下的话", delay=20)
    page.wait_for_timeout(1500)
    kill_browser(tmp_path / "profile")
    with suppress(PlaywrightError):  # the driver may have noticed by itself that it is gone
        context.close()
    assert "note" not in stored(case)["values"]

    context, page = launch()
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    if "sign-in" in page.url:
        sign_in(page, enumerator)
        page.goto(f"{live_server.url}/cases/{case.pk}/")
    page.wait_for_selector("html[data-grid=ready]")
    expect(cell(page, "note")).to_have_value("断电之前写下的话")
    assert until(lambda: stored(case)["values"].get("note") == "断电之前写下的话")
    context.close()


def kill_browser(profile):
    """SIGKILL to the browser process that uses this profile, and to nothing else."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"--user-data-dir={profile}" in line:
            try:
                os.kill(int(entry.name), signal.SIGKILL)
            except ProcessLookupError:
                continue


def test_second_editor_is_noticed_and_never_overwritten(
    new_page, open_grid, enumerator, divisions, case
):
    other = account("enumerator2", Role.ENUMERATOR, division=divisions[TOWN], full_name="林普查")
    mine, theirs = new_page(), new_page()
    open_grid(mine, enumerator, case)
    open_grid(theirs, other, case)
    cell(theirs, "hours").fill("5000")
    cell(theirs, "note").fill("二人同填")
    then_saved(theirs)
    expect(theirs.locator("#presence")).to_contain_text("陈普查")

    cell(mine, "hours").fill("4000")
    dialog = mine.locator("#conflict-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("4000")
    expect(dialog).to_contain_text("5000")
    expect(dialog).to_contain_text("林普查")
    assert stored(case)["values"]["hours"] == "5000"
    dialog.locator("input[value=mine]").check()
    dialog.get_by_role("button", name="按所选保存").click()
    then_saved(mine)
    assert until(lambda: stored(case)["values"]["hours"] == "4000")
    expect(cell(mine, "note")).to_have_value("二人同填")


def test_theirs_is_kept_where_the_person_chooses_so(new_page, open_grid, enumerator, case):
    page = new_page()
    open_grid(page, enumerator, case)
    save(case, enumerator, hours="5000")
    cell(page, "hours").fill("4000")
    dialog = page.locator("#conflict-dialog")
    dialog.locator("input[value=theirs]").check()
    dialog.get_by_role("button", name="按所选保存").click()
    then_saved(page)
    expect(cell(page, "hours")).to_have_value("5000")
    assert stored(case)["values"]["hours"] == "5000"


def test_expired_session_says_so_and_saves_after_signing_in(
    page, open_grid, sign_in, enumerator, case
):
    open_grid(page, enumerator, case)
    page.context.clear_cookies(name="sessionid")
    cell(page, "hours").fill("77")
    notice = page.locator("#save-notice")
    expect(notice).to_contain_text("登录已过期")
    beside = page.context.new_page()
    sign_in(beside, enumerator)
    beside.close()
    notice.get_by_role("button", name="重试").click()
    then_saved(page)
    assert stored(case)["values"]["hours"] == "77"


def test_form_is_filled_without_scripts(new_page, sign_in, live_server, enumerator, case):
    page = new_page(javascript=False)
    sign_in(page, enumerator)
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    cell(page, "hours").fill("8761")
    cell(page, "has_water").select_option("2")
    page.get_by_role("button", name="保存").last.click()
    expect(page.locator(".messages")).to_contain_text("强制性错误 1 个")
    expect(page.locator('td[data-cell="hours"] .note-hard')).to_contain_text("8760")
    page.get_by_role("button", name="增加炉窑").click()
    expect(page.locator(".entry-scroll .head-label")).to_have_count(1)
    cell(page, "hours").fill("8000")
    page.get_by_role("button", name="保存").last.click()
    page.get_by_role("link", name="提交").click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator(".receipt-code")).to_contain_text("A1-")


def test_submit_dialog_lists_blocks_and_then_submits(page, open_grid, enumerator, case):
    open_grid(page, enumerator, case)
    page.get_by_role("link", name="提交").click()
    dialog = page.locator("#submit-dialog")
    expect(dialog).to_contain_text("还不能提交")
    dialog.locator("a[data-cell=hours]").click()
    assert focused(page) == "hours"
    page.keyboard.type("4800")
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="提交").click()
    dialog.get_by_role("button", name="确认提交").click()
    expect(page.locator(".receipt-code")).to_be_visible()
    assert case.submissions.count() == 1


def test_grid_has_no_serious_accessibility_finding(
    page, open_grid, accessible, screenshot, enumerator, case
):
    save(case, enumerator, hours="8761", output="2000")
    open_grid(page, enumerator, case)
    page.get_by_role("button", name="增加炉窑").click()
    accessible(page)
    page.keyboard.press("F1")
    expect(page.locator("#keys-dialog")).to_be_visible()
    accessible(page)
    screenshot(page, "grid-help")


def test_grid_fits_a_phone(new_page, open_grid, accessible, screenshot, enumerator, case):
    page = new_page(viewport=PHONE)
    open_grid(page, enumerator, case)
    page.get_by_role("button", name="增加炉窑").click()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    accessible(page)
    screenshot(page, "grid-phone")


def test_grid_shows_the_last_submission_beside_the_cell_and_marks_a_leap(page, open_grid, cast):
    case = make_case_at(CaseStatus.RETURNED, cast)
    save(case, cast.enumerator, hours="1200")
    open_grid(page, cast.enumerator, case)
    cell(page, "hours").focus()
    earlier = page.locator("[data-help-earlier] li")
    expect(earlier).to_contain_text("上次提交（第 1 次）：4800")
    expect(earlier.locator(".tag-soft")).to_have_text("本次为其 0.25 倍")
    cell(page, "has_water").focus()
    expect(page.locator("[data-help-earlier] .tag-soft")).to_have_count(0)
