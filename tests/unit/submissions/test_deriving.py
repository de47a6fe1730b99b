"""Which forms a unit owes follows its answers; what was entered is kept."""

import pytest

from accounts.exceptions import Missing, NotAllowed
from audit.enums import AuditAction
from audit.models import AuditEvent
from submissions.enums import CaseAction, CaseStatus, Provenance
from submissions.frame_loading import units_without_cases
from submissions.models import Case, EditFailure, Response
from submissions.services import cases_derive
from submissions.services.opening_many import cases_open_many
from submissions.transitions import case_transition
from tests.factories.case import (
    FORM_A,
    make_case,
    make_plain_unit,
    publish,
    publish_small_forms,
    save,
)
from tests.factories.exercise import make_exercise
from tests.people import NEIGHBOUR_TOWN, OTHER_TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(enumerator):
    return make_case(enumerator)


def case_b(case):
    return Case.objects.filter(unit=case.unit, form_code="B1").first()


def test_a_new_unit_owes_what_it_always_owes_and_why(case):
    assert [c.form_code for c in Case.objects.filter(unit=case.unit)] == ["A1"]
    assert case.owed_reason["zh"] == "都填"
    assert case.division_code == case.unit.division_code
    event = AuditEvent.objects.get(action=AuditAction.CASE_OPENED)
    assert event.detail["form"] == "A1"


def test_opening_takes_from_the_register_without_collecting(case):
    response = Response.objects.get(case=case)
    assert list(response.cells["unit_name"]) == [Provenance.CARRIED_FORWARD]
    assert response.version == 0


def test_opening_counts_what_is_missing_without_listing_it(case):
    assert (case.required_count, case.required_missing_count, case.hard_count) == (3, 2, 0)
    assert not EditFailure.objects.filter(case=case).exists()


def test_an_answer_makes_another_form_owed_with_its_reason(case, enumerator):
    save(case, enumerator, has_water="1")
    other = case_b(case)
    assert other.is_owed
    assert "has_water = 是" in other.owed_reason["zh"]
    assert Response.objects.filter(case=other).exists()


def test_an_answer_taken_back_keeps_the_form_and_its_data_but_not_owed(case, enumerator):
    save(case, enumerator, has_water="1")
    save(case_b(case), enumerator, water="12")
    save(case, enumerator, has_water="2")
    other = case_b(case)
    assert not other.is_owed
    assert Response.objects.get(case=other).plain()["values"] == {"water": "12"}
    save(case, enumerator, has_water="1")
    assert case_b(case).is_owed
    assert case_b(case).pk == other.pk


def test_deriving_twice_changes_nothing(case):
    before = list(Case.objects.order_by("pk").values())
    cases_derive(unit_id=case.unit_id, actor=None)
    assert list(Case.objects.order_by("pk").values()) == before


def test_deriving_pins_a_case_to_the_version_it_was_opened_with(case):
    publish({**FORM_A, "title": {"zh": "甲表二", "en": "A2"}})
    (again,) = cases_derive(unit_id=case.unit_id, actor=None)
    assert again.instrument_version_id == case.instrument_version_id


def test_a_void_case_is_left_alone(case, office):
    case_transition(case_id=case.pk, action=CaseAction.VOID, actor=office, reason="重复")
    cases_derive(unit_id=case.unit_id, actor=None)
    assert Case.objects.get(unit=case.unit).status == CaseStatus.VOID


def test_a_unit_that_moved_takes_its_cases_and_findings_along(case, enumerator):
    save(case, enumerator, hours="9000")
    unit = case.unit
    unit.division_code = OTHER_TOWN
    unit.save()
    cases_derive(unit_id=unit.pk, actor=None)
    assert Case.objects.get(unit=unit).division_code == OTHER_TOWN
    assert set(EditFailure.objects.values_list("division_code", flat=True)) == {OTHER_TOWN}


def test_cases_derive_needs_a_right_and_a_unit(case, neighbour, enumerator):
    with pytest.raises(NotAllowed):
        cases_derive(unit_id=case.unit_id, actor=neighbour)
    with pytest.raises(Missing):
        cases_derive(unit_id=0, actor=enumerator)
    assert len(cases_derive(unit_id=case.unit_id, actor=enumerator)) == 1


def test_another_form_of_the_unit_is_judged_again_when_what_it_reads_changes(case, enumerator):
    save(case, enumerator, hours="4000", has_water="1")
    other = case_b(case)
    save(other, enumerator, water="1", treatment_hours="4500")
    assert EditFailure.objects.filter(case=other, rule_id="B1-R01").exists()
    assert case_b(case).hard_count == 1
    save(case, enumerator, hours="5000")
    assert not EditFailure.objects.filter(case=other).exists()
    assert case_b(case).hard_count == 0


def test_many_units_get_their_first_forms_at_once(office, django_assert_max_num_queries):
    make_exercise()
    publish_small_forms()
    for _number in range(30):
        make_plain_unit(office)
    stranger = make_plain_unit(office, division_code=NEIGHBOUR_TOWN)
    waiting = units_without_cases(office)
    assert len(waiting) == 30
    with django_assert_max_num_queries(30):
        assert cases_open_many(unit_ids=[*waiting, stranger.pk], actor=office) == 30
    assert units_without_cases(office) == []
    assert cases_open_many(unit_ids=waiting, actor=office) == 0
    one = Case.objects.first()
    assert (one.required_count, one.required_missing_count) == (3, 2)
    assert Response.objects.get(case=one).plain()["values"]["unit_name"] == one.unit.name
    assert units_without_cases(None) == [stranger.pk]
