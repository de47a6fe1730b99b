"""The Celery application, and the sign of life that /readyz looks for."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from django.core.cache import cache
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census_portal.settings")

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 5.0
HEARTBEAT_LIFETIME = 30  # seconds; a worker that is silent so long is not there

app = Celery("census_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Heartbeat(bootsteps.StartStopStep):
    """Writes the time to the cache from the worker's own event loop: a stuck worker falls silent."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._timer: Any = None

    def start(self, worker: Any) -> None:
        """Begin with the worker."""
        heartbeat_write()
        self._timer = worker.timer.call_repeatedly(HEARTBEAT_SECONDS, heartbeat_write)

    def stop(self, worker: Any) -> None:
        """End with the worker."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def heartbeat_write() -> None:
    """Say that a worker is alive."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=HEARTBEAT_LIFETIME)


def heartbeat_read() -> str | None:
    """When a worker was last alive, where that is recent."""
    moment: str | None = cache.get(HEARTBEAT_KEY)
    return moment


app.steps["worker"].add(Heartbeat)
