"""Every page of filling in: no serious finding of axe, and no sideways scrolling on a phone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from submissions.enums import CaseStatus, JobKind, JobState
from submissions.models import Job
from tests.factories.case import make_case_at, save
from tests.factories.unit import unit_make
from tests.functional.conftest import DESKTOP, PHONE
from tests.people import COUNTY

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(cast):
    """Pages by the person who opens them."""
    returned = make_case_at(CaseStatus.RETURNED, cast)
    save(returned, cast.enumerator, hours="9000", output="2000")
    waiting = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    unit = unit_make(actor=cast.office)
    job = Job.objects.create(
        kind=JobKind.FRAME_LOAD,
        parameters={"name": "名录.csv", "path": "x", "dry_run": True},
        dedupe_key="k",
        division_code=COUNTY,
        requested_by=cast.office,
        created_at=timezone.now(),
        state=JobState.RUNNING,
        progress_done=3,
        progress_total=10,
        message="正在核对名录",
    )
    return {
        cast.enumerator: [
            "/",
            "/cases/",
            "/cases/?status=void",
            f"/cases/{returned.pk}/",
            f"/cases/{returned.pk}/submit/",
            f"/cases/{waiting.pk}/",
            f"/cases/{waiting.pk}/receipt/",
            f"/units/{unit.pk}/",
            "/nothing/",
        ],
        cast.office: ["/frame/load/", "/jobs/", f"/jobs/{job.pk}/", f"/units/{unit.pk}/"],
        cast.supervisor: ["/", f"/cases/{waiting.pk}/"],
    }


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_are_accessible_and_fit(
    new_page, sign_in, accessible, screenshot, live_server, addresses, viewport
):
    for user, paths in addresses.items():
        page = new_page(viewport=viewport)
        page.goto(f"{live_server.url}/sign-in/")
        accessible(page)
        sign_in(page, user)
        for path in paths:
            page.goto(f"{live_server.url}{path}")
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
            screenshot(page, f"{viewport['width']}-{user.username}{path.replace('/', '_')}")


def test_progress_of_a_job_is_live(page, sign_in, live_server, cast, addresses):
    sign_in(page, cast.office)
    job = Job.objects.get()
    page.goto(f"{live_server.url}/jobs/{job.pk}/")
    assert page.locator("#job").get_by_text("30%", exact=True).first.is_visible()
    Job.objects.filter(pk=job.pk).update(progress_done=7)
    page.locator("#job b", has_text="70%").wait_for()
    Job.objects.filter(pk=job.pk).update(
        state=JobState.SUCCEEDED, progress_done=10, finished_at=timezone.now()
    )
    page.locator("#job .tag-succeeded").wait_for()
    page.reload()
    assert page.locator("#job .tag-succeeded").is_visible()


def test_search_of_a_long_code_list_answers_a_keystroke_at_once(
    page, sign_in, live_server, enumerator
):
    sign_in(page, enumerator)
    slowest = page.evaluate(
        """async () => {
          const { search } = await import('/static/js/grid/combobox.js');
          const entries = Array.from({ length: 20000 }, (_none, n) => {
            const code = String(10000000 + n);
            const label = `产品名称${n}号钢铁制品`;
            return { code, label, text: `${code} ${label}` };
          });
          const times = ['1', '钢', '制品', '19999', '没有', '产品名称1999'].map((typed) => {
            const start = performance.now();
            search(entries, typed);
            return performance.now() - start;
          });
          return Math.max(...times);
        }"""
    )
    assert slowest < 100
