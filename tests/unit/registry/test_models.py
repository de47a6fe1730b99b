"""What the database itself refuses."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from registry.models import DivisionEdition, Unit, UnitRevision
from tests.factories.unit import credit_code_make, unit_make
from tests.people import CITY, COUNTY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"credit_code": "", "code": ""}, "registry_unit_has_an_identity"),
        ({"code": "X"}, "registry_unit_code_is_its_identity"),
        ({"site_suffix": "A1", "code": credit_code_make(1) + "A1"}, "registry_unit_site_suffix"),
        ({"credit_code": "I" * 18, "code": "I" * 18}, "registry_unit_credit_code_spelling"),
        ({"organisation_code": "1"}, "registry_unit_organisation_code_spelling"),
        ({"division_code": "330106"}, "registry_unit_division_of_12_digits"),
        ({"longitude": 120}, "registry_unit_lies_in_china"),
        ({"longitude": 30, "latitude": 30}, "registry_unit_lies_in_china"),
        ({"industry_codes": ["1", "2", "3", "4"]}, "registry_unit_at_most_three_industries"),
        ({"kind": "x"}, "registry_unit_kind_and_status_known"),
        ({"status": "x"}, "registry_unit_kind_and_status_known"),
        ({"name": ""}, "registry_unit_has_a_name"),
        ({"amended_by_id": 1}, "registry_unit_amended_at_and_by_together"),
    ],
)
def test_the_database_refuses(divisions, values, constraint):
    unit = unit_make(number=1)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(**values)


def test_a_revision_can_neither_be_changed_nor_removed(divisions):
    revision = unit_make().revisions.get()
    for act in (
        lambda: UnitRevision.objects.filter(pk=revision.pk).update(reason="x"),
        revision.delete,
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


def test_only_one_edition_is_in_force(divisions):
    with pytest.raises(IntegrityError, match="one_current"), transaction.atomic():
        DivisionEdition.objects.create(vintage="2018", cut_off="2018-10-31", is_current=True)


def test_words_for_people(divisions):
    unit = unit_make(number=5, name="某厂")
    assert str(unit) == f"某厂（{unit.code}）"
    assert str(divisions[COUNTY]) == "浙江省杭州市西湖区"
    assert (divisions[COUNTY].prefix, divisions[CITY].division_code) == ("330106", CITY)
    assert unit.main_industry == "1752"
    assert str(unit.revisions.get()) == f"{unit.pk} #1"
    assert Unit(object_code="G").identity_note == "普查对象识别码"
    assert Unit().main_industry == ""
