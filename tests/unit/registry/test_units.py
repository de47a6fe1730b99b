"""Registering and amending through the services."""

from decimal import Decimal

import pytest

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from registry.enums import UnitKind, UnitStatus
from registry.models import Unit
from registry.services import unit_amend, unit_register
from registry.unit_data import data_of
from tests.factories.division import industries_make, village_make
from tests.factories.unit import credit_code_make, unit_data_make, unit_make
from tests.people import FAR_TOWN, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


def replaced(data, **facts):
    from dataclasses import replace

    return replace(data, **facts)


def errors_of(refusal) -> dict[str, str]:
    return {error["cell"]: error["code"] for error in refusal.value.details["errors"]}


def test_unit_register_writes_unit_revision_and_audit(enumerator):
    unit = unit_register(actor=enumerator, data=unit_data_make(number=7, site_suffix="2"))
    unit.refresh_from_db()
    assert unit.code == credit_code_make(7) + "02"
    assert unit.matching_code == credit_code_make(7)[8:17]
    assert unit.unit_id == unit.pk
    revision = unit.revisions.get()
    assert (revision.number, revision.actor) == (1, enumerator)
    assert revision.data["industry_codes"] == ["1752"]
    assert [e.action for e in events_for(unit)] == [AuditAction.UNIT_REGISTERED]


def test_unit_register_normalises_what_was_typed(enumerator):
    code = credit_code_make(8)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    data = unit_data_make(
        credit_code=f" {full_width}（３） ",
        name=" 杭州ＡＢＣ印染有限公司 ",
        division_code=f" {TOWN}",
    )
    unit = unit_register(actor=enumerator, data=data)
    assert (unit.code, unit.site_suffix) == (code + "03", "03")
    assert unit.name == "杭州ABC印染有限公司"


def test_unit_register_with_an_organisation_code_only(enumerator):
    unit = unit_register(
        actor=enumerator, data=unit_data_make(credit_code="", organisation_code="D2143569-X")
    )
    assert (unit.code, str(unit.identity_note)) == ("D2143569X", "组织机构代码")


def test_unit_register_without_any_code_issues_object_codes_in_order(enumerator):
    codes = [
        unit_register(
            actor=enumerator,
            data=unit_data_make(credit_code="", kind=kind, industry_codes=industries),
            is_confirmed=True,
        ).code
        for kind, industries in [
            (UnitKind.INDUSTRIAL, ("1752",)),
            (UnitKind.INDUSTRIAL, ("1752",)),
            (UnitKind.OUTFALL, ()),
        ]
    ]
    assert codes == [f"G{TOWN}00001", f"G{TOWN}00002", f"P{TOWN}00001"]


def test_unit_register_in_a_village(enumerator):
    village = village_make("330106109201")
    unit = unit_register(actor=enumerator, data=unit_data_make(division_code=village.code))
    assert unit.division_code == village.code


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"name": "  "}, {"name": "required"}),
        ({"name": "名\x07称"}, {"name": "control_character"}),
        ({"address": "路" * 201}, {"address": "too_long"}),
        ({"credit_code": "91310000631696382D"}, {"credit_code": "check_character"}),
        (
            {"credit_code": "", "organisation_code": "D21435690"},
            {"organisation_code": "organisation_check"},
        ),
        ({"organisation_code": "D2143569X"}, {"organisation_code": "codes_disagree"}),
        ({"site_suffix": "A1"}, {"site_suffix": "suffix"}),
        ({"credit_code": "", "site_suffix": "1"}, {"site_suffix": "suffix_without_code"}),
        ({"kind": "工厂"}, {"kind": "unknown_choice"}),
        ({"status": ""}, {"status": "required"}),
        ({"division_code": ""}, {"division_code": "required"}),
        ({"division_code": "330106"}, {"division_code": "division_length"}),
        ({"division_code": "330106999000"}, {"division_code": "unknown_division"}),
        ({"division_code": "330106000000"}, {"division_code": "division_level"}),
        ({"longitude": Decimal(120)}, {"latitude": "required"}),
        ({"latitude": Decimal(30)}, {"longitude": "required"}),
        (
            {"longitude": Decimal(30), "latitude": Decimal(120)},
            {"longitude": "outside_china", "latitude": "outside_china"},
        ),
        ({"industry_codes": ()}, {"industry_codes": "required"}),
        ({"industry_codes": ("1752",) * 2}, {"industry_codes": "repeated"}),
        ({"industry_codes": ("1752", "1751", "3011", "2614")}, {"industry_codes": "too_many"}),
        ({"industry_codes": ("610",)}, {"industry_codes": "industry_length"}),
        ({"industry_codes": ("9999",)}, {"industry_codes": "unknown_industry"}),
        ({"industry_codes": ("8411",)}, {"industry_codes": "industry_out_of_scope"}),
    ],
)
def test_unit_register_says_what_is_wrong_at_its_field(enumerator, facts, expected):
    with pytest.raises(Invalid) as refusal:
        unit_register(actor=enumerator, data=unit_data_make(**facts))
    assert errors_of(refusal) == expected
    assert not Unit.objects.exists()


def test_unit_register_counts_several_problems(enumerator):
    with pytest.raises(Invalid, match="有 2 处填写有误"):
        unit_register(actor=enumerator, data=unit_data_make(name="", kind="x"))


def test_a_secondary_industry_may_lie_outside_the_industrial_scope(enumerator):
    unit = unit_register(actor=enumerator, data=unit_data_make(industry_codes=("1752", "8411")))
    assert unit.industry_codes == ["1752", "8411"]


def test_unit_register_outside_the_own_town_is_refused(enumerator):
    with pytest.raises(NotAllowed, match="双浦镇不在您的管辖范围内"):
        unit_register(actor=enumerator, data=unit_data_make(division_code=OTHER_TOWN))


def test_unit_register_needs_the_verb(county_reviewer):
    with pytest.raises(NotAllowed):
        unit_register(actor=county_reviewer, data=unit_data_make())


def test_a_taken_code_is_refused_and_names_the_unit_only_to_who_may_see_it(enumerator):
    seen = unit_make(number=11)
    with pytest.raises(Conflict, match="三墩镇") as refusal:
        unit_register(actor=enumerator, data=unit_data_make(number=11, name="别的名字"))
    assert refusal.value.details == {"unit": seen.pk}
    unit_make(number=12, division_code=NEIGHBOUR_TOWN)
    with pytest.raises(Conflict, match="其他地区") as refusal:
        unit_register(actor=enumerator, data=unit_data_make(number=12))
    assert refusal.value.details == {}
    assert "12号" not in refusal.value.message


def test_a_unit_saved_between_check_and_save_is_a_conflict(enumerator, monkeypatch):
    from registry.services import units

    unit_make(number=13)
    check = units._refuse_taken_code
    calls = []

    def blind_once(data, **kwargs):
        calls.append(data)
        if len(calls) > 1:
            check(data, **kwargs)

    monkeypatch.setattr(units, "_refuse_taken_code", blind_once)
    with pytest.raises(Conflict) as refusal:
        unit_register(actor=enumerator, data=unit_data_make(number=13), is_confirmed=True)
    assert refusal.value.code == "code_taken"


def test_lookalikes_are_listed_until_confirmed(enumerator):
    same_firm = unit_make(number=21, name="远方水泥厂")
    same_name = unit_make(number=22, name="杭州大华印染有限公司")
    unit_make(number=23, name="杭州大华印染有限公司", division_code=NEIGHBOUR_TOWN)
    data = unit_data_make(number=21, site_suffix="02", name="杭州大华印染公司")
    with pytest.raises(Conflict) as refusal:
        unit_register(actor=enumerator, data=data)
    listed = {one["unit"]: one["reason"] for one in refusal.value.details["lookalikes"]}
    assert listed == {same_firm.pk: "same_code", same_name.pk: "similar_name"}
    assert unit_register(actor=enumerator, data=data, is_confirmed=True).pk


def test_unit_amend_keeps_what_was_said_before(enumerator):
    unit = unit_make(number=31)
    data = replaced(data_of(unit), name="新名称有限公司", former_name=unit.name)
    amended = unit_amend(
        actor=enumerator, unit_id=unit.pk, data=data, reason=" 更名 ", base_revision=1
    )
    assert amended.name == "新名称有限公司"
    assert (amended.amended_by, amended.amended_at is None) == (enumerator, False)
    old, new = unit.revisions.order_by("number")
    assert (old.data["name"], new.data["name"]) == ("杭州第31号印染有限公司", "新名称有限公司")
    assert new.reason == "更名"
    event = next(e for e in events_for(unit) if e.action == AuditAction.UNIT_AMENDED)
    assert sorted(event.detail["fields"]) == ["former_name", "name"]


def test_unit_amend_with_nothing_changed_writes_nothing(enumerator):
    unit = unit_make()
    unit_amend(actor=enumerator, unit_id=unit.pk, data=data_of(unit), reason="")
    assert unit.revisions.count() == 1


def test_unit_amend_needs_a_reason(enumerator):
    unit = unit_make()
    data = replaced(data_of(unit), status=UnitStatus.CLOSED)
    with pytest.raises(Invalid) as refusal:
        unit_amend(actor=enumerator, unit_id=unit.pk, data=data, reason=" ")
    assert refusal.value.cell == "reason"


def test_unit_amend_after_somebody_else_is_a_conflict(enumerator, office):
    unit = unit_make()
    unit_amend(
        actor=office, unit_id=unit.pk, data=replaced(data_of(unit), address="甲"), reason="改"
    )
    with pytest.raises(Conflict) as refusal:
        unit_amend(
            actor=enumerator,
            unit_id=unit.pk,
            data=replaced(data_of(unit), address="乙"),
            reason="改",
            base_revision=1,
        )
    assert refusal.value.code == "amended_meanwhile"


def test_unit_amend_to_a_taken_code_is_refused(enumerator):
    unit_make(number=41)
    unit = unit_make(number=42)
    data = replaced(data_of(unit), credit_code=credit_code_make(41))
    with pytest.raises(Conflict):
        unit_amend(actor=enumerator, unit_id=unit.pk, data=data, reason="改")


def test_a_unit_with_an_object_code_gets_its_credit_code_later(enumerator):
    unit = unit_make(credit_code="", actor=enumerator)
    issued = unit.object_code
    data = replaced(data_of(unit), credit_code=credit_code_make(43))
    unit = unit_amend(actor=enumerator, unit_id=unit.pk, data=data, reason="补办执照")
    assert (unit.code, unit.object_code) == (credit_code_make(43), issued)
    data = replaced(data_of(unit), credit_code="")
    assert unit_amend(actor=enumerator, unit_id=unit.pk, data=data, reason="注销").code == issued


def test_unit_amend_cannot_move_a_unit_out_of_the_jurisdiction(enumerator, office):
    unit = unit_make()
    data = replaced(data_of(unit), division_code=OTHER_TOWN)
    with pytest.raises(NotAllowed):
        unit_amend(actor=enumerator, unit_id=unit.pk, data=data, reason="搬迁")
    assert (
        unit_amend(actor=office, unit_id=unit.pk, data=data, reason="搬迁").division_code
        == OTHER_TOWN
    )


def test_unit_amend_of_an_invisible_unit_is_missing_and_without_the_verb_is_refused(
    neighbour, county_reviewer
):
    unit = unit_make()
    data = replaced(data_of(unit), address="别处")
    with pytest.raises(Missing):
        unit_amend(actor=neighbour, unit_id=unit.pk, data=data, reason="x")
    with pytest.raises(NotAllowed):
        unit_amend(actor=county_reviewer, unit_id=unit.pk, data=data, reason="x")


def test_visible_units_follow_division_and_own_unit(divisions, enumerator, neighbour, auditor):
    here, there, far = (unit_make(division_code=code) for code in (TOWN, NEIGHBOUR_TOWN, FAR_TOWN))
    respondent = account("respondent", Role.RESPONDENT, unit=far)
    visible = {
        user.username: set(Unit.objects.visible_to(user))
        for user in (enumerator, neighbour, auditor, respondent)
    }
    assert visible == {
        "enumerator": {here},
        "neighbour": {there},
        "auditor": {here, there},
        "respondent": {far},
    }
