"""A number beside its peers: who they are, how few are told, where the unit stands."""

from __future__ import annotations

import pytest

from review.models import PeerStatistic
from review.peer_measuring import peers_measure, peers_measure_all
from review.peers import PeerLine, peers_of
from submissions.models import Case, Submission
from tests.factories.case import make_submitted
from tests.factories.unit import unit_make

pytestmark = pytest.mark.django_db


def submitted(actor, number, hours, *, industry="1752", size=1):
    """A submitted form A with these hours, of a unit of this industry and size."""
    case = make_submitted(actor, unit=unit_make(number=number, name=f"第{number}厂"))
    Case.objects.filter(pk=case.pk).update(unit_size=size)
    case.unit.industry_codes = [industry]
    case.unit.save(update_fields=["industry_codes"])
    # a copy of its own: the stored one is append-only
    newest = Submission.objects.get(case=case)
    newest.pk, newest.number, newest.receipt_code = None, 2, f"R-{number}"
    newest.document = {"values": {"hours": str(hours), "note": "12"}, "rows": {}}
    newest.save(force_insert=True)
    return Case.objects.select_related("unit").get(pk=case.pk)


def test_quantiles_are_the_peers_and_few_are_not_told(cast):
    cases = [submitted(cast.enumerator, n, 1000 * n) for n in range(1, 6)]
    other = submitted(cast.enumerator, 6, 99, industry="1753")
    assert peers_measure(exercise=cases[0].exercise, form_code="A1") > 0
    statistic = PeerStatistic.objects.get(item="hours", industry="1752", size="1")
    assert (statistic.unit_count, statistic.median) == (5, 3000)
    assert not PeerStatistic.objects.filter(industry="1753").exists()  # one unit alone
    assert PeerStatistic.objects.get(item="hours", industry="17", size="").unit_count == 6
    assert not PeerStatistic.objects.filter(item="note").exists()  # no number, whatever it says
    # the class has one unit, so the group, which has six, tells its middle and no ends
    (line,) = peers_of(other, {"hours": "99"})
    assert (line.statistic.industry, line.statistic.unit_count) == ("175", 6)
    assert (line.has_ends, line.place, line.place_words) == (False, None, "")
    again = peers_measure_all()
    assert again == PeerStatistic.objects.count()


def test_the_narrowest_peers_of_which_there_are_enough(cast):
    case = submitted(cast.enumerator, 1, 5)

    def stored(industry, size, count):
        PeerStatistic.objects.create(
            exercise=case.exercise,
            form_code="A1",
            item="hours",
            industry=industry,
            size=size,
            unit_count=count,
            p5=10,
            p25=20,
            median=30,
            p75=40,
            p95=50,
            computed_at=case.submitted_at,
        )

    stored("1752", "1", 8)
    stored("175", "1", 19)
    stored("17", "1", 30)
    stored("1752", "", 100)
    (line,) = peers_of(case, {"hours": "5", "nothing": "1"})
    assert (line.statistic.industry, line.statistic.size) == ("17", "1")
    assert (line.place, line.is_outside) == (0, True)
    PeerStatistic.objects.filter(industry="17").delete()
    assert peers_of(case, {"hours": "30"})[0].statistic.unit_count == 100
    PeerStatistic.objects.filter(size="").delete()
    assert peers_of(case, {"hours": "30"})[0].statistic.unit_count == 8
    assert peers_of(case, {"hours": ""}) == []


@pytest.mark.parametrize(
    ("value", "place"),
    [(9, 0), (10, 5), (20, 25), (25, 38), (30, 50), (45, 85), (50, 95), (51, 100)],
)
def test_the_place_is_between_the_quantiles(value, place):
    statistic = PeerStatistic(unit_count=20, p5=10, p25=20, median=30, p75=40, p95=50)
    assert PeerLine("hours", value, statistic).place == place
