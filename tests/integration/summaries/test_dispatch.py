"""Dispatch reports: made by the clock and on demand, ranked, compared, kept, as Word and XLSX."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.enums import Role
from audit.hashing import content_hash
from audit.models import AuditEvent
from submissions.enums import CaseStatus
from submissions.models import CollectionExercise
from summaries.dashboards.days import days_record
from summaries.dispatch.services import dispatches_make_all
from summaries.models import DispatchReport
from tests.factories.case import make_case, make_case_at, make_plain_unit, make_submitted
from tests.people import (
    COUNTY,
    FAR_COUNTY,
    FAR_TOWN,
    NATION,
    NEIGHBOUR_COUNTY,
    NEIGHBOUR_TOWN,
    PROVINCE,
    account,
)

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def census(cast, divisions):
    """西湖 one of three submitted and one returned; 余杭 none of two; 洪山 all."""
    make_case_at(CaseStatus.RETURNED, cast)
    make_submitted(cast.enumerator)
    make_case(cast.enumerator)
    beside = account("beside", Role.ENUMERATOR, division=divisions[NEIGHBOUR_TOWN])
    for _n in range(2):
        make_case(beside, unit=make_plain_unit(beside, division_code=NEIGHBOUR_TOWN))
    far = account("far", Role.ENUMERATOR, division=divisions[FAR_TOWN])
    make_submitted(far, unit=make_plain_unit(far, division_code=FAR_TOWN))


def month_text(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def made(client, cast, division=NATION) -> DispatchReport:
    today = timezone.localdate()
    asked = {"division": division, "month": month_text(today)}
    answer = signed_in(client, cast.national_office).post(reverse("dispatch_list"), asked)
    report = DispatchReport.objects.latest("pk")
    assert answer.url == reverse("dispatch_detail", args=[report.pk])
    return report


def test_the_ranking_the_laggards_and_the_quality(client, cast, census):
    report = made(client, cast)
    content = report.content
    ranking = [
        (line["rank"], line["code"], line["submitted_percent"]) for line in content["ranking"]
    ]
    assert ranking == [(1, FAR_COUNTY, 100.0), (2, COUNTY, 33.3), (3, NEIGHBOUR_COUNTY, 0.0)]
    assert [line["code"] for line in content["laggards"]] == [NEIGHBOUR_COUNTY]
    assert [line["code"][:2] for line in content["children"]] == ["42", "33"]
    total = content["total"]
    assert (total["numbers"]["owed"], total["numbers"]["submitted"]) == (6, 2)
    assert content["plan"] is None
    assert content["total"]["change"] is None
    assert report.content_hash == content_hash(content)
    text = client.get(reverse("dispatch_detail", args=[report.pk])).content.decode()
    assert "余杭区" in text
    assert "上月末没有记录" in text


def test_a_month_is_compared_with_the_end_of_the_one_before(client, cast, census):
    last_month = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    days_record(day=last_month)
    make_submitted(cast.enumerator)
    CollectionExercise.objects.update(due_on=dt.date(2030, 1, 1))
    content = made(client, cast).content
    lines = {line["code"]: line for line in content["ranking"]}
    assert lines[COUNTY]["change"] == pytest.approx(16.7)  # from a third to a half
    assert lines[FAR_COUNTY]["change"] == 0
    assert 0 < content["plan"] < 100


def test_a_county_ranks_its_towns(client, cast, census):
    content = made(client, cast, COUNTY).content
    assert content["ranked"] == "town"
    assert [line["name"] for line in content["ranking"]] == ["三墩镇"]


def test_the_documents_say_the_same(client, cast, census):
    report = made(client, cast)
    word = client.get(reverse("dispatch_word", args=[report.pk]))
    document = Document(io.BytesIO(word.content))
    text = "\n".join(p.text for p in document.paragraphs)
    assert "应填普查表 6 份" in text
    assert report.content_hash in text
    ranking = document.tables[1]
    assert [cell.text for cell in ranking.rows[3].cells][:3] == ["3", "浙江省杭州市余杭区", "2"]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("dispatch_workbook", args=[report.pk])).content)
    )
    sheet = book["各县（市、区）排名"]
    assert [cell.value for cell in sheet[4]][:4] == [NEIGHBOUR_COUNTY, 3, "浙江省杭州市余杭区", 2]
    events = AuditEvent.objects.filter(action__startswith="dispatch.").order_by("pk")
    acts = events.values_list("action", flat=True)
    assert list(acts) == ["dispatch.made", "dispatch.downloaded", "dispatch.downloaded"]


def test_the_clock_makes_one_a_month_for_every_division_with_forms(cast, census):
    codes = {"000000000000", "330000000000", "330100000000", COUNTY, NEIGHBOUR_COUNTY}
    codes |= {"420000000000", "420100000000", FAR_COUNTY}
    assert dispatches_make_all(today=dt.date(2018, 3, 1)) == len(codes)
    assert set(DispatchReport.objects.values_list("division_code", flat=True)) == codes
    assert dispatches_make_all(today=dt.date(2018, 3, 2)) == 0
    report = DispatchReport.objects.first()
    assert report.month == dt.date(2018, 2, 1)
    with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("UPDATE summaries_dispatchreport SET content_hash = ''")


def test_refusals_lose_nothing_and_borders_hold(client, cast, census):
    report = made(client, cast)
    later = (timezone.localdate() + dt.timedelta(days=40)).strftime("%Y-%m")
    for asked, sentence in (
        ({"division": NATION, "month": later}, "不能晚于本月"),
        ({"division": "330106109000", "month": "2018-03"}, "到县级为止"),
        ({"division": "999999999999", "month": "2018-03"}, "没有这个区划"),
        ({"division": NATION, "month": "x"}, "月份应写成"),
    ):
        answer = client.post(reverse("dispatch_list"), asked)
        assert answer.status_code == 400
        text = answer.content.decode()
        assert sentence in text
        assert asked["division"] in text
    signed_in(client, cast.office)
    refused = client.post(reverse("dispatch_list"), {"division": PROVINCE, "month": "2018-03"})
    assert refused.status_code == 403
    for name in ("dispatch_detail", "dispatch_word", "dispatch_workbook"):
        assert client.get(reverse(name, args=[report.pk])).status_code == 404
    assert client.get(reverse("dispatch_list")).status_code == 200
