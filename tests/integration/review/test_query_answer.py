"""POST /queries/<id>/answer/"""

import pytest
from django.urls import reverse

from submissions.models import ItemQuery
from tests.factories.case import make_submitted
from tests.factories.decision import return_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def query(cast):
    case = make_submitted(cast.enumerator)
    return_by(case, cast.supervisor, ("hours", "为何这么多？"))
    return ItemQuery.objects.get(case=case)


def answer(client, user, query, text="三班", **more):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client.post(reverse("query_answer", args=[query.pk]), {"text": text}, **more)


def test_it_leads_back_to_the_question(client, cast, query):
    told = answer(client, cast.enumerator, query)
    assert told.url == f"{reverse('case_fill', args=[query.case_id])}#q-{query.pk}"
    query.refresh_from_db()
    assert query.answer == "三班"


def test_a_script_gets_json(client, cast, query):
    told = answer(client, cast.enumerator, query, headers={"Accept": "application/json"})
    assert told.json()["answer"] == "三班"
    refused = answer(client, cast.enumerator, query, "", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (400, "answer_required")


def test_a_refusal_is_said_on_the_form(client, cast, query):
    told = answer(client, cast.enumerator, query, " ")
    assert told.status_code == 302
    assert "请写明答复" in client.get(told.url.split("#")[0]).content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("neighbour", 403), ("supervisor", 403), ("auditor", 403)]
)
def test_only_the_filling_side(client, cast, query, who, status):
    assert answer(client, getattr(cast, who), query).status_code == status


def test_out_of_scope(client, cast, query, divisions):
    from accounts.enums import Role
    from tests.people import OTHER_TOWN, account

    other = account("other", Role.ENUMERATOR, division=divisions[OTHER_TOWN])
    assert answer(client, other, query).status_code == 404


def test_it_is_a_post(client, cast, query):
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("query_answer", args=[query.pk])).status_code == 405
