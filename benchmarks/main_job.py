"""The main job over HTTP on a running portal: cell saves, and list and queue pages.

    .venv/bin/python -m benchmarks.main_job --units 100000 --seconds 8

Starts a portal of its own in a temporary folder, fills one province with `--units` units, and
measures (a) saves of one cell by 1, 10 and 50 editors at a time over the API, each on a case of
its own, and (b) the unit list, the case list and the review queue for a county and for the whole
province. The baseline of every ratio is the empty answer of the same server, `/healthz`, asked by
as many clients in the same run.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CELL = "water_total"


@dataclass
class Measured:
    """Durations of one scenario, in seconds."""

    name: str
    clients: int
    seconds: float
    durations: list[float] = field(default_factory=list)
    failures: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.durations) / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.durations)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = headers or {}
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Status and body; cookies are kept."""
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        self.connection.request(method, path, body=body, headers={**self.headers, **headers})
        answer = self.connection.getresponse()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, rest = value.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return answer.status, answer.read()

    def sign_in(self, username: str, password: str) -> None:
        """As the page does."""
        _status, page = self.ask("GET", "/sign-in/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        form = {
            "csrfmiddlewaretoken": token.group(1).decode(),
            "username": username,
            "password": password,
        }
        status, _page = self.ask(
            "POST",
            "/sign-in/",
            urllib.parse.urlencode(form).encode(),
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert status == 302, status


def run(name: str, works: list[Callable[[], int]], seconds: float) -> Measured:
    """Each worker repeats its request until the time is over."""
    measured = Measured(name, len(works), seconds)
    stop = time.perf_counter() + seconds
    lock = threading.Lock()

    def repeat(work: Callable[[], int]) -> None:
        own: list[float] = []
        failures: Counter[int] = Counter()
        while (begun := time.perf_counter()) < stop:
            status = work()
            own.append(time.perf_counter() - begun)
            if status not in {200, 302}:
                failures[status] += 1
        with lock:
            measured.durations.extend(own)
            measured.failures.update(failures)

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return measured


def getter(client: Client, path: str) -> Callable[[], int]:
    """Fetch one page again and again."""
    return lambda: client.ask("GET", path)[0]


def saver(port: int, token: str, case: int) -> Callable[[], int]:
    """Save one cell again and again, each save on the version the one before returned."""
    client = Client(port, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    status, answer = client.ask("GET", f"/api/v1/cases/{case}/response/")
    assert status == 200, status
    state = {"version": json.loads(answer)["version"], "number": 0}

    def save() -> int:
        state["number"] += 1
        body = {
            "save_id": str(uuid.uuid4()),
            "base_version": state["version"],
            "device": "benchmark",
            "changes": [{"op": "set", "cell": CELL, "value": f"{state['number']}.25"}],
        }
        status, answer = client.ask(
            "POST", f"/api/v1/cases/{case}/cells/", json.dumps(body).encode()
        )
        if status == 200:
            state["version"] = json.loads(answer)["version"]
        return status

    return save


def report(measured: Measured, baseline: Measured) -> None:
    """One line: rate, latency, and the ratio to the empty answer of the same server."""
    median = 1000 * statistics.median(measured.durations)
    print(
        f"{measured.name:<44} {measured.clients:>3} clients {measured.rate:>8.1f}/s "
        f"p50 {median:>7.1f} ms  p95 {measured.percentile(0.95):>7.1f} ms  "
        f"failures {dict(measured.failures)}  ratio to {baseline.name}: "
        f"{baseline.rate / measured.rate:.1f}x the time",
        flush=True,
    )


def wait_ready(port: int, seconds: float = 180) -> None:
    """Until every part answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        client = Client(port)
        try:
            if client.ask("GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        finally:
            client.connection.close()
        time.sleep(0.5)
    raise SystemExit("the portal did not become ready")


def measure(port: int, seeded: dict[str, object], seconds: float) -> None:
    """Every scenario, each after its baseline."""
    tokens: list[str] = seeded["tokens"]  # type: ignore[assignment]  # JSON read back
    cases: list[int] = seeded["cases"]  # type: ignore[assignment]  # JSON read back
    for editors in (1, 10, 50):
        clients = [Client(port) for _ in range(editors)]
        baseline = run("/healthz", [getter(c, "/healthz") for c in clients], seconds / 2)
        works = [saver(port, tokens[n], cases[n]) for n in range(editors)]
        report(run("save one cell of G102", works, seconds), baseline)
    baseline = run("/healthz", [getter(Client(port), "/healthz") for _ in range(4)], seconds / 2)
    for who, pages in (
        ("reviewer", ["/units/", "/units/?q=印染", "/cases/", "/review/"]),
        ("office", ["/units/", "/units/?q=印染", "/cases/", "/review/", "/progress/"]),
    ):
        place = "county" if who == "reviewer" else "nation"
        for page in pages:
            works = []
            for _number in range(4):
                client = Client(port)
                client.sign_in(str(seeded[who]), str(seeded["password"]))
                works.append(getter(client, urllib.parse.quote(page, safe="/?=&")))
            report(run(f"{place}: {page}", works, seconds / 2), baseline)


def main() -> None:
    """Start, seed, measure, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        Path(folder).chmod(0o755)
        portal = [str(ROOT / "portal")]
        # as in production: DEBUG off, so that no query is kept
        environment = {
            **os.environ,
            "PORTAL_DEBUG": "0",
            "PORTAL_SECRET_KEY": uuid.uuid4().hex * 2,
            "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
        }
        running = subprocess.Popen(
            [*portal, "up", "--empty", "--data", str(data), "--port", str(port)],
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        try:
            wait_ready(port)
            seeded_file = Path(folder) / "seeded.json"
            begun = time.monotonic()
            code = (
                "import sys; from benchmarks import seed_main_job as s; "
                f"sys.argv = ['seed', '{options.units}', '{seeded_file}']; s.main()"
            )
            subprocess.run(
                [*portal, "manage", "--data", str(data), "shell", "--no-imports", "-c", code],
                check=True,
                env=environment,
            )
            print(f"{options.units} units and as many cases in {time.monotonic() - begun:.1f} s")
            measure(port, json.loads(seeded_file.read_text()), options.seconds)
        finally:
            running.terminate()
            running.wait(30)


if __name__ == "__main__":
    main()
