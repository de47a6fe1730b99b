"""The button 核算, the explanation of a derived value, versions of the library and their impact."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import Role
from instruments.coefficient_files import STARTER_FILE
from instruments.services import coefficients_load
from submissions.accounting_impact import accounting_impact_job
from submissions.enums import JobKind
from submissions.models import CoefficientImpact, Job, TwoPersonRequest
from submissions.services import values_derive
from tests.factories.accounting import BOILER, BOILER_ROW, WATER, library_make, plant_make
from tests.factories.two_person import second_of_the_nation
from tests.people import NEIGHBOUR_TOWN, account

pytestmark = pytest.mark.django_db
SO2 = f"boilers/{BOILER_ROW}/so2_emitted"


def sign_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def library(db):
    return library_make()


@pytest.fixture
def plant(cast, library):
    plant = plant_make(cast.enumerator)
    plant.row("row00001", **BOILER)
    return plant


@pytest.fixture
def newer(library, tmp_path):
    path = tmp_path / "newer.csv"
    text = STARTER_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("16*S", "18*S"), encoding="utf-8")
    return coefficients_load(actor=None, path=path, title="新手册").version


def test_button_derives_and_says_what_it_did(client, plant, cast):
    sign_in(client, cast.enumerator)
    answer = client.post(reverse("case_account", args=[plant.source.pk]), follow=True)
    text = answer.content.decode()
    assert "核算完毕" in text
    assert plant.values("G103-1")[SO2] == "3.73"
    assert f"{reverse('case_basis', args=[plant.source.pk])}?cell=links" in text


def test_page_shows_reasons_and_that_inputs_have_changed(client, plant, cast):
    sign_in(client, cast.enumerator)
    plant.change("G106-1", links__row00001__parameter2_value="")
    client.post(reverse("case_account", args=[plant.source.pk]))
    plant.change("G106-1", links__row00001__material_used="7")
    text = client.get(reverse("case_fill", args=[plant.source.pk])).content.decode()
    assert "缺少运行参数2" in text
    assert "核算以后又改了数据" in text


def test_button_is_refused_outside_the_scope_without_the_verb_and_for_another_form(
    client, plant, cast, divisions
):
    address = reverse("case_account", args=[plant.source.pk])
    stranger = account("stranger", Role.ENUMERATOR, division=divisions[NEIGHBOUR_TOWN])
    assert sign_in(client, stranger).post(address).status_code == 404
    assert sign_in(client, cast.county_reviewer).post(address).status_code == 403
    other = reverse("case_account", args=[plant.cases["G102"].pk])
    assert sign_in(client, cast.enumerator).post(other).status_code == 400


def test_button_without_a_library_is_a_conflict(client, cast):
    plant = plant_make(cast.enumerator)
    sign_in(client, cast.enumerator)
    answer = client.post(reverse("case_account", args=[plant.source.pk]))
    assert answer.status_code == 409


@pytest.fixture
def derived(plant):
    values_derive(case_id=plant.source.pk, actor=plant.actor)
    return plant


def test_explanation_shows_inputs_formula_coefficient_version_and_page(client, derived, cast):
    sign_in(client, cast.county_reviewer)
    address = reverse("case_basis", args=[derived.cases["G103-1"].pk])
    for more in ({}, {"part": "1"}):
        text = client.get(address, {"cell": SO2, **more}).content.decode()
        for expected in ("16*S", "16*0.8", "6000 / 7200", "3.73", "起始系数 v1", "演示用"):
            assert expected in text
    assert "<html" not in client.get(address, {"cell": SO2, "part": "1"}).content.decode()


def test_an_entered_value_is_named_and_its_filler_may_take_the_derived_one(client, derived, cast):
    address = reverse("case_basis", args=[derived.cases["G103-1"].pk])
    asked = {"cell": SO2, "part": "1"}
    assert "填报值为" not in sign_in(client, cast.enumerator).get(address, asked).content.decode()
    derived.change("G103-1", **{SO2.replace("/", "__"): "5.00"})
    text = client.get(address, asked).content.decode()
    assert "填报值为 5.00" in text
    assert 'data-take-value="3.73"' in text
    text = sign_in(client, cast.county_reviewer).get(address, asked).content.decode()
    assert "填报值为 5.00" in text
    assert "data-take-value" not in text


def test_explanation_exists_only_for_derived_values_within_the_scope(client, derived, cast):
    address = reverse("case_basis", args=[derived.cases["G103-1"].pk])
    sign_in(client, cast.enumerator)
    assert client.get(address, {"cell": "head_unit_name"}).status_code == 404
    assert client.get(address).status_code == 404
    assert sign_in(client, cast.neighbour).get(address, {"cell": SO2}).status_code == 404


def test_explanation_takes_few_queries(client, derived, cast, django_assert_max_num_queries):
    sign_in(client, cast.enumerator)
    address = reverse("case_basis", args=[derived.cases["G103-1"].pk])
    client.get(address, {"cell": SO2})
    with django_assert_max_num_queries(9):
        client.get(address, {"cell": SO2})


def test_versions_are_for_the_national_office(client, newer, cast):
    address = reverse("coefficient_version_list")
    assert sign_in(client, cast.office).get(address).status_code == 403
    text = sign_in(client, cast.national_office).get(address).content.decode()
    assert "新手册" in text
    assert "现行" in text
    assert "尚未计算" in text


def test_impact_is_asked_for_shown_and_then_enforced(client, derived, newer, cast):
    sign_in(client, cast.national_office)
    page = reverse("coefficient_impact", args=[newer.number])
    assert "还没有计算" in client.get(page).content.decode()
    refused = client.post(reverse("coefficient_enforce", args=[newer.number]), follow=True)
    assert "请先计算" in refused.content.decode()

    answer = client.post(page)
    job = Job.objects.get(kind=JobKind.ACCOUNTING_IMPACT)
    assert answer.url == reverse("job_detail", args=[job.pk])
    Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None, error="")
    accounting_impact_job(job.pk)
    text = client.get(page).content.decode()
    assert "浙江省杭州市西湖区" in text
    assert "二氧化硫" in text
    assert "改动 " in client.get(reverse("coefficient_version_list")).content.decode()
    assert CoefficientImpact.objects.get().content["units"] == 1

    reason = {"reason": "二〇一八年六月国家修订了手册"}
    answer = client.post(reverse("coefficient_enforce", args=[newer.number]), reason)
    asked = TwoPersonRequest.objects.get()
    assert answer.url == reverse("two_person_detail", args=[asked.pk])
    decide = reverse("two_person_decide", args=[asked.pk])
    assert client.post(decide, {"verdict": "approve"}).status_code == 403
    assert not Job.objects.filter(kind=JobKind.ACCOUNTING_APPLY).exists()
    sign_in(client, second_of_the_nation()).post(decide, {"verdict": "approve"})
    apply = Job.objects.get(kind=JobKind.ACCOUNTING_APPLY)
    assert asked.outcome.result == {"job": apply.pk}


def test_impact_of_an_unknown_version_is_not_found(client, library, cast):
    sign_in(client, cast.national_office)
    assert client.get(reverse("coefficient_impact", args=[99])).status_code == 404


def test_review_page_marks_derived_values(client, derived, cast):
    sign_in(client, cast.county_reviewer)
    text = client.get(reverse("case_review", args=[derived.cases["G103-1"].pk])).content.decode()
    assert "data-basis" in text


def test_sum_over_several_rows_is_explained_row_by_row(client, plant, cast):
    for row in ("row00002", "row00003"):
        plant.row(row, **WATER)
    values_derive(case_id=plant.source.pk, actor=plant.actor)
    sign_in(client, cast.enumerator)
    address = reverse("case_basis", args=[plant.cases["G102"].pk])
    text = client.get(address, {"cell": "cod_discharged"}).content.decode()
    assert "2 行之和" in text
    assert "120.00" in text
