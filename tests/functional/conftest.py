"""Chromium, axe and a real worker for the browser tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
SCREENSHOTS = os.environ.get("PORTAL_SCREENSHOTS")
expect.set_options(timeout=10_000)  # a busy machine answers late


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say why the browser tests did not run where there is no browser."""
    if CHROMIUM:
        return
    skip = pytest.mark.skip(reason="no Chromium: apt-get install chromium fonts-wqy-zenhei")
    for item in items:
        if "functional" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the run."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def requests_end(seconds: float = 5) -> None:
    """Wait until no request is at the database any more: the tables are emptied after this."""
    time.sleep(0.2)  # a request that has just arrived reaches the database
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.05)


@pytest.fixture
def new_page(browser: Browser, live_server):
    """Opens a page in a context of its own: another person, another device.

    A test fails where a page throws a script error or breaks the content policy.
    """
    contexts = []
    faults: list[str] = []

    def open_page(*, viewport=None, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport=viewport or DESKTOP,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{page.url}: {message.text}")
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    requests_end()
    assert not faults, faults


@pytest.fixture
def page(new_page) -> Page:
    """One page, desktop size."""
    return new_page()


@pytest.fixture
def sign_in(live_server):
    """Sign a person in on a page."""
    from tests.people import PASSWORD

    def as_person(page: Page, user) -> None:
        page.goto(f"{live_server.url}/sign-in/")
        page.fill("input[name=username]", user.username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{live_server.url}/")

    return as_person


@pytest.fixture
def accessible():
    """No serious or critical finding of axe on the page."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page).response["violations"]
        serious = [
            f"{v['id']}: {v['help']} — " + "; ".join(n["html"][:160] for n in v["nodes"][:3])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert not serious, f"{page.url}\n" + "\n".join(serious)

    return check


@pytest.fixture
def screenshot():
    """Keep a picture where PORTAL_SCREENSHOTS names a folder."""

    def take(page: Page, name: str, *, full_page: bool = False) -> None:
        if SCREENSHOTS:
            Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=full_page)

    return take


@pytest.fixture
def worker(transactional_db, settings) -> Iterator[subprocess.Popen]:
    """A real Celery worker process on the test's own database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, "DATABASE_URL": url, "PORTAL_MEDIA_DIR": str(settings.MEDIA_ROOT)}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "census_portal",
            "worker",
            "-c",
            "1",
            "-l",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
        ],
        env=environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
