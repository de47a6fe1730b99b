"""The portal's own processes: web, worker, beat."""

from __future__ import annotations

import os
import signal
import sys

from census_portal.launcher.layout import Layout
from census_portal.launcher.processes import Service

TERM, QUIT = signal.SIGTERM, signal.SIGQUIT
# as root Celery warns, and so it does of DEBUG; `up` means both
QUIET = ["-W", "ignore:::celery.platforms", "-W", "ignore:::celery.fixups.django"]
CELERY = [sys.executable, *QUIET, "-m", "celery", "--quiet", "--app", "census_portal"]
MOST_WEB_PROCESSES = 8


def services(host: str, port: int, layout: Layout) -> list[Service]:
    """In starting order."""
    processors = os.cpu_count() or 1
    return [
        Service(
            name="web",
            command=[
                *(sys.executable, "-m", "gunicorn", "census_portal.wsgi:application"),
                *("--bind", f"{host}:{port}", "--worker-class", "gthread", "--threads", "8"),
                *("--workers", str(min(max(2, processors), MOST_WEB_PROCESSES))),
                *("--graceful-timeout", "5", "--log-level", "warning", "--no-control-socket"),
            ],
            stop_plan=((TERM, 7.0), (QUIT, 1.0)),
        ),
        Service(
            name="worker",
            command=[
                *(*CELERY, "worker", "--loglevel", "WARNING"),
                *("--concurrency", str(max(2, processors))),
                *("--without-gossip", "--without-mingle"),
            ],
            stop_plan=((TERM, 5.0), (QUIT, 3.0)),  # warm, then cold: the task is redelivered
            last_signal=QUIT,
        ),
        Service(
            name="beat",
            command=[
                *(*CELERY, "beat", "--loglevel", "WARNING", "--pidfile="),
                *("--schedule", str(layout.data / "beat-schedule")),
            ],
            stop_plan=((TERM, 3.0),),
        ),
    ]
