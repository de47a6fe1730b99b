"""GET /review/"""

import pytest
from django.urls import reverse

from accounts.models import User
from review.models import SavedFilter
from review.queue_order import ORDERS
from review.selectors import QueueFilter, queue_of, queue_previous
from submissions.models import Case, EditFailure
from submissions.services import failure_explain
from tests.factories.case import make_submitted, save
from tests.factories.decision import approve_by, return_by
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
    with django_assert_max_num_queries(10):
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
    monkeypatch.setattr("review.views.queue.PAGE", 2)
    cases = [make_submitted(cast.enumerator) for _number in range(3)]
    signed_in(client, cast.supervisor)
    page = client.get(reverse(URL), {"form": "A1", "after": "nonsense", "division": "x"})
    assert [case.pk for case, _place, _claim in page.context["rows"]] == [cases[0].pk, cases[1].pk]
    rest = client.get(f"{reverse(URL)}?{page.context['next_query']}")
    assert [case.pk for case, _place, _claim in rest.context["rows"]] == [cases[2].pk]
    assert "回到首页" in rest.content.decode()
    none = client.get(reverse(URL), {"q": "没有这家"})
    assert "没有符合条件的普查表" in none.content.decode()


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_has_pages_by_keyset(client, cast, monkeypatch, order):
    """All cases, each once, whatever the order; a place of another order is the beginning."""
    monkeypatch.setattr("review.views.queue.PAGE", 2)
    cases = [make_submitted(cast.enumerator) for _number in range(5)]
    for number, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(
            soft_count=number % 3, changed_count=number % 2, unit_size=1 + number % 4
        )
    signed_in(client, cast.supervisor)
    seen, query = [], f"order={order}"
    while query:
        page = client.get(f"{reverse(URL)}?{query}")
        seen += [case for case, _place, _claim in page.context["rows"]]
        query = page.context["next_query"]
    assert {case.pk for case in seen} == {case.pk for case in cases}
    assert len(seen) == len(cases)
    values = [getattr(case, ORDERS[order].column) for case in seen]
    assert values == sorted(values, reverse=ORDERS[order].is_descending)
    assert client.get(reverse(URL), {"order": order, "after": "nonsense~1"}).status_code == 200
    city = User.objects.get(pk=cast.supervisor.pk)
    backwards, case = [], seen[-1]
    queue = queue_of(city, QueueFilter(order=order))
    while case is not None:
        backwards.append(case.pk)
        case = queue_previous(queue, ORDERS[order], case)
    assert backwards == [case.pk for case in reversed(seen)]


def test_a_filter_is_kept_counted_and_forgotten(client, cast):
    make_submitted(cast.enumerator)
    signed_in(client, cast.supervisor)
    url = reverse("saved_filters")
    assert "还没有筛选条件" in client.post(url, {"name": "x"}, follow=True).content.decode()
    answer = client.post(f"{url}?form=A1&order=due", {"name": "甲表，快到期"})
    assert answer.headers["Location"] == f"{reverse(URL)}?form=A1&order=due"
    client.post(f"{url}?form=B1", {"name": "乙表"})
    part = client.get(f"{url}?form=A1&order=due").content.decode()
    assert '甲表，快到期 <span class="num">1</span>' in part
    assert '乙表 <span class="num">0</span>' in part
    assert SavedFilter.objects.filter(user=cast.supervisor).count() == 2
    signed_in(client, cast.county_reviewer)  # another person has neither seen nor forgets it
    assert "甲表" not in client.get(url).content.decode()
    saved = SavedFilter.objects.get(name="乙表")
    assert "没有这个筛选" in client.post(url, {"forget": saved.pk}, follow=True).content.decode()
    signed_in(client, cast.supervisor)
    client.post(url, {"forget": saved.pk})
    assert [one.name for one in SavedFilter.objects.all()] == ["甲表，快到期"]
    for number in range(12):
        client.post(f"{url}?form=A1", {"name": f"第{number}个"})
    assert SavedFilter.objects.count() == 12


def test_what_a_case_brings_is_counted_on_its_way(cast):
    """Soft findings with the submission; changes since the level that looks has looked."""
    case = make_submitted(cast.enumerator)
    approve_by(case, cast.supervisor)
    return_by(case, cast.county_reviewer)
    save(case, cast.enumerator, output="2000", note="改")
    failure = EditFailure.objects.get(case=case)
    failure_explain(failure_id=failure.pk, actor=cast.enumerator, text="新增两条生产线投产")
    submit_again(case, cast.enumerator)
    assert case.looked == {"supervisor": 1, "county": 1}
    assert (case.review_level, case.soft_count, case.changed_count) == ("supervisor", 1, 2)
    approve_by(case, cast.supervisor)
    assert (case.review_level, case.soft_count, case.changed_count) == ("county", 1, 2)
    approve_by(case, cast.county_reviewer)
    assert (case.review_level, case.changed_count) == ("city", 0)  # it has never looked
    assert case.looked == {"supervisor": 2, "county": 2}
