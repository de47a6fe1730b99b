"""Health endpoints for load balancers and operators: is the process up, can it work?"""

from __future__ import annotations

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views import View

from census_portal.celery import heartbeat_read

BROKER_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Healthz(View):
    """The process answers. Touches nothing else, so that a dead database restarts no web server."""

    public = True

    def get(self, _request: HttpRequest) -> JsonResponse:
        """Always 200."""
        return _answer({"status": "ok"}, 200)


class Readyz(View):
    """Database, broker and a worker answer: 200, else 503 naming what does not."""

    public = True

    def get(self, _request: HttpRequest) -> JsonResponse:
        """Ask each part; the answer shows no address and no error text."""
        parts = {name: _works(name, check) for name, check in CHECKS.items()}
        ready = all(parts.values())
        checks = {name: "ok" if works else "failing" for name, works in parts.items()}
        return _answer(
            {"status": "ok" if ready else "failing", "checks": checks}, 200 if ready else 503
        )


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError):
        logger.exception("readyz: %s does not answer", name)
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _broker_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
    )
    try:
        return bool(client.ping())
    finally:
        client.close()


def _worker_is_alive() -> bool:
    return heartbeat_read() is not None


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "broker": _broker_answers,
    "worker": _worker_is_alive,
}


def _answer(body: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


healthz = Healthz.as_view()
readyz = Readyz.as_view()
