"""docker-compose.yml: what production promises."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
FILE = CHECKOUT / "docker-compose.yml"
SECRETS = {
    "PORTAL_SECRET_KEY": "key",
    "PORTAL_ALLOWED_HOSTS": "portal.example",
    "PORTAL_TRUSTED_ORIGINS": "https://portal.example",
    "PORTAL_TLS_DIR": "/etc/tls",
    "POSTGRES_PASSWORD": "one",
    "PORTAL_DB_PASSWORD": "two",
    "REDIS_PASSWORD": "three",
}
OWN = ["web", "worker", "beat", "migrate"]


def compose_command() -> list[str] | None:
    """The plugin, else the older program, else nothing."""
    if shutil.which("docker"):
        answer = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if answer.returncode == 0:
            return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load(FILE.read_text())["services"]


def config(secrets: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = compose_command()
    if command is None:
        pytest.skip("no docker compose on this machine")
    return subprocess.run(
        [*command, "--file", str(FILE), "config"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **secrets},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_compose_accepts_the_file():
    answer = config(SECRETS)
    assert answer.returncode == 0, answer.stderr
    assert "postgresql://portal:two@pgbouncer:6432/portal" in answer.stdout


@pytest.mark.parametrize("name", SECRETS)
def test_compose_refuses_to_start_without(name):
    uses = re.findall(rf"\$\{{{name}(\S*)", FILE.read_text())
    assert uses
    assert all(use.startswith(":?") for use in uses)


def test_compose_says_what_is_missing():
    answer = config({})
    assert answer.returncode != 0
    assert "set it in .env" in answer.stderr


def test_every_secret_is_explained_in_the_example():
    explained = set(re.findall(r"^(\w+)=$", (CHECKOUT / "deploy/example.env").read_text(), re.M))
    assert explained == set(SECRETS)


def test_no_secret_is_written_into_the_file():
    assert not re.search(r"PASSWORD: (?!\$\{)|SECRET_KEY: (?!\$\{)", FILE.read_text())


@pytest.mark.parametrize("name", OWN)
def test_our_containers_run_without_root_on_a_read_only_root(services, name):
    service = services[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_every_service_is_watched_and_comes_back(services):
    for name, service in services.items():
        assert "healthcheck" in service, name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_only_the_proxy_is_reached_from_outside(services):
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_debug_is_never_on(services):
    for service in services.values():
        assert "PORTAL_DEBUG" not in (service.get("environment") or {})


def test_web_and_worker_wait_for_the_migration_and_use_the_pool(services):
    for name in ("web", "worker", "beat"):
        conditions = services[name]["depends_on"]
        assert conditions["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["environment"]["PORTAL_PGBOUNCER"] == "1"
    assert "@postgres:5432/" in services["migrate"]["environment"]["DATABASE_URL"]
