"""Writers save while parts of the portal are killed; afterwards every answered write is there once.

    .venv/bin/python -m benchmarks.kill_test 20 --seed 7

Starts a portal of its own in a temporary folder. Each writer saves a cell of its own form and writes
notes through the web; a save without an answer is sent again under its own number until it is
answered, a note never. At random moments a web worker, a task worker, Valkey or a PostgreSQL
backend is killed with SIGKILL. At the end it is checked in the database that every answered save is
there exactly once with its value, that every answered note is there exactly once with its audit
event, and that the chains of the forms and of the audit log verify. The same seed kills in the same
order. Ends with 1 where anything is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from benchmarks.main_job import CELL, ROOT, Client, free_port, wait_ready

VICTIMS = ("backend", "web", "valkey", "worker")
PAUSES = (0.3, 2.5)  # seconds between a recovery and the next kill
SAVES_BETWEEN = 4  # of each writer, between two kills
ANSWER_WITHIN = 180.0
STARTED_WITHIN = 600.0


@dataclass
class Written:
    """What the portal has answered for."""

    saves: list[tuple[int, str, str]] = field(default_factory=list)  # case, save id, value
    notes: list[tuple[int, str]] = field(default_factory=list)  # case, text
    unanswered: Counter[str] = field(default_factory=Counter)


class Writer(threading.Thread):
    """One person at one form, until told to stop; the save under way is brought to its answer."""

    def __init__(self, port: int, token: str, case: int, written: Written) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.case, self.written = port, token, case, written
        self.stopping = threading.Event()
        self.fault = ""

    def run(self) -> None:
        """Save, now and then write a note."""
        number = 0
        version = self._version()
        while not self.stopping.is_set() and not self.fault:
            number += 1
            version = self._save(version, f"{number}.25")
            if number % 5 == 0:
                self._note(f"note {uuid.uuid4()}")

    def _ask(self, method: str, path: str, body: dict[str, object] | None) -> tuple[int, bytes]:
        """0 where the connection broke: nobody knows whether it was done."""
        client = Client(
            self.port,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            return client.ask(method, path, json.dumps(body).encode() if body else None)
        except (OSError, HTTPException):
            return 0, b""
        finally:
            client.connection.close()

    def _version(self) -> int:
        deadline = time.monotonic() + ANSWER_WITHIN
        while time.monotonic() < deadline:
            status, answer = self._ask("GET", f"/api/v1/cases/{self.case}/response/", None)
            if status == 200:
                return int(json.loads(answer)["version"])
            time.sleep(0.2)
        self.fault = "no answer to reading"
        return 0

    def _save(self, version: int, value: str) -> int:
        """The same save until it is answered."""
        save_id = str(uuid.uuid4())
        body: dict[str, object] = {
            "save_id": save_id,
            "base_version": version,
            "device": "kill test",
            "changes": [{"op": "set", "cell": CELL, "value": value}],
        }
        deadline = time.monotonic() + ANSWER_WITHIN
        while time.monotonic() < deadline:
            status, answer = self._ask("POST", f"/api/v1/cases/{self.case}/cells/", body)
            if status == 200:
                self.written.saves.append((self.case, save_id, value))
                return int(json.loads(answer)["version"])
            if status and status < 500:
                self.fault = f"save refused: {status} {answer[:200]!r}"
                return version
            self.written.unanswered[f"save {status}"] += 1
            time.sleep(0.1)
        self.fault = "no answer to a save"
        return version

    def _note(self, text: str) -> None:
        """Once: without an answer it may be there or not."""
        body: dict[str, object] = {"text": text}
        status, answer = self._ask("POST", f"/api/v1/cases/{self.case}/notes/", body)
        if status in {200, 201}:
            self.written.notes.append((self.case, text))
        elif status and status < 500:
            self.fault = f"note refused: {status} {answer[:200]!r}"
        else:
            self.written.unanswered[f"note {status}"] += 1


def children_of(parent: int) -> dict[int, str]:
    """The living descendants of a process and their command lines."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if stat[0] != "Z":
                parents[int(entry.name)] = int(stat[1])
                commands[int(entry.name)] = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
    found: dict[int, str] = {}
    ring = {parent}
    while ring:
        ring = {pid for pid, above in parents.items() if above in ring and pid not in found}
        found.update({pid: commands[pid] for pid in ring})
    return found


def victims(portal: int, kind: str) -> list[int]:
    """Processes of one kind below the portal's own: nobody else's is ever touched."""
    below = children_of(portal)
    marks = {
        "web": "census_portal.wsgi",
        "worker": " worker ",
        "valkey": "valkey-server",
        "backend": "postgres: ",
    }
    found = [pid for pid, command in below.items() if marks[kind] in command]
    if kind == "backend":  # those that serve a connection, not the server's own helpers
        return [pid for pid in found if "[local]" in below[pid] or "idle" in below[pid]]
    if kind == "valkey":
        return found
    tops = [pid for pid in found if not any(pid in children_of(other) for other in found)]
    return [pid for pid in found if pid not in tops] or found


def kill_one(portal: int, kind: str, chance: random.Random) -> bool:
    """SIGKILL to one process of the kind; False where there is none just now."""
    found = sorted(victims(portal, kind))
    if not found:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
        return True
    return False


@dataclass(frozen=True)
class Trial:
    """A running portal and who writes to it."""

    port: int
    pid: int
    tokens: list[str]
    cases: list[int]

    def run(self, *, kills: int, seed: int) -> tuple[Written, Counter[str]]:
        """Write, kill, wait until everything answers again; then let the writers come to an end."""
        chance = random.Random(seed)
        written, killed = Written(), Counter[str]()
        writers = [
            Writer(self.port, token, case, written)
            for token, case in zip(self.tokens, self.cases, strict=True)
        ]
        for writer in writers:
            writer.start()
        order = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
        chance.shuffle(order)
        for kind in order:
            self._more(writers, written)
            time.sleep(chance.uniform(*PAUSES))
            deadline = time.monotonic() + 30
            while not kill_one(self.pid, kind, chance):
                assert time.monotonic() < deadline, f"no {kind} to kill"
                time.sleep(0.2)
            killed[kind] += 1
            wait_ready(self.port, ANSWER_WITHIN)
        self._more(writers, written)
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join(ANSWER_WITHIN)
            assert not writer.is_alive(), "a writer does not come to an end"
        faults = [writer.fault for writer in writers if writer.fault]
        assert not faults, faults
        return written, killed

    def _more(self, writers: list[Writer], written: Written) -> None:
        """Wait until so many more saves are answered: nothing is proved where nothing is written."""
        wanted = len(written.saves) + SAVES_BETWEEN * len(writers)
        deadline = time.monotonic() + ANSWER_WITHIN
        while len(written.saves) < wanted:
            faults = [writer.fault for writer in writers if writer.fault]
            assert not faults, faults
            assert time.monotonic() < deadline, "the portal does not save any more"
            time.sleep(0.1)


CHECK = """
import json, sys
from audit.enums import AuditAction
from audit.selectors import details_of
from submissions.models import Case, Note, Response, ResponseRevision
told = json.load(open({path!r}))
faults = []
for case, save_id, value in told["saves"]:
    found = list(ResponseRevision.objects.filter(save_id=save_id, response__case=case))
    if len(found) != 1:
        faults.append(f"save {{save_id}} of {{case}}: {{len(found)}} times")
    elif not any(change.get("value") == value for change in found[0].patch):
        faults.append(f"save {{save_id}} of {{case}}: other value")
for case in {{case for case, _save, _value in told["saves"]}}:
    numbers = list(ResponseRevision.objects.filter(response__case=case).order_by("number")
                   .values_list("number", flat=True))
    response = Response.objects.get(case=case)
    if numbers != list(range(1, response.version + 1)):
        faults.append(f"case {{case}}: versions are not in a row")
for case, text in told["notes"]:
    notes = list(Note.objects.filter(thread__case=case, text=text))
    threads = [detail["number"] for detail in
               details_of(Case.objects.get(pk=case), AuditAction.NOTE_WRITTEN)]
    acts = sum(threads.count(note.thread_id) for note in notes)
    if (len(notes), acts) != (1, 1):
        faults.append(f"{{text}}: {{len(notes)}} times, {{acts}} acts")
for fault in faults:
    print(fault)
print(len(told["saves"]), "saves and", len(told["notes"]), "notes checked,", len(faults), "faults")
sys.exit(bool(faults))
"""


# the seed's forms under review have no submissions, which the chains would rightly miss
ALL_OPEN = (
    "from submissions.models import Case; Case.objects.filter(status='under_review').update("
    "status='open', review_level='', submitted_at=None, submitted_by=None)"
)


def check(manage: list[str], folder: Path, written: Written, environment: dict[str, str]) -> str:
    """Compare with the database and verify the chains. Raises AssertionError on any fault."""
    path = folder / "written.json"
    path.write_text(json.dumps({"saves": written.saves, "notes": written.notes}))
    told = ""
    for command in (
        ["shell", "-v", "0", "--no-imports", "-c", CHECK.format(path=str(path))],
        ["submissions_verify"],
        ["audit_verify"],
    ):
        done = subprocess.run(
            [*manage, *command], env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        told += done.stdout
        assert done.returncode == 0, told
    return told


@contextlib.contextmanager
def portal_up(folder: Path, writers: int) -> Iterator[tuple[Trial, list[str], dict[str, str]]]:
    """A portal of its own with so many forms to write to; stopped afterwards."""
    folder.chmod(0o755)
    data, port = folder / "data", free_port()
    portal = [str(ROOT / "portal")]
    # servers of its own: those of a run of tests are not to be killed
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "COVERAGE_FILE"}
        and not name.startswith(("PORTAL_", "PYTEST_", "DJANGO_", "COV_"))
    }
    environment = {
        **kept,
        "PORTAL_VENV": sys.prefix,
        "PYTHON": sys.executable,
        "PORTAL_DEBUG": "0",
        "PORTAL_SECRET_KEY": uuid.uuid4().hex * 2,
        "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
    }
    with (folder / "up.log").open("wb") as log:
        running = subprocess.Popen(
            [*portal, "up", "--empty", "--data", str(data), "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    manage = [*portal, "manage", "--data", str(data)]
    try:
        wait_ready(port, STARTED_WITHIN)
        seeded = folder / "seeded.json"
        code = (
            "import sys; from benchmarks import seed_main_job as s; "
            f"sys.argv = ['seed', '{max(writers, 60)}', '{seeded}']; s.main(); {ALL_OPEN}"
        )
        subprocess.run([*manage, "shell", "--no-imports", "-c", code], check=True, env=environment)
        told = json.loads(seeded.read_text())
        trial = Trial(port, running.pid, told["tokens"][:writers], told["cases"][:writers])
        yield trial, manage, environment
    finally:
        running.terminate()
        running.wait(30)


def main() -> None:
    """Start, write and kill, check, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with portal_up(folder, given.writers) as (trial, manage, environment):
            began = time.monotonic()
            written, killed = trial.run(kills=given.kills, seed=given.seed)
            print(
                f"{given.kills} kills {dict(killed)} in {time.monotonic() - began:.0f} s; "
                f"answered: {len(written.saves)} saves, {len(written.notes)} notes; "
                f"tries without an answer: {dict(written.unanswered)}"
            )
            print(check(manage, folder, written, environment), end="")


if __name__ == "__main__":
    main()
