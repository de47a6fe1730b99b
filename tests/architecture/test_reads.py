"""L4: whatever shows an answer of a unit writes down who was shown it."""

from __future__ import annotations

import io
import zipfile
from html import unescape

import pytest
from django.urls import reverse
from pypdf import PdfReader

from audit.models import ReadEvent
from submissions.enums import CaseAction
from submissions.transitions import case_transition
from tests.architecture.routes import ROUTES
from tests.architecture.test_scopes import TARGETS
from tests.factories.case import save

pytestmark = pytest.mark.django_db
MARK = "不会重复的答案"  # an answer that stands nowhere else
# Routes that show the mark for another reason, none so far.
SHOWS_NO_ANSWER: set[str] = set()


def shown(answer) -> str:
    """The words of a page, a PDF or a workbook."""
    body = b"".join(answer) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/pdf"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            pages = [book.read(n).decode() for n in book.namelist() if n.endswith(".xml")]
        return unescape("".join(pages))
    text = body.decode(errors="replace")
    return text.encode().decode("unicode_escape", errors="ignore") if "\\u" in text else text


def test_a_route_that_shows_an_answer_records_the_read(client, world, cast, monkeypatch):
    """By what comes out of every door, not by a list of doors."""
    things = world.things["own"]
    case_transition(case_id=things["case"].pk, action=CaseAction.RETURN, actor=cast.supervisor)
    save(things["case"], cast.enumerator, note=MARK)
    found, silent = set(), []
    monkeypatch.setattr("audit.services.reading._is_first", lambda _key: True)
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    for route in (r for r in ROUTES if r.name in TARGETS):
        kwargs = TARGETS[route.name].kwargs(things)
        if "number" in route.arguments:
            kwargs = {**kwargs, "number": 1}
        before = ReadEvent.objects.count()
        answer = client.get(reverse(route.name, kwargs=kwargs), {"cell": "note", "since": "0"})
        if answer.status_code != 200 or MARK not in shown(answer):
            continue
        found.add(route.name)
        if ReadEvent.objects.count() == before:
            silent.append(route.name)
    assert {"case_fill", "api_case_response", "case_print", "case_workbook", "unit_print"} <= found
    assert not set(silent) - SHOWS_NO_ANSWER, silent
