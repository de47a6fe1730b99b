"""Listing forms feed the register as they are submitted."""

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Refusal
from registry.enums import FieldOutcome, FrameChangeKind, UnitStatus
from registry.models import FieldVerification, FrameChange, Unit
from registry.services.freezing import register_freeze
from registry.unit_data import text_normalised
from submissions.models import Response, Submission
from submissions.services import case_submit, cases_derive, response_save
from tests.factories.exercise import make_exercise
from tests.factories.instrument import repository_publish
from tests.factories.unit import unit_make
from tests.functional.entry import LISTING
from tests.functional.steps import case_of, changes_of
from tests.people import NATION, account

pytestmark = pytest.mark.django_db
FORM = {
    **{slug: text for slug, text in LISTING.items() if slug != "industry"},
    "industries": [{"industry": "3011"}, {"industry": "1752"}],
}


@pytest.fixture(autouse=True)
def census(divisions):
    make_exercise()
    repository_publish(owed_only={"QC01"})


@pytest.fixture
def unit():
    facts = {"longitude": Decimal("120.1"), "latitude": Decimal("30.3")}
    return unit_make(number=1, name="甲印染厂", **facts)


def listed(unit: Unit, actor, **answers) -> Submission:
    cases_derive(unit_id=unit.pk, actor=None)
    case = case_of(unit, "QC01")
    response = Response.objects.get(case=case)
    response_save(
        case_id=case.pk,
        actor=actor,
        save_id=uuid.uuid4(),
        base_version=response.version,
        changes=changes_of({**FORM, **answers}, response.plain()["rows"]),
        device="test",
    )
    return case_submit(case_id=case.pk, actor=actor)


def test_what_the_form_corrects_goes_back_to_the_register(unit, enumerator):
    listed(
        unit,
        enumerator,
        unit_name="甲印染有限公司",
        mobile="13900000000",
        longitude="120°12′33.25″",
        latitude="30°18′00.00″",
    )
    unit.refresh_from_db()
    assert unit.name == "甲印染有限公司"
    assert unit.contact_phone == "13900000000"
    assert (unit.longitude, unit.latitude) == (Decimal("120.209236"), Decimal("30.3"))
    assert unit.industry_codes == ["3011", "1752"]
    assert unit.status == UnitStatus.OPERATING
    made = FieldVerification.objects.get()
    assert (made.outcome, made.verified_by) == (FieldOutcome.IN_SCOPE, enumerator)
    assert made.observed_at.isoformat().startswith("2018-03-05")
    last = unit.revisions.order_by("-number").first()
    assert last.reason.startswith("现场核实")


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"in_scope": "2", "remarks": "只是门市部，没有生产"}, UnitStatus.OUT_OF_SCOPE),
        ({"listing_status": "2"}, UnitStatus.SUSPENDED_ALL_YEAR),
    ],
)
def test_the_status_follows_the_listing(unit, enumerator, answers, status):
    listed(unit, enumerator, **answers)
    unit.refresh_from_db()
    assert unit.status == status
    note = FieldVerification.objects.get().note
    assert text_normalised(note) == text_normalised(answers.get("remarks", "清查表填报：全年停产"))


def test_a_reason_that_says_nothing_is_refused_at_its_item(unit, enumerator):
    with pytest.raises(Refusal) as refusal:
        listed(unit, enumerator, in_scope="2", remarks="无")
    assert refusal.value.cell == "remarks"
    assert not Submission.objects.exists()


def test_nothing_is_written_where_the_register_says_the_same(unit, enumerator):
    before = unit.revisions.count()
    listed(unit, enumerator, industries=[{"industry": "1752"}])
    assert unit.revisions.count() == before
    assert FieldVerification.objects.count() == 1


def test_a_respondent_lists_nobody(unit):
    person = account("zhang.san", Role.RESPONDENT, unit=unit)
    listed(unit, person, in_scope="2", remarks="不愿意参加普查")
    unit.refresh_from_db()
    assert unit.status == UnitStatus.OPERATING
    assert not FieldVerification.objects.exists()


def test_after_the_freeze_only_an_order_changes_what_is_sealed(unit, enumerator, cast):
    register_freeze(
        actor=cast.national_office, division_code=NATION, standard_moment=timezone.now()
    )
    listed(
        unit,
        enumerator,
        unit_name="乙印染厂",
        street="振华路 9 号",
        in_scope="2",
        remarks="只是门市部，没有生产",
    )
    unit.refresh_from_db()
    assert (unit.name, unit.status) == ("甲印染厂", UnitStatus.OPERATING)
    assert unit.address == "振华路 9 号"
    order = FrameChange.objects.get()
    assert (order.kind, order.is_change_order) == (FrameChangeKind.OUT_OF_SCOPE, True)
