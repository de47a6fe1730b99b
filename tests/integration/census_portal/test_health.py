"""/healthz and /readyz."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError
from redis import RedisError

from census_portal import health
from census_portal.celery import HEARTBEAT_KEY, Heartbeat, heartbeat_read, heartbeat_write


def test_healthz_answers_without_a_query(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert answer["Cache-Control"] == "no-store"


def test_readyz_is_ok_when_a_worker_was_seen(client, db, django_assert_num_queries):
    heartbeat_write()
    with django_assert_num_queries(1):
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "broker": "ok", "worker": "ok"},
    }


def test_readyz_fails_without_a_worker(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "broker": "ok", "worker": "failing"}


def test_readyz_fails_without_the_database_and_shows_no_detail(client, db, monkeypatch, caplog):
    def refuse():
        raise DatabaseError("password of portal@10.0.0.1 is wrong")

    heartbeat_write()
    monkeypatch.setitem(health.CHECKS, "database", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "failing"
    assert b"10.0.0.1" not in answer.content
    assert "readyz: database does not answer" in caplog.text


def test_readyz_fails_without_the_broker(client, db, settings, monkeypatch):
    settings.REDIS_URL = "unix:///nowhere.sock?db=0"

    def refuse():
        raise RedisError("down")

    monkeypatch.setitem(health.CHECKS, "worker", refuse)
    answer = client.get("/readyz")
    assert answer.json()["checks"] == {"database": "ok", "broker": "failing", "worker": "failing"}


def test_heartbeat_fades():
    heartbeat_write()
    assert heartbeat_read()
    assert 0 < cache._cache.get_client().ttl(cache.make_key(HEARTBEAT_KEY)) <= 30
    cache.delete(HEARTBEAT_KEY)
    assert heartbeat_read() is None


def test_worker_writes_its_heartbeat_while_it_runs():
    class Entry:
        cancelled = False

        def cancel(self):
            self.cancelled = True

    class Timer:
        def call_repeatedly(self, seconds, function):
            self.seconds, self.function, self.entry = seconds, function, Entry()
            return self.entry

    class Worker:
        timer = Timer()

    step = Heartbeat(Worker())
    step.start(Worker())
    assert heartbeat_read()
    assert Worker.timer.function is heartbeat_write
    step.stop(Worker())
    step.stop(Worker())
    assert Worker.timer.entry.cancelled
