"""GET /review/"""

import pytest
from django.urls import reverse

from tests.factories.case import make_submitted
from tests.factories.decision import return_by
from tests.factories.submission import submit_again

pytestmark = pytest.mark.django_db
URL = "review_queue"


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_what_waits_is_listed_oldest_first(client, cast, django_assert_max_num_queries):
    first = make_submitted(cast.enumerator)
    return_by(first, cast.supervisor)
    submit_again(first, cast.enumerator)
    second = make_submitted(cast.enumerator)
    signed_in(client, cast.supervisor)
    with django_assert_max_num_queries(9):
        page = client.get(reverse(URL))
    text = page.content.decode()
    assert text.index(first.unit.name) < text.index(second.unit.name)
    assert "共 2 份" in text
    assert "退回后重报" in text
    assert "浙江省杭州市西湖区三墩镇" in text


def test_other_levels_and_neighbours_see_nothing_of_it(client, cast):
    case = make_submitted(cast.enumerator)
    for person in (cast.county_reviewer, cast.neighbour):
        text = signed_in(client, person).get(reverse(URL)).content.decode()
        assert case.unit.name not in text
        assert "没有等待您审核的普查表" in text


@pytest.mark.parametrize("who", ["enumerator", "auditor", "administrator", "office"])
def test_the_page_is_the_reviewers(client, cast, who):
    assert signed_in(client, getattr(cast, who)).get(reverse(URL)).status_code == 403


def test_without_an_account(client):
    assert client.get(reverse(URL)).status_code == 302


def test_pages_and_filters_that_make_no_sense(client, cast, monkeypatch):
    import review.views

    monkeypatch.setattr(review.views, "PAGE", 2)
    cases = [make_submitted(cast.enumerator) for _number in range(3)]
    signed_in(client, cast.supervisor)
    page = client.get(reverse(URL), {"form": "A1", "after": "nonsense", "division": "x"})
    assert [case.pk for case, _place in page.context["rows"]] == [cases[0].pk, cases[1].pk]
    rest = client.get(f"{reverse(URL)}?{page.context['next_query']}")
    assert [case.pk for case, _place in rest.context["rows"]] == [cases[2].pk]
    assert "回到首页" in rest.content.decode()
    none = client.get(reverse(URL), {"q": "没有这家"})
    assert "没有符合条件的普查表" in none.content.decode()
