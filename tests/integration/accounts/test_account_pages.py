"""The administrator's pages."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests.people import NEIGHBOUR_TOWN, TOWN

pytestmark = pytest.mark.django_db
GIVEN = {
    "username": "lin.field",
    "full_name": "林普查",
    "phone": "",
    "role": "enumerator",
    "division_code": TOWN,
    "password": "field-work-2018",
}


@pytest.fixture
def as_administrator(client, administrator):
    client.force_login(administrator, backend="accounts.backends.PasswordBackend")
    return client


def test_the_list(as_administrator, enumerator, neighbour, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = as_administrator.get(reverse("account_list"))
    text = page.content.decode()
    assert "陈普查" in text
    assert "吴邻县" not in text
    found = as_administrator.get(reverse("account_list"), {"q": "nobody here"})
    assert "没有符合条件的账号" in found.content.decode()


@pytest.mark.parametrize("name", ["account_list", "account_create"])
def test_the_pages_are_the_administrators(client, enumerator, name):
    client.force_login(enumerator, backend="accounts.backends.PasswordBackend")
    answer = client.get(reverse(name))
    assert answer.status_code == 403
    assert "您的职责不包括此项操作" in answer.content.decode()


def test_opening_an_account(as_administrator):
    assert as_administrator.get(reverse("account_create")).status_code == 200
    answer = as_administrator.post(reverse("account_create"), GIVEN)
    assert answer.status_code == 302
    assert User.objects.filter(username="lin.field", division_code=TOWN).exists()


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"division_code": NEIGHBOUR_TOWN}, 403, "只能管理本辖区内的账号"),
        ({"division_code": "33"}, 400, "12 位数字"),
        ({"division_code": ""}, 400, "请写明所在区划"),
        ({"role": "respondent"}, 400, "填报人须写明普查对象代码"),
        ({"username": "林"}, 400, "用户名由"),
        ({"password": "short"}, 400, "密码"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    as_administrator, changes, status, sentence
):
    answer = as_administrator.post(reverse("account_create"), {**GIVEN, **changes})
    text = answer.content.decode()
    assert answer.status_code == status
    assert sentence in text
    assert "林普查" in text
    assert not User.objects.filter(username="lin.field").exists()


def test_ending_an_account(as_administrator, enumerator, neighbour):
    answer = as_administrator.post(reverse("account_end", args=[enumerator.pk]))
    assert answer.status_code == 302
    enumerator.refresh_from_db()
    assert not enumerator.is_active
    assert as_administrator.post(reverse("account_end", args=[neighbour.pk])).status_code == 404
    assert as_administrator.get(reverse("account_end", args=[enumerator.pk])).status_code == 405


def test_the_audit_screen(client, administrator, auditor, cast):
    from audit.enums import AuditAction
    from audit.services import audit_record, audit_seal_all

    for number in range(60):
        audit_record(
            action=AuditAction.UNIT_AMENDED,
            actor=administrator,
            division_code=TOWN,
            detail={"number": number},
        )
    audit_record(action=AuditAction.UNIT_AMENDED, actor=None, division_code="420111003000")
    audit_seal_all()
    client.force_login(auditor, backend="accounts.backends.PasswordBackend")
    page = client.get(reverse("audit_list"), {"action": "unit.amended", "division": "3301"})
    assert "下一页" in page.content.decode()
    assert "420111003000" not in page.content.decode()
    rest = client.get(f"{reverse('audit_list')}?{page.context['next_query']}")
    assert len(rest.context["events"]) == 10
    none = client.get(reverse("audit_list"), {"person": "谁也不是"})
    assert "没有符合条件的记录" in none.content.decode()
    client.force_login(administrator, backend="accounts.backends.PasswordBackend")
    assert client.get(reverse("audit_list")).status_code == 403
