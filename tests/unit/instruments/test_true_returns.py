"""A true return passes its form without a finding: rules and applicability agree with one another."""

import pytest

from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.definition import Definition, form_name
from instruments.evaluation.engine import Context, compile_definition, evaluate

CODE = "91350100M000100Y43"
HEAD = {
    "enumeration_area": "330106005001",
    "head_credit_code": CODE,
    "head_unit_name": "某某单位",
    "person_in_charge": "王某",
    "statistics_lead": "李某",
    "filled_in_by": "张某",
    "filler_phone": "13800000000",
    "reported_on": "2018-08-20",
}
REGISTER = {"name": "某某单位", "credit_code": CODE, "division_code": "330106005001"}
IDENTITY = {
    "credit_code": CODE,
    "unit_name": "某某单位",
    "legal_representative": "王某",
    "division_code": "330106005001",
    "address": "某路1号",
    "longitude": "120°12′33.25″",
    "latitude": "30°15′02.10″",
    "contact_person": "张某",
    "contact_phone": "13800000000",
}
INCINERATOR = {
    **HEAD,
    **IDENTITY,
    "completed_on": "2012-06",
    "facility_kind": "1",
    "waste_methods": "3",
    "destination": "E",
    "stack_number": "DA001",
    "stack_height": "80",
    "has_boiler": "2",
}
BURNED = {
    **HEAD,
    "days_run": "340",
    "treated": "30",
    "furnaces": "2",
    "furnaces_grate": "2",
    **dict.fromkeys(("furnaces_fluidised", "furnaces_fixed", "furnaces_rotary"), "0"),
    "furnaces_other": "0",
    "incineration_capacity": "1000",
    "incinerated": "30",
    "auxiliary_fuels": "2",
    "fuel_oil": "120",
    "gas_capacity": "220000",
    "slag": "60000",
    "slag_mode": "2",
    "slag_disposed": "0",
    "slag_used": "60000",
    "fly_ash": "9000",
    "fly_ash_disposed": "9000",
    "fly_ash_used": "0",
    "wastewater": "60000",
    "wastewater_mode": "1",
    "wastewater_capacity": "300",
    "wastewater_methods": "4110,1200",
    "wastewater_treated": "60000",
    "wastewater_discharged": "45000",
    "concentrate": "15000",
    "concentrate_method": "3",
}
STATION = {
    **HEAD,
    **IDENTITY,
    "opened_on": "2006-05",
    "in_operation": "1",
    "petrol_volume": "60",
    "petrol_sold": "2400",
    "recovery_stage": "3",
    "exhaust_device": "2",
    "online_monitor": "2",
    "retrofitted_on": "2014-06",
    "diesel_volume": "30",
    "diesel_sold": "600",
}
AREA = {
    "head_division_code": "330100000000",
    "head_province_name": "某省",
    "head_city_name": "某市",
    **{slug: value for slug, value in HEAD.items() if not slug.startswith(("head_c", "enum"))},
    "head_unit_name": "某某市渔业局",
}
NO_VESSELS = {
    **AREA,
    **dict.fromkeys(("vessels_total", "tonnage_total", "power_total"), "0"),
    **{
        f"{kind}_{what}": "0"
        for kind in (
            *("marine_catching", "marine_farming", "inland_catching"),
            *("inland_farming", "auxiliary"),
        )
        for what in ("count", "tonnage", "power")
    },
}


def _findings(code, values, register, **forms):
    definitions = {
        form_name(data["code"]): Definition.from_dict(data)
        for data in map(yaml_read, definition_paths())
    }
    own = definitions.pop(form_name(code))
    context = Context(
        forms={name: {"values": answers, "rows": {}} for name, answers in forms.items()},
        owed=frozenset({"j102_1", "j102_2"}),
        register=register,
        codelists={codelist.name: codelist.codes for codelist in codelist_files()},
        params={},
    )
    found = evaluate(compile_definition(own, definitions), {"values": values, "rows": {}}, context)
    return [(finding.rule_id, finding.kind, finding.cells) for finding in found]


CENTRAL = {**REGISTER, "kind": "central_facility", "industry_1": "7820"}


@pytest.mark.parametrize(
    ("code", "values", "register", "forms"),
    [
        ("J102-1", INCINERATOR, CENTRAL, {"j102_2": BURNED}),
        ("J102-2", BURNED, CENTRAL, {"j102_1": INCINERATOR}),
        ("Y102", STATION, {**REGISTER, "kind": "mobile", "industry_1": "5265"}, {}),
        (
            "Y202-3",
            NO_VESSELS,
            {"kind": "area", "area_level": "city", "division_code": "330100000000"},
            {},
        ),
    ],
)
def test_true_return_has_no_finding(code, values, register, forms):
    assert _findings(code, values, register, **forms) == []


def test_landfill_block_of_an_incinerator_has_to_stay_blank():
    values = {**BURNED, "design_volume": "100"}

    found = _findings("J102-2", values, CENTRAL, j102_1=INCINERATOR)

    assert [cells for _rule, _kind, cells in found] == [("design_volume",)]
