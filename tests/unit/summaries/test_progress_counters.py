"""Counters equal a GROUP BY over the cases, whatever happens to them."""

import random
from collections import Counter
from contextlib import suppress

import pytest
from django.db import connection
from django.utils import timezone

from accounts.exceptions import Refusal
from submissions.enums import CaseAction, CaseStatus
from submissions.models import Case, Response
from submissions.services import case_submit
from submissions.transitions import case_transition
from summaries.models import ProgressCount
from summaries.progress import STATE_OF_CASE
from tests.factories.case import fill, make_case, make_plain_unit, save
from tests.factories.decision import approve_by, return_by
from tests.people import FAR_TOWN, OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db


def counted() -> Counter:
    rows = ProgressCount.objects.filter(count__gt=0).values_list(
        "exercise", "division_code", "form_code", "state", "review_level", "count"
    )
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


def grouped() -> Counter:
    rows = Case.objects.annotate(state=STATE_OF_CASE).values_list(
        "exercise", "division_code", "form_code", "state", "review_level"
    )
    return Counter(
        (exercise, f"{division[:9]}000", form, state, level)
        for exercise, division, form, state, level in rows
    )


def test_a_case_is_counted_where_it_stands(cast):
    case = make_case(cast.enumerator)
    states = dict(ProgressCount.objects.values_list("state", "count"))
    assert states == {"not_started": 1}
    fill(case, cast.enumerator)
    states = dict(ProgressCount.objects.filter(count__gt=0).values_list("state", "count"))
    assert states == {"filling": 1}
    assert counted() == grouped()


class Acts:
    """What can happen to a case; the workflow refuses what does not fit."""

    names = (
        *("first_save", "another_form", "submit", "submit", "approve", "approve", "approve"),
        *("send_back", "void", "reopen", "move"),
    )

    def __init__(self, cast, choose):
        self.cast, self.choose = cast, choose

    def reviewer(self, case):
        levels = ["supervisor", "county", "city", "province", "national"]
        return self.cast.reviewers()[levels.index(case.review_level or "supervisor")]

    def first_save(self, case):
        fill(case, self.cast.enumerator)

    def another_form(self, case):
        save(case, self.cast.enumerator, has_water=self.choose.choice("12"))

    def submit(self, case):
        case_submit(case_id=case.pk, actor=self.cast.enumerator)

    def approve(self, case):
        approve_by(case, self.reviewer(case))

    def send_back(self, case):
        return_by(case, self.reviewer(case))

    def void(self, case):
        self._close(case, CaseAction.VOID)

    def reopen(self, case):
        self._close(case, CaseAction.REOPEN)

    def _close(self, case, action):
        case_transition(case_id=case.pk, action=action, actor=self.cast.office, reason="重复登记")

    def move(self, case):
        """A unit moves with its cases: many rows in one statement."""
        place = self.choose.choice([TOWN, OTHER_TOWN, FAR_TOWN, "330106109201"])
        Case.objects.filter(unit=case.unit).update(division_code=place)


@pytest.mark.parametrize("seed", range(4))
def test_counters_equal_a_group_by_after_random_acts(cast, seed):
    choose = random.Random(seed)
    cases = [make_case(cast.enumerator) for _number in range(6)]
    acts = Acts(cast, choose)
    for _step in range(60):
        case = choose.choice(cases)
        case.refresh_from_db()
        with suppress(Refusal):
            getattr(acts, choose.choice(acts.names))(case)
    assert counted() == grouped()
    assert not ProgressCount.objects.filter(count__lt=0).exists()


def test_bulk_changes_are_counted(cast):
    case = make_case(cast.enumerator)
    now = timezone.now()
    units = [make_plain_unit(cast.enumerator) for _number in range(40)]
    cases = Case.objects.bulk_create(
        [
            Case(
                exercise=case.exercise,
                unit=unit,
                instrument_version=case.instrument_version,
                form_code=choice,
                division_code=division,
                opened_at=now,
                status_changed_at=now,
            )
            for unit, division in zip(units, [TOWN, OTHER_TOWN] * 20, strict=True)
            for choice in ("A1", "B1")
        ]
    )
    Response.objects.bulk_create([Response(case=each) for each in cases])
    assert counted() == grouped()
    Response.objects.filter(case__in=cases[:10]).update(version=1, head_hash="x")
    assert counted() == grouped()
    Case.objects.filter(pk__in=[each.pk for each in cases[5:30]]).update(
        status=CaseStatus.VOID, is_owed=True
    )
    Case.objects.filter(pk__in=[each.pk for each in cases[20:50]]).update(is_owed=False)
    assert counted() == grouped()
    Response.objects.filter(case__in=cases[:6]).delete()
    Case.objects.filter(pk__in=[each.pk for each in cases[:6]]).delete()
    assert counted() == grouped()
    Response.objects.create(case=make_empty_case(cases[-1], units[0]), version=3, head_hash="y")
    assert counted() == grouped()


def make_empty_case(like, unit):
    return Case.objects.create(
        exercise=like.exercise,
        unit=unit,
        instrument_version=like.instrument_version,
        form_code="C1",
        division_code=TOWN,
        opened_at=like.opened_at,
        status_changed_at=like.opened_at,
    )


def test_a_save_that_moves_nothing_writes_no_counter(cast):
    case = make_case(cast.enumerator)
    fill(case, cast.enumerator)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(xmin::text::bigint) FROM summaries_progresscount")
        before = cursor.fetchone()
        save(case, cast.enumerator, hours="4000")
        cursor.execute("SELECT sum(xmin::text::bigint) FROM summaries_progresscount")
        assert cursor.fetchone() == before
    assert str(ProgressCount.objects.first()).startswith(f"{TOWN} A1")
