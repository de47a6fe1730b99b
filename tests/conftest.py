"""Fixtures shared by every test: the cast, a quiet database, sockets off."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.utils import translation
from pytest_socket import disable_socket, enable_socket

pytest_plugins = ["tests.people"]


@pytest.fixture(autouse=True)
def sockets_off(request: pytest.FixtureRequest):
    """No test reaches out; the portal's own servers are on Unix sockets or on loopback."""
    marks = {mark.name for mark in request.node.iter_markers()}
    if marks & {"functional", "launcher", "loopback"}:
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """One test database for each process of the run."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty tables with TRUNCATE, so only that trigger is taken off here.

    UPDATE and DELETE stay refused; `tests/unit/audit` proves TRUNCATE on tables of its own.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_no_truncate'"
        )
        for name, table in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}" ON {table}')


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    """Argon2 is slow on purpose; its own test turns it on again."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def in_chinese(settings):
    """A request in English leaves its language to the thread; each test begins in Chinese."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Files of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FACTS_URL = str(tmp_path / "facts")


@pytest.fixture(autouse=True)
def own_cache(settings):
    """The run's own Valkey, under keys that no other test uses."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this hook, too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share the one worker process, the port or Chromium run in one process."""
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if "functional" in marks:
            item.add_marker(pytest.mark.xdist_group("functional"))
        if "launcher" in marks:
            item.add_marker(pytest.mark.xdist_group("launcher"))
