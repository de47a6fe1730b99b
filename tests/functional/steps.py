"""Steps of the main job: who does what on which page, and what the page must show."""

from __future__ import annotations

import os
import re
import signal
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, expect

from accounts.models import User
from registry.models import Unit
from submissions.enums import JobState
from submissions.models import Case, Job, Response
from submissions.services import case_submit, cases_derive, response_save
from tests.functional.conftest import DESKTOP, PHONE
from tests.functional.entry import changes_of, grid_ready


@dataclass
class Portal:
    """The running portal, and the people who have it open, each in a browser of their own."""

    url: str
    new_page: Callable[..., Page]
    sign_in: Callable[[Page, User], None]
    accessible: Callable[[Page], None]
    screenshot: Callable[..., None]
    pages: dict[str, Page] = field(default_factory=dict)
    seen: int = 0

    def page_of(self, person: User, path: str = "") -> Page:
        """This person's page, signed in, at an address."""
        if person.username not in self.pages:
            page = self.pages[person.username] = self.new_page()
            self.sign_in(page, person)
        page = self.pages[person.username]
        if path:
            page.goto(f"{self.url}{path}")
        return page

    def look(self, page: Page, name: str, *, phone: bool = False) -> None:
        """The page pleases axe; a picture of it; and the same at the width of a phone."""
        self.seen += 1
        self.accessible(page)
        page.evaluate("window.scrollTo(0, 0)")
        self.screenshot(page, f"{self.seen:02d}-{name}", full_page=True)
        if not phone:
            return
        page.set_viewport_size(PHONE)
        self.accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        self.screenshot(page, f"{self.seen:02d}-{name}-phone")
        page.set_viewport_size(DESKTOP)


# --- filling in -----------------------------------------------------------------------------------


def case_of(unit: Unit, form_code: str) -> Case:
    """The unit's form."""
    return Case.objects.get(unit=unit, form_code=form_code)


def stored(case: Case) -> dict[str, Any]:
    """The answers the server holds."""
    return Response.objects.get(case=case).plain()["values"]


def when_form_is_opened(page: Page, form_code: str) -> None:
    """From the page of the unit."""
    page.get_by_role("link", name=re.compile(f"^{form_code} ")).click()
    grid_ready(page)


def then_unit_owes(page: Page, *form_codes: str) -> None:
    """These forms, each with the reason why."""
    rows = page.locator("section[aria-labelledby=cases-title] tbody tr")
    expect(rows).to_have_count(len(form_codes))
    assert set(rows.locator("td:first-child").all_inner_texts()) == set(form_codes)
    for reason in rows.locator("td:nth-child(3)").all_inner_texts():
        assert reason.strip()


def then_receipt(page: Page, case: Case, *, number: int = 1) -> None:
    """The receipt shows number, code and hash of what was frozen."""
    submission = case.submissions.get(number=number)
    expect(page.locator(".receipt-code")).to_have_text(submission.receipt_code)
    expect(page.locator(".receipt")).to_contain_text(f"第 {number} 次提交")
    expect(page.locator(".hash")).to_have_text(submission.hash)
    expect(page.locator(".receipt")).to_contain_text("存档内容与摘要一致")
    assert re.fullmatch("[0-9a-f]{64}", submission.hash)


def submitted(unit: Unit, actor: User, answers: Mapping[str, Mapping[str, Any]]) -> list[Case]:
    """The unit's forms, filled and submitted through the services, in this order."""
    cases_derive(unit_id=unit.pk, actor=None)
    done = []
    for form_code, given in answers.items():
        case = case_of(unit, form_code)
        response = Response.objects.get(case=case)
        response_save(
            case_id=case.pk,
            actor=actor,
            save_id=uuid.uuid4(),
            base_version=response.version,
            changes=changes_of(given, response.plain()["rows"]),
            device="test",
        )
        case_submit(case_id=case.pk, actor=actor)
        case.refresh_from_db()
        done.append(case)
    return done


# --- review ---------------------------------------------------------------------------------------


def when_queue_is_opened(portal: Portal, reviewer: User, *, waiting: int) -> Page:
    """The forms that wait for this person; the first of them opened."""
    page = portal.page_of(reviewer, "/review/")
    expect(page.locator("[data-queue] tbody tr th")).to_have_count(waiting)
    return page


def when_opened_from_the_queue(page: Page, form_code: str) -> None:
    """The line of a form."""
    page.locator("[data-queue] tbody tr", has_text=form_code).get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text(form_code)


def when_all_are_approved(portal: Portal, reviewer: User, *, waiting: int) -> None:
    """One after the other; each approval leads to the next form, the last to the queue."""
    page = when_queue_is_opened(portal, reviewer, waiting=waiting)
    page.locator("[data-queue] tbody a").first.click()
    for left in range(waiting - 1, -1, -1):
        page.locator("[data-approve]").click()
        expect(page.locator(".messages")).to_contain_text(re.compile("审核通过|定稿"))
        if left:
            expect(page.locator(".crumbs")).to_contain_text(f"（{left}）")
    expect(page.locator("[data-queue]")).to_contain_text("没有等待您审核的普查表")


def when_returned_with_a_question(page: Page, path: str, *, reason: str, question: str) -> None:
    """A coded reason, and a question pinned to a cell by a click on it."""
    page.locator("summary", has_text="退回…").click()
    page.locator("label.reason", has_text=reason).locator("input").check()
    page.locator(f'[data-review-form] [data-cell="{path}"]').click()
    pinned = page.locator("[data-question]")
    expect(pinned.locator("select")).to_have_value(path)
    pinned.locator("textarea").fill(question)
    page.get_by_role("button", name="退回给填报方").click()
    expect(page.locator(".messages")).to_contain_text("退回")


def then_there_is_nothing_here(page: Page, url: str) -> None:
    """What lies outside the own division does not exist."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 404, f"{url}: {answer.status}"


# --- progress and summaries -----------------------------------------------------------------------


def then_numbers_agree_with_their_lists(page: Page) -> dict[str, int]:
    """Every number of the total row opens a list of so many. Returns the numbers by heading."""
    heads = [text.strip() for text in page.locator(".progress-table thead th").all_inner_texts()]
    cells = page.locator(".progress-table tr.total-row > *").all()
    counts = dict(zip(heads, [cell.inner_text().strip() for cell in cells], strict=True))
    links = {
        head: cell.get_by_role("link").get_attribute("href")
        for head, cell in zip(heads, cells, strict=True)
        if cell.get_by_role("link").count()
    }
    address = page.url
    for head, link in links.items():
        page.goto(address.split("/progress/")[0] + str(link))
        expect(page.locator(".page-note")).to_contain_text(f"共 {counts[head]} 张")
        expect(page.locator("tbody tr")).to_have_count(int(counts[head]))
    page.goto(address)
    return {head: int(counts[head]) for head in links}


@contextmanager
def held_up(worker: Any) -> Iterator[None]:
    """The worker's processes stand still, so that waiting can be seen."""
    os.killpg(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(worker.pid, signal.SIGCONT)


def when_summary_is_ordered(page: Page, *, division: str, axis: str) -> None:
    """At the national level of approval."""
    page.locator("select[name=table]").select_option("H101")
    page.get_by_label("区划代码").fill(division)
    page.get_by_label("分组").select_option(label=axis)
    page.get_by_label("审核层级").select_option("national")
    page.get_by_role("button", name="开始汇总").click()
    expect(page.locator("#summary")).to_be_visible()


def then_table_appears(page: Page) -> None:
    """When the worker is ready, without anybody reloading the page."""
    expect(page.locator(".summary-table")).to_be_visible(timeout=30_000)
    job = Job.objects.latest("pk")
    assert job.state == JobState.SUCCEEDED
    assert job.progress_done == job.progress_total > 0


def downloaded(page: Page) -> tuple[str, Any]:
    """The name and the workbook of the summary on the page."""
    with page.expect_download() as download:
        page.get_by_role("link", name="下载工作簿").click()
    content = Path(download.value.path()).read_bytes()
    return download.value.suggested_filename, load_workbook(BytesIO(content))


def rows_of(sheet: Worksheet) -> dict[str, list[Any]]:
    """The rows below the head by their name, each with code, name, units, and sum and count pairs."""
    names = [sheet.cell(row, 2).value for row in range(9, sheet.max_row + 1)]
    return {
        name: [cell.value for cell in sheet[row]] for row, name in enumerate(names, start=9) if name
    }
