"""The side-by-side queue: a decision a key, told apart by place and by right."""

import pytest
from django.urls import reverse

from registry.enums import RowOutcome
from registry.models import MatchCandidate, SourceList, SourceRow, Unit
from registry.unit_data import UnitData, as_json
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import NEIGHBOUR_TOWN, TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(office):
    """A row of the tax office's list that may be a registered unit."""
    industries_make()
    unit = unit_make(name="西湖区恒泰印染有限公司", address="振华路1号", legal_person="王强")
    unit.source = "frame"
    unit.save()
    source_list = SourceList.objects.create(
        authority="tax",
        name="税务.csv",
        path="none.csv",
        digest="1",
        division_code="330106000000",
        state="screened",
        imported_by=office,
    )
    data = UnitData(
        name="恒泰印染厂",
        division_code=TOWN,
        address="文一路7号",
        industry_codes=("1752",),
        legal_person="王强",
        contact_phone="88001234",
    )
    return made_row(source_list, unit, data)


def made_row(source_list, unit, data, number=2):
    made = SourceRow.objects.create(
        source_list=source_list,
        number=number,
        division_code=data.division_code,
        outcome=RowOutcome.WAITING,
        data=as_json(data),
    )
    MatchCandidate.objects.create(
        row=made, unit=unit, score=0.82, name_score=0.85, codes_differ=False
    )
    return made


def signed_in(client, person):
    client.force_login(person, backend="accounts.backends.PasswordBackend")
    return client


def test_both_sides_are_shown_with_their_differences(
    client, office, row, django_assert_max_num_queries
):
    signed_in(client, office)
    with django_assert_max_num_queries(16):
        text = client.get(reverse("match_queue")).content.decode()
    assert "还有 1 行待判断" in text
    assert "<mark>西湖区</mark>恒泰印染<mark>有限公司</mark>" in text
    assert 'data-key="y"' in text


def test_the_same_unit_learns_and_the_decision_can_be_taken_back(client, office, row):
    signed_in(client, office)
    unit = row.candidates.get().unit
    answer = client.post(
        reverse("match_decide", args=[row.pk]), {"verdict": "same", "unit": unit.pk}, follow=True
    )
    text = answer.content.decode()
    assert "没有待判断的行" in text
    assert "同一对象" in text
    unit.refresh_from_db()
    assert unit.contact_phone == "88001234"
    answer = client.post(reverse("match_reverse", args=[row.pk]), follow=True)
    assert "还有 1 行待判断" in answer.content.decode()
    unit.refresh_from_db()
    assert unit.contact_phone != "88001234"


def test_another_unit_is_registered(client, office, row):
    signed_in(client, office)
    client.post(reverse("match_decide", args=[row.pk]), {"verdict": "different"})
    assert Unit.objects.filter(name="恒泰印染厂").count() == 1
    answer = client.post(reverse("match_decide", args=[row.pk]), {"verdict": "same"}, follow=True)
    assert "已由他人判断" in answer.content.decode()


def test_the_queue_goes_on_behind_the_last_one(client, office, row):
    unit = row.candidates.get().unit
    other = made_row(row.source_list, unit, UnitData(name="另一家印染", division_code=TOWN), 3)
    signed_in(client, office)
    text = client.get(reverse("match_queue"), {"after": f"{TOWN}-{row.pk}"}).content.decode()
    assert "第 3 行" in text
    text = client.get(reverse("match_queue"), {"after": f"{TOWN}-{other.pk}"}).content.decode()
    assert "第 2 行" in text


def test_another_county_neither_sees_nor_decides(client, neighbour, office, row, enumerator):
    elsewhere = UnitData(name="邻县厂", division_code=NEIGHBOUR_TOWN)
    far = made_row(row.source_list, row.candidates.get().unit, elsewhere, 4)
    signed_in(client, office)
    assert client.post(reverse("match_decide", args=[far.pk]), {}).status_code == 404
    assert "邻县厂" not in client.get(reverse("match_queue")).content.decode()
    signed_in(client, enumerator)
    assert client.get(reverse("match_queue")).status_code == 403
