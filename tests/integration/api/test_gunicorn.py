"""The save call as bytes on a socket, against a real gunicorn and a real database."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from accounts.services import token_issue
from submissions.models import Response, ResponseRevision
from tests.factories.case import make_case
from tests.factories.response import save_body, set_cell

pytestmark = pytest.mark.django_db(transaction=True)
CRLF = b"\r\n"


def database_url() -> str:
    """The test's own database, for another process."""
    there = connection.get_connection_params()
    known = {name: there[name] for name in ("host", "port", "password") if there.get(name)}
    return f"postgresql://{there['user']}@/{there['dbname']}?{urlencode(known)}"


@pytest.fixture
def server():
    """The path of the socket that gunicorn listens on."""
    with tempfile.TemporaryDirectory(prefix="gu") as folder:
        path = Path(folder) / "s"
        command = [
            *(sys.executable, "-m", "gunicorn", "census_portal.wsgi:application"),
            *("--bind", f"unix:{path}", "--workers", "1", "--threads", "4"),
            *("--worker-class", "gthread", "--no-control-socket", "--log-level", "error"),
        ]
        environment = {**os.environ, "DATABASE_URL": database_url(), "PORTAL_DEBUG": "1"}
        process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
        try:
            wait_for(path)
            yield path
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(path: Path) -> None:
    """Until it answers."""
    for _attempt in range(300):
        try:
            if exchange(path, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("gunicorn did not start")


def exchange(path: Path, data: bytes, *, hang_up: bool = False) -> bytes:
    """Send bytes, read until the other side closes. `hang_up` closes our side after sending."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(path))
        client.sendall(data)
        if hang_up:
            client.shutdown(socket.SHUT_WR)
        received = b""
        while block := client.recv(65536):
            received += block
    return received


def status_and_json(answer: bytes) -> tuple[int, dict]:
    head, _blank, body = answer.partition(CRLF + CRLF)
    if b"transfer-encoding: chunked" in head.lower():
        body = dechunked(body)
    return int(head.split()[1]), json.loads(body)


def dechunked(body: bytes) -> bytes:
    found = b""
    while body:
        size, _crlf, rest = body.partition(CRLF)
        length = int(size, 16)
        found, body = found + rest[:length], rest[length + 2 :]
    return found


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


@pytest.fixture
def head(case, enumerator):
    """The beginning of a request to save; headers end where the test goes on."""
    token, _row = token_issue(actor=enumerator)
    return (
        f"POST /api/v1/cases/{case.pk}/cells/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    ).encode()


def body_of(value: str = "4800", save_id: str | None = None) -> bytes:
    body = save_body(set_cell("hours", value), save_id=save_id or str(uuid.uuid4()))
    return json.dumps(body).encode()


def with_length(head: bytes, body: bytes, length: int | None = None) -> bytes:
    return head + f"Content-Length: {length or len(body)}\r\n\r\n".encode() + body


def chunked(head: bytes, body: bytes, size: int = 7) -> bytes:
    chunks = b"".join(
        f"{len(part):x}\r\n".encode() + part + CRLF
        for part in (body[start : start + size] for start in range(0, len(body), size))
    )
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def stored() -> tuple[int, int]:
    """The version of the one response and how many revisions there are."""
    return Response.objects.get().version, ResponseRevision.objects.count()


def test_chunked_broken_truncated_and_repeated_bodies(server, head, case):
    """One server for all of it: after each abuse the next honest save must still be served."""
    save_id = str(uuid.uuid4())
    body = body_of(save_id=save_id)
    status, answer = status_and_json(exchange(server, chunked(head, body)))
    assert (status, answer["version"]) == (200, 1)
    assert stored() == (1, 1)

    status, answer = status_and_json(exchange(server, chunked(head, body, size=1000)))
    assert (status, answer["version"]) == (200, 1)
    assert stored() == (1, 1)

    for broken in (
        head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body + b"\r\n0\r\n\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + body,
        with_length(head + b"Transfer-Encoding: chunked\r\n", body),
        head + b"Transfer-Encoding: gzip\r\n\r\n" + body,
        with_length(head.replace(b"/cells/", b"/ce\x00lls/"), body),
    ):
        status = int(exchange(server, broken, hang_up=True).split()[1])
        assert 400 <= status < 502, broken
        assert status != 500
        assert stored() == (1, 1)

    for cut in (
        with_length(head, body[:-20], length=len(body)),
        chunked(head, body)[:-30],
        head + b"Content-Length: 10",
    ):
        answer = exchange(server, cut, hang_up=True)
        assert not answer or 400 <= int(answer.split()[1]) < 500
        assert stored() == (1, 1)

    large = body_of("x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 10))
    for request in (chunked(head, large, size=1 << 20), with_length(head, large)):
        assert refused_or_hung_up(server, request) in {413, None}
        assert stored() == (1, 1)

    status, answer = status_and_json(
        exchange(
            server,
            with_length(head, body_of("4801")),
        )
    )
    assert (status, answer["code"]) == (409, "save_conflict")
    assert stored() == (1, 1)


def refused_or_hung_up(server: Path, request: bytes) -> int | None:
    """The status; None where the server closed before it had read everything."""
    try:
        return int(exchange(server, request).split()[1])
    except (BrokenPipeError, ConnectionResetError):
        return None


def test_two_identical_requests_at_the_same_time_are_both_answered_and_stored_once(
    server, head, case
):
    for number in range(1, 16):
        save = save_body(set_cell("hours", str(number)), base=number - 1)
        request = with_length(head, json.dumps(save).encode())
        answers: list[tuple[int, dict]] = []
        barrier = threading.Barrier(2)

        def act(request=request, answers=answers, barrier=barrier):
            barrier.wait()
            answers.append(status_and_json(exchange(server, request)))

        threads = [threading.Thread(target=act) for _twice in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [status for status, _body in answers] == [200, 200]
        assert [body["version"] for _status, body in answers] == [number, number]
        assert stored() == (number, number)
