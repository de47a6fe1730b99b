"""`./portal up`: servers, preparation, web, worker and beat, until Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from census_portal.launcher.errors import LauncherError, StackBusy
from census_portal.launcher.guard import Guard
from census_portal.launcher.layout import CHECKOUT
from census_portal.launcher.manage import PURPOSE as MANAGE
from census_portal.launcher.processes import Service, finish, start
from census_portal.launcher.services import services
from census_portal.launcher.stack import Stack

HOST = "127.0.0.1"
PORT_SECONDS = 4.0  # a portal that was just killed may still be leaving
WEB_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The person asked to stop while something was starting."""


class Portal:
    """One run of the portal, from the first line to the last."""

    def __init__(self, stack: Stack, *, port: int, empty: bool) -> None:
        self._stack = stack
        self._address = f"http://{HOST}:{port}/"
        self._empty = empty
        self._environment = stack.environment()
        self._services = services(HOST, port, stack.layout)
        self._guard = Guard()
        self._stopping = False
        self._started_at = time.monotonic()

    def run(self) -> int:
        """Start, heal until told to stop, stop. The exit code."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop_soon)
        try:
            self._start()
            self._watch()
        except Stopped:
            return 0
        finally:
            self._stop()
        return 0

    def _start(self) -> None:
        self._stack.start(self.say)
        self._check_stopping()
        self._stack.publish_state(purpose="up", address=self._address)
        accounts = self._prepare()
        for service in self._services:
            self._launch(service)
        self._wait_for_web()
        if accounts:
            print(f"\n{accounts}\n", flush=True)
        self.say(f"The portal is at {self._address}   (Ctrl-C stops everything)")

    def _prepare(self) -> str:
        """Migrate and load in a process of its own; answer the table of demo accounts."""
        table = self._stack.layout.data / "accounts.txt"
        table.unlink(missing_ok=True)
        options = ["--accounts", str(table)]
        options += ["--empty"] if self._empty else []
        options += ["--give-back"] if self._stack.owns_broker else []
        if self._run("prepare", *options):
            raise LauncherError("The database could not be prepared; the reason stands above.")
        return table.read_text().strip() if table.exists() else ""

    def _run(self, module: str, *options: str, seconds: float = float("inf")) -> int:
        """Run a module of the launcher inside Django; answer its exit code."""
        deadline = time.monotonic() + seconds
        process = start(
            [sys.executable, "-m", f"census_portal.launcher.{module}", *options],
            last_signal=signal.SIGTERM,
            environment=self._environment,
            folder=CHECKOUT,
        )
        while process.poll() is None:
            if self._stopping:
                finish(process, [(signal.SIGTERM, 3.0)])
                raise Stopped
            if time.monotonic() > deadline:
                finish(process, [])
            time.sleep(0.05)
        return process.returncode

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_SECONDS
        while not _answers(f"{self._address}healthz"):
            self._check_stopping()
            self._heal()
            if time.monotonic() > deadline:
                raise LauncherError("The web server does not answer.")
            time.sleep(0.1)

    def _watch(self) -> None:
        while not self._stopping:
            self._stack.heal(self.say)
            self._heal()
            time.sleep(0.3)

    def _heal(self) -> None:
        for service in self._services:
            code = service.exit_code()
            if code is None or self._stopping:
                continue
            if service.patience.is_lost_after_another():
                raise LauncherError(f"{service.name} keeps ending (exit code {code}); stopping.")
            self.say(f"{service.name} ended (exit code {code}); starting it again")
            if service.name == "worker" and self._stack.owns_broker:
                self._run("give_back", seconds=20)  # it was the only worker: what it held is free
            self._launch(service)

    def _launch(self, service: Service) -> None:
        service.start(self._environment, CHECKOUT)
        running = [each.process for each in self._services if each.process is not None]
        self._guard.watch(process.pid for process in running)

    def _stop(self) -> None:
        began = time.monotonic()
        for service in self._services:
            service.ask_to_stop()
        for service in self._services:
            service.stop()
        self._stack.stop()
        self._guard.dismiss()
        self.say(f"Stopped in {time.monotonic() - began:.1f} s")

    def _stop_soon(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _check_stopping(self) -> None:
        if self._stopping:
            raise Stopped

    def say(self, line: str) -> None:
        """One line for the person at the terminal, which may be gone."""
        with contextlib.suppress(OSError):
            print(f"[{time.monotonic() - self._started_at:5.1f} s] {line}", flush=True)


def up(data: Path, *, port: int, empty: bool) -> int:
    """Run the portal in the foreground."""
    with Stack(data) as stack:
        try:
            stack.lock()
        except StackBusy:
            raise LauncherError(_who_is_up(stack)) from None
        _check_port(port)
        return Portal(stack, port=port, empty=empty).run()


def _who_is_up(stack: Stack) -> str:
    state: Mapping[str, object] = stack.state_of_owner()
    if state["purpose"] == MANAGE:
        return f"A ./portal manage (process {state['pid']}) uses {stack.layout.data}; wait for its end."
    return (
        f"The portal is up already at {state['address']} (process {state['pid']}). "
        "A second one needs a folder and a port of its own: ./portal up --data DIR --port N"
    )


def _check_port(port: int) -> None:
    """Bind rather than connect: only that says whether the port is ours to take."""
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except PermissionError:
                raise LauncherError(
                    f"Port {port} is for root only; choose another: --port N"
                ) from None
            except OSError:
                if time.monotonic() > deadline:
                    raise LauncherError(
                        f"Port {port} is in use by another program; choose another: --port N"
                    ) from None
            else:
                return
        time.sleep(0.2)


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True  # it answers; what it says is not ours to judge
    except OSError:
        return False
