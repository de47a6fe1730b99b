"""G106-1 fills itself, G102 and G103-1 with derived values, beside what people entered."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.exceptions import Conflict, Invalid, NotAllowed
from audit.models import AuditEvent
from instruments.accounting_targets import accounting_targets
from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.definition import Definition
from submissions import guards
from submissions.models import AccountingRun, Derivation, ResponseRevision
from submissions.page_selectors import derivation_of, values_at
from submissions.selectors import response_changes
from submissions.services import values_derive
from submissions.verification import answers_verify
from tests.factories.accounting import BOILER, BOILER_ROW, WATER, library_make, plant_make
from tests.factories.response import put, remove_row, set_cell

pytestmark = pytest.mark.django_db
SO2 = f"boilers/{BOILER_ROW}/so2_emitted"


@pytest.fixture
def library(db):
    return library_make()


@pytest.fixture
def plant(cast, library):
    return plant_make(cast.enumerator)


def derive(plant):
    return values_derive(case_id=plant.source.pk, actor=plant.actor)


def sentences(result) -> str:
    return " ".join(line["zh"] for line in result.run.refusals)


def test_row_is_filled_and_carried_to_its_boiler(plant):
    plant.row("row00001", **BOILER)
    result = derive(plant)
    own = plant.values("G106-1")
    # 16 × 0.8 kg/t × 1000 t = 12.8 t; 85 % × 6000/7200 is removed
    assert own["links/row00001/coefficient"] == "12.800000"
    assert own["links/row00001/generated"] == "12.8000"
    assert own["links/row00001/efficiency"] == "85.000000"
    assert own["links/row00001/discharged"] == "3.7333"
    assert own["links/row00001/discharged_unit"] == "T"
    assert own["links/row00001/parameter2_name"] == "正常生产时间（小时）"
    assert plant.values("G103-1")[SO2] == "3.73"
    assert plant.values("G103-1")[f"boilers/{BOILER_ROW}/so2_generated"] == "12.80"
    assert result.run.refusals == []


def test_rows_of_one_pollutant_are_summed_exactly(plant):
    plant.row("row00001", **WATER)
    plant.row("row00002", **{**WATER, "output": "0.5"})
    derive(plant)
    values = plant.values("G102")
    assert values["cod_generated"] == "60.02"  # 30 kg/t × 2000.5 t = 60.015 t, half up
    assert values["cod_discharged"] == "60.02"


def test_collected_value_stays_in_force_and_the_derived_one_beside_it(plant):
    plant.change("G102", cod_discharged="55.00")
    plant.row("row00001", **WATER)
    derive(plant)
    cell = plant.response("G102").cells["cod_discharged"]
    assert plant.values("G102")["cod_discharged"] == "55.00"
    assert cell["derived"]["v"] == "60.00"
    assert cell["collected"]["v"] == "55.00"


def test_missing_parameter_gives_no_figure_and_a_sentence(plant):
    plant.row("row00001", **{**BOILER, "parameter2_value": ""})
    result = derive(plant)
    values = plant.values("G106-1")
    assert "links/row00001/discharged" not in values
    assert values["links/row00001/parameter2_name"] == "正常生产时间（小时）"
    assert SO2 not in plant.values("G103-1")
    assert "缺少运行参数2" in sentences(result)
    assert "合计没有写入" in sentences(result)


def test_sum_that_lacks_a_row_goes_out_of_force(plant):
    plant.row("row00001", **WATER)
    derive(plant)
    plant.row("row00002", **{**WATER, "product": "没有的纸"})
    result = derive(plant)
    assert "cod_discharged" not in plant.values("G102")
    assert "系数库中没有产品" in sentences(result)


def test_row_taken_out_or_moved_leaves_nothing_behind(plant):
    plant.row("row00001", **WATER)
    derive(plant)
    put(plant.source, plant.actor, remove_row("links", "row00001"))
    derive(plant)
    assert "cod_discharged" not in plant.values("G102")
    assert derivation_of(plant.cases["G102"], "cod_discharged") is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outlet": "MF0009"}, "没有编号为“MF0009”的设备"),
        ({"feeds_form": "G102"}, "不能写入所选的普查表"),
        ({"feeds_form": "G103-2"}, "没有需填的 G103-2"),
        ({"parameters": "硫很低"}, "无法识别"),
        ({"parameters": ""}, "缺少参数 S"),
        ({"material_used": "很多"}, "缺少原料/燃料用量"),
        ({"material_unit": "M3"}, "不能换算"),
        ({"treatment": "没有的工艺"}, "治理工艺"),
    ],
)
def test_what_cannot_be_done_is_said(plant, changes, sentence):
    plant.row("row00001", **{**BOILER, **changes})
    assert sentence in sentences(derive(plant))


def test_two_boilers_of_one_number_are_refused(plant):
    put(
        plant.cases["G103-1"],
        plant.actor,
        {"op": "add_row", "group": "boilers", "row": "boiler02", "after": None},
        set_cell("boilers/boiler02/industrial_boiler_number", "MF0001"),
    )
    plant.row("row00001", **BOILER)
    assert "几台设备" in sentences(derive(plant))


def test_accounting_again_changes_nothing(plant):
    plant.row("row00001", **BOILER)
    assert derive(plant).changed > 0
    before = ResponseRevision.objects.count(), AuditEvent.objects.count()
    assert derive(plant).changed == 0
    assert (ResponseRevision.objects.count(), AuditEvent.objects.count()) == before


def test_derivation_keeps_inputs_formula_coefficient_version_and_page(plant, library):
    plant.row("row00001", **BOILER)
    derive(plant)
    derivation = derivation_of(plant.cases["G103-1"], SO2)
    (row,) = derivation.basis["rows"]
    assert derivation.coefficient_version == library
    assert row["inputs"]["parameters"] == "S=0.8"
    assert [step["symbol"] for step in row["steps"]] == ["M", "P", "G", "η", "k", "R", "E"]
    assert row["coefficient"]["generation"] == "16*S"
    assert str(derivation)
    with pytest.raises(IntegrityError), transaction.atomic():
        Derivation.objects.all().delete()


def test_derived_values_are_in_the_chain_and_verified(plant):
    plant.row("row00001", **BOILER)
    derive(plant)
    assert answers_verify().faults == []
    response = plant.response("G103-1")
    response.cells[SO2]["derived"]["v"] = "0.01"
    response.save(update_fields=["cells"])
    assert any("derived" in fault for fault in answers_verify().faults)


def test_history_shows_the_derivation(plant):
    plant.row("row00001", **WATER)
    before = plant.response("G102").version
    derive(plant)
    (change,) = response_changes(case=plant.cases["G102"], cell="cod_discharged")
    assert (change.before, change.after, change.device) == ("", "60.00", "accounting")
    assert values_at(plant.response("G102"), before).get("cod_discharged", "") == ""


def test_run_remembers_inputs_and_library(plant, library):
    plant.row("row00001", **BOILER)
    run = derive(plant).run
    assert run.coefficient_version == library
    assert run.derived_count == AccountingRun.objects.get().derived_count > 0
    assert str(run)
    plant.change("G106-1", links__row00001__material_used="2000")
    assert derive(plant).run.inputs_hash != run.inputs_hash


def test_form_is_not_submitted_with_values_of_other_inputs(plant):
    guards.accounting_is_current(plant.cases["G102"], plant.actor)
    guards.accounting_is_current(plant.source, plant.actor)
    plant.row("row00001", **BOILER)
    derive(plant)
    guards.accounting_is_current(plant.source, plant.actor)
    plant.change("G106-1", links__row00001__material_used="2000")
    with pytest.raises(Conflict) as refusal:
        guards.accounting_is_current(plant.source, plant.actor)
    assert refusal.value.code == "accounting_stale"


def test_only_whoever_fills_may_account_and_only_a_g106(plant, cast):
    with pytest.raises(NotAllowed):
        values_derive(case_id=plant.source.pk, actor=cast.county_reviewer)
    with pytest.raises(Invalid):
        values_derive(case_id=plant.cases["G102"].pk, actor=plant.actor)


def test_without_a_library_nothing_is_accounted(cast):
    plant = plant_make(cast.enumerator)
    with pytest.raises(Conflict) as refusal:
        derive(plant)
    assert refusal.value.code == "no_coefficients"


def test_targets_name_items_and_handbook_names_that_exist():
    targets = accounting_targets()
    definitions = {
        d.code: d for d in (Definition.from_dict(yaml_read(p)) for p in definition_paths())
    }
    pollutants = next(c for c in codelist_files() if c.name == "POLL")
    assert set(targets.pollutants) <= set(pollutants.codes)
    assert {"G102", "G103-1"} <= set(targets.forms)
    for code, form in targets.forms.items():
        definition = definitions.get(code)
        if definition is None:
            continue  # written later; its items are checked as soon as it is there
        slugs = {item.slug for item in definition.items if item.group == form.group}
        assert set(form.outlet) <= slugs, code
        words = [[word] for word in form.parts] or [[]]
        found = {
            form.slugs(pollutant, *part)[1]
            for pollutant in targets.pollutants.values()
            for part in words
            if pollutant.medium == form.medium
        }
        assert found & slugs, f"{code} has none of {sorted(found)}"
        for part in words:
            prefix = form.slugs(targets.pollutants["A03"], *part)[1] if form.parts else ""
            assert not form.parts or prefix in slugs, (code, part)


def test_every_item_with_two_figures_of_g102_has_a_pollutant():
    targets = accounting_targets()
    definition = next(
        d
        for d in (Definition.from_dict(yaml_read(p)) for p in definition_paths())
        if d.code == "G102"
    )
    derived = {item.slug for item in definition.items if item.derived}
    form = targets.forms["G102"]
    mapped = {
        slug
        for pollutant in targets.pollutants.values()
        if pollutant.medium == form.medium
        for slug in form.slugs(pollutant)
    }
    assert derived <= mapped
