"""Reminders of overdue work: to whom, once a day, who was reminded when, and the first page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from audit.models import AuditEvent
from registry.models import AreaAssignment, EnumerationArea, Unit
from submissions.enums import CaseStatus
from submissions.models import Case
from summaries.models import Reminder, ReminderReading
from tests.factories.case import make_case, make_case_at, make_submitted
from tests.people import CITY, COUNTY, NEIGHBOUR_COUNTY, TOWN

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.localdate() - dt.timedelta(days=1)


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def overdue(cast):
    """One open and one returned form of the enumerator's area, one of nobody's, two reviews."""
    area = EnumerationArea.objects.create(code=f"{TOWN}01", division_code=TOWN, name="一区")
    AreaAssignment.objects.create(
        area=area,
        user=cast.enumerator,
        role=Role.ENUMERATOR,
        valid_from=YESTERDAY,
        assigned_by=cast.office,
    )
    own = [make_case(cast.enumerator), make_case_at(CaseStatus.RETURNED, cast)]
    Unit.objects.filter(pk__in=[case.unit_id for case in own]).update(enumeration_area=area)
    own.append(make_case(cast.enumerator))
    Case.objects.filter(pk__in=[case.pk for case in own]).update(due_on=YESTERDAY)
    waiting = [make_submitted(cast.enumerator) for _n in range(2)]
    long_ago = timezone.now() - dt.timedelta(days=20)
    Case.objects.filter(pk__in=[c.pk for c in waiting]).update(status_changed_at=long_ago)
    make_case(cast.enumerator)  # not overdue: it has no last day
    return own


def targets(client, **asked):
    answer = client.get(reverse("reminders"), asked)
    return {t.key: (t.name, t.count, len(t.recipients)) for t in answer.context["targets"]}


def test_overdue_work_by_person(client, cast, overdue):
    signed_in(client, cast.county_reviewer)
    who, supervisor = cast.enumerator, cast.supervisor
    assert targets(client) == {
        f"fill-{who.pk}": ("陈普查", 1, 1),
        f"returned-{who.pk}": ("陈普查", 1, 1),
        "fill-nobody": ("", 1, 0),
        f"review-supervisor-{TOWN[:9]}-{supervisor.pk}": ("赵指导", 2, 1),
    }


def test_above_the_county_its_office_and_reviewers_are_reminded(client, cast, overdue):
    signed_in(client, cast.city_reviewer)
    assert targets(client) == {
        "fill-330106": ("西湖区", 2, 2),
        "returned-330106": ("西湖区", 1, 2),
        "review-330106": ("西湖区", 2, 2),
    }
    client.post(f"{reverse('reminders')}?division={CITY}", {"target": ["fill-330106"]})
    assert set(Reminder.objects.values_list("recipient__username", "count")) == {
        ("office", 2),
        ("county_reviewer", 2),
    }


def test_a_reminder_is_sent_once_a_day_read_and_kept(client, cast, overdue):
    signed_in(client, cast.county_reviewer)
    key = f"fill-{cast.enumerator.pk}"
    asked = {"target": [key, "fill-nobody"], "note": "请本周内提交"}
    address = f"{reverse('reminders')}?division={COUNTY}"
    text = client.post(address, asked, follow=True).content.decode()
    assert "已催办 1 人次" in text
    assert "请本周内提交" in text
    assert "没有重复催办" in client.post(address, asked, follow=True).content.decode()
    reminder = Reminder.objects.get()
    assert (reminder.count, reminder.sent_by, reminder.recipient) == (
        1,
        cast.county_reviewer,
        cast.enumerator,
    )
    assert AuditEvent.objects.filter(action="reminder.sent").count() == 1
    own = reverse("own_reminders")
    assert "请本周内提交" not in client.get(own).content.decode()
    signed_in(client, cast.enumerator)
    assert "请本周内提交" in client.get(own).content.decode()
    assert own in client.get(reverse("home")).content.decode()
    assert (
        "请本周内提交"
        not in client.post(
            own, {"reminder": reminder.pk}, headers={"HX-Request": "true"}
        ).content.decode()
    )
    assert client.post(own, {"reminder": reminder.pk}).url == reverse("home")
    assert ReminderReading.objects.count() == 1
    for table in ("summaries_reminder", "summaries_reminderreading"):
        with (
            connection.cursor() as cursor,
            pytest.raises(Exception, match="append-only"),
            transaction.atomic(),
        ):
            cursor.execute(f"DELETE FROM {table}")


def test_refusals_keep_what_was_typed_and_borders_hold(client, cast, overdue):
    signed_in(client, cast.county_reviewer)
    answer = client.post(reverse("reminders"), {"note": "请抓紧"})
    assert answer.status_code == 400
    assert "请勾选" in answer.content.decode()
    assert "请抓紧" in answer.content.decode()
    for code in (CITY, NEIGHBOUR_COUNTY):
        assert client.get(reverse("reminders"), {"division": code}).status_code == 404
    signed_in(client, cast.neighbour)
    assert targets(client) == {}
    assert client.post(reverse("own_reminders"), {"reminder": "1"}).status_code == 404
    for who in ("enumerator", "auditor", "administrator"):
        assert signed_in(client, getattr(cast, who)).get(reverse("reminders")).status_code == 403
