"""Two hundred hostile values through the page and the API: each gets its sentence, none is lost."""

from __future__ import annotations

import html
import json
import re
import uuid

import pytest

from instruments.evaluation.text import normalise
from instruments.services import codelist_publish
from submissions.enums import FailureKind
from submissions.models import EditFailure, Response
from tests.factories.case import FORM_A, make_case, publish
from tests.factories.instrument import codelist_make
from tests.factories.response import save_body, set_cell
from tests.integration.submissions.hostile_values import SLUGS, Fate, hostile_values

pytestmark = pytest.mark.django_db
CHINESE = re.compile("[\u4e00-\u9fff]")
ITEMS = {
    "amount": {"type": "decimal", "digits": 16, "scale": 2, "min": "0"},
    "hours": {"type": "integer", "digits": 5, "min": "0", "max": "8760"},
    "built_on": {"type": "date"},
    "opened_in": {"type": "year_month"},
    "credit": {"type": "credit_code"},
    "has_permit": {"type": "yes_no"},
    "longitude": {"type": "coordinate"},
    "place": {"type": "division"},
    "phone": {"type": "phone"},
    "method": {"type": "choice", "codelist": "WW_METHOD"},
    "methods": {"type": "multi_choice", "codelist": "WW_METHOD"},
    "permit": {"type": "code", "max_length": 22},
    "note": {"type": "text", "max_length": 2000},
}
WRONG = {FailureKind.TYPE, FailureKind.LIST}


def form() -> dict:
    """One item of every type."""
    label = {"zh": "指标", "en": "item"}
    items = [
        {"slug": slug, "code": "01", "label": label, "required": "never", "confidence": "found"}
        | kind
        for slug, kind in ITEMS.items()
    ]
    section = {"id": "all", "title": label, "items": items}
    return {**FORM_A, "code": "H1", "groups": [], "sections": [section], "rules": []}


@pytest.fixture
def case(enumerator):
    """A case of that form."""
    codelist_publish(actor=None, codelist=codelist_make())
    publish(form(), 3)
    return make_case(enumerator, form_code="H1")


def stored(case) -> dict[str, str]:
    return Response.objects.get(case=case).plain()["values"]


def wrong(case, slug) -> list[EditFailure]:
    return [f for f in EditFailure.objects.filter(case=case, kind__in=WRONG) if slug in f.cells]


def check_fate(case, hostile, before) -> None:
    """The value is there as typed with its mark, or nothing at all has changed."""
    if hostile.fate is Fate.REFUSED:
        assert stored(case) == before, hostile
        return
    assert stored(case)[hostile.slug] == normalise(hostile.text), hostile
    failures = wrong(case, hostile.slug)
    assert len(failures) == (hostile.fate is Fate.KEPT), hostile
    assert all(CHINESE.search(f.message_zh) and f.message_en for f in failures)


def test_there_are_two_hundred_of_them():
    values = {(h.slug, h.text) for slug in SLUGS for h in hostile_values(slug)}
    assert len(values) >= 200
    assert set(SLUGS) == set(ITEMS)


@pytest.mark.parametrize("slug", SLUGS)
def test_hostile_value_through_the_api_is_kept_and_marked_or_refused_with_a_sentence(
    slug, case, enumerator, api
):
    client = api(enumerator)
    for hostile in hostile_values(slug):
        before = stored(case)
        version = Response.objects.get(case=case).version
        answer = client.post(
            f"/api/v1/cases/{case.pk}/cells/",
            json.dumps(save_body(set_cell(slug, hostile.text), base=version)),
            content_type="application/json",
        )
        assert answer.status_code == (400 if hostile.fate is Fate.REFUSED else 200), hostile
        if hostile.fate is Fate.REFUSED:
            assert CHINESE.search(answer.json()["message"])
            assert answer.json()["cell"] in {slug, None}
        check_fate(case, hostile, before)


@pytest.mark.parametrize("slug", SLUGS)
def test_hostile_value_through_the_page_is_shown_again_as_typed(slug, case, enumerator, client):
    client.force_login(enumerator)
    for hostile in hostile_values(slug):
        before = stored(case)
        answer = client.post(
            f"/cases/{case.pk}/save/",
            {
                "base_version": Response.objects.get(case=case).version,
                "save_id": str(uuid.uuid4()),
                "op": "save",
                slug: hostile.text,
            },
            follow=True,
        )
        assert answer.status_code in {200, 400}, hostile
        check_fate(case, hostile, before)
        page = answer.content.decode()
        assert "<script>alert" not in page
        if hostile.fate is Fate.REFUSED:
            assert CHINESE.search(page)
        else:
            assert normalise(hostile.text) in html.unescape(page), hostile
