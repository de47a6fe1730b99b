"""A repeat table of many rows in Chromium: opened, typed into, a cell saved.

    .venv/bin/python -m benchmarks.rows_in_browser --rows 300 --chromium /usr/bin/chromium

Starts a portal of its own with the demonstration census, fills the products of a G101-2 with `--rows`
rows and works in the page as a filler does. The baseline of every ratio is the same table with 10 rows
in the same run. A keystroke is smooth below 50 ms, where nobody notices it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.main_job import free_port, wait_ready

ROOT = Path(__file__).resolve().parent.parent
FORM, GROUP = "G101-2", "products"
KEYSTROKE = """async (path) => {
  const input = document.getElementById(`c:${path}`);
  input.focus();
  const times = [];
  for (let n = 0; n < 20; n += 1) {
    const begun = performance.now();
    input.value = String(n);
    input.dispatchEvent(new InputEvent("input", { bubbles: true, data: String(n) }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - begun);
  }
  return times;
}"""
SEED = """
import json, uuid
from accounts.enums import Permission
from accounts.models import User
from submissions.models import Case, Response
from submissions.services import response_save
def seed(rows):
    cases = Case.objects.filter(form_code="G101-2", status__in=["open", "returned"], holder="both")
    fillers = [u for u in User.objects.filter(assignments__role="enumerator", is_active=True)]
    case, user = next((c, u) for c in cases.select_related("unit", "exercise").order_by("pk")
                      for u in fillers if u.has_perm(Permission.RESPONSE_SAVE, c))
    response = Response.objects.get(case=case)
    have = len(response.rows.get("products", []))
    changes = [{"op": "add_row", "group": "products", "row": f"b{n:07d}", "after": None}
               for n in range(have, rows)]
    if changes:
        response_save(case_id=case.pk, actor=user, save_id=uuid.uuid4(),
                      base_version=response.version, changes=changes, device="benchmark")
    print("SEEDED", json.dumps({"case": case.pk, "user": user.username}))
"""


@dataclass
class Opened:
    """Milliseconds of one visit."""

    rows: int
    ready: float
    key: float
    slowest_key: float
    saved: float

    def report(self, baseline: Opened) -> None:
        """One line for each act, with its ratio."""
        for name in ("ready", "key", "slowest_key", "saved"):
            own, base = getattr(self, name), getattr(baseline, name)
            print(f"{self.rows:>4} rows  {name:<12} {own:>8.1f} ms  {own / base:>5.1f}x 10 rows")


def seeded(manage: list[str], rows: int, environment: dict[str, str]) -> dict[str, Any]:
    """Give the form its rows."""
    code = f"{SEED}\nseed({rows})"
    done = subprocess.run(
        [*manage, "shell", "--no-imports", "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("SEEDED "))
    found: dict[str, Any] = json.loads(line.removeprefix("SEEDED "))
    return found


def visit(port: int, case: dict[str, Any], rows: int, chromium: str) -> Opened:
    """Open the form, type into its last row, wait for the save."""
    base = f"http://127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium or None, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{base}/sign-in/")
        page.fill("input[name=username]", case["user"])
        page.fill("input[name=password]", "pucha-2017")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{base}/")
        page.goto(f"{base}/cases/{case['case']}/")
        page.locator("html[data-grid=ready]").wait_for()
        ready = page.evaluate("performance.now()")
        last = page.locator(f"tr[data-row] td[data-cell^='{GROUP}/'] input").last
        path = last.evaluate("input => input.name")
        times = page.evaluate(KEYSTROKE, path)
        saved = page.evaluate(
            """() => new Promise((done) => {
              const begun = performance.now();
              const bar = document.getElementById("save-state");
              const look = () => bar.dataset.state === "saved"
                ? done(performance.now() - begun) : setTimeout(look, 5);
              document.activeElement.blur();
              look();
            })"""
        )
        browser.close()
    return Opened(rows, ready, statistics.median(times), max(times), saved)


def main() -> None:
    """Ten rows, then as many as asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--chromium", default="", help="the browser, where Playwright has none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        data = str(Path(folder) / "data")
        port = free_port()
        environment = {**os.environ, "PORTAL_DEBUG": "1", "PYTHONPATH": str(ROOT)}
        command = [str(ROOT / "portal"), "up", "--data", data, "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_ready(port)
            manage = [str(ROOT / "portal"), "manage", "--data", data]
            few = visit(port, seeded(manage, 10, environment), 10, options.chromium)
            case = seeded(manage, options.rows, environment)
            visit(port, case, options.rows, options.chromium).report(few)
        finally:
            server.terminate()
            server.wait(timeout=60)
    sys.exit(0)


if __name__ == "__main__":
    main()
