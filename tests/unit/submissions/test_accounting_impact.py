"""A new coefficient version: first what it would change, then in force, then derived again."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.exceptions import Conflict, Missing, NotAllowed
from instruments.coefficient_files import STARTER_FILE
from instruments.coefficient_selectors import version_in_force
from instruments.services import coefficients_load
from submissions.accounting_impact import (
    accounting_apply_job,
    accounting_impact_job,
    apply_sentence,
)
from submissions.enums import CaseAction, CaseStatus, JobState
from submissions.models import Case, CoefficientImpact, Job
from submissions.phase_enums import TwoPersonKind
from submissions.presenters.accounting import ImpactPresenter, accounting_panel
from submissions.services import coefficients_enforce, impact_request, values_derive
from submissions.services.unit_forms import UnitForms
from submissions.transitions import case_transition
from tests.factories.accounting import BOILER, WATER, library_make, plant_make
from tests.factories.two_person import by_two

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db):
    return library_make()


@pytest.fixture
def newer(library, tmp_path):
    """The starter set with another coefficient of COD."""
    path = tmp_path / "newer.csv"
    text = STARTER_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("千克/吨-产品,30,", "千克/吨-产品,33,"), encoding="utf-8")
    return coefficients_load(actor=None, path=path, title="新手册").version


@pytest.fixture
def plant(cast, library):
    plant = plant_make(cast.enumerator)
    plant.row("row00001", **WATER)
    plant.row("row00002", **BOILER)
    values_derive(case_id=plant.source.pk, actor=plant.actor)
    return plant


def impact_of(version, actor) -> CoefficientImpact:
    job = impact_request(version_id=version.pk, actor=actor)
    accounting_impact_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    return job.coefficient_impact


def test_impact_counts_and_sums_and_changes_nothing(plant, newer, cast, settings):
    impact = impact_of(newer, cast.national_office)
    content = impact.content
    assert (content["units"], content["cases"], content["locked_units"]) == (1, 2, 0)
    assert (
        content["cells"] == 5
    )  # coefficient, generated, discharged; generated, discharged of G102
    assert content["lines"] == [
        {
            "county": "330106000000",
            "pollutant": "W01",
            "measure": "吨",
            "units": 1,
            "cells": 1,
            "before": "60.0000",
            "after": "66.0000",
        }
    ]
    assert plant.values("G102")["cod_discharged"] == "60.00"
    assert str(impact)
    (line,) = ImpactPresenter(impact).lines
    assert (line["difference"], line["pollutant"]) == ("+6.0000", "化学需氧量")
    text = (Path(settings.MEDIA_ROOT) / impact.job.result_path).read_text(encoding="utf-8-sig")
    assert "cod_discharged,60.00,66.00,1" in text


def enforce(version, actor):
    """Put it in force with two people."""
    outcome = by_two(TwoPersonKind.COEFFICIENTS, {"version": version.pk}, actor)
    return Job.objects.get(pk=outcome.result["job"])


def test_version_is_put_in_force_only_after_its_impact(plant, newer, cast):
    with pytest.raises(Conflict) as refusal:
        coefficients_enforce(version_id=newer.pk, actor=cast.national_office)
    assert refusal.value.code == "impact_missing"
    impact_of(newer, cast.national_office)
    with pytest.raises(NotAllowed) as alone:
        coefficients_enforce(version_id=newer.pk, actor=cast.national_office)
    assert alone.value.code == "needs_two_persons"
    job = enforce(newer, cast.national_office)
    assert version_in_force() == newer
    forms = UnitForms([plant.response("G106-1")])
    assert "v2" in accounting_panel(forms, plant.source).staleness
    accounting_apply_job(job.pk)
    assert plant.values("G102")["cod_discharged"] == "66.00"
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED
    assert "改动 5 格；0 份" in apply_sentence(changed=5, untouched=0)


def test_forms_under_review_and_final_stay_as_they_are(plant, newer, cast):
    Case.objects.filter(pk=plant.source.pk).update(
        status=CaseStatus.UNDER_REVIEW,
        review_level="supervisor",
        submitted_at=timezone.now(),
        submitted_by=plant.actor,
    )
    impact = impact_of(newer, cast.national_office)
    assert (impact.content["cells"], impact.content["locked_units"]) == (0, 1)
    job = enforce(newer, cast.national_office)
    accounting_apply_job(job.pk)
    assert plant.values("G102")["cod_discharged"] == "60.00"
    case_transition(case_id=plant.source.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    assert values_derive(case_id=plant.source.pk, actor=plant.actor).changed == 5


def test_target_under_review_is_left_alone_and_said(plant, cast):
    Case.objects.filter(pk=plant.cases["G102"].pk).update(
        status=CaseStatus.UNDER_REVIEW,
        review_level="supervisor",
        submitted_at=timezone.now(),
        submitted_by=plant.actor,
    )
    plant.change("G106-1", links__row00001__output="9000")
    result = values_derive(case_id=plant.source.pk, actor=plant.actor)
    assert plant.values("G102")["cod_discharged"] == "60.00"
    assert any("核算没有改动它" in line["zh"] for line in result.run.refusals)


def test_only_the_national_office_asks_and_enforces(newer, cast):
    for act in (impact_request, coefficients_enforce):
        with pytest.raises(NotAllowed):
            act(version_id=newer.pk, actor=cast.office)
        with pytest.raises(Missing):
            act(version_id=0, actor=cast.national_office)
    assert not Job.objects.exists()


def test_panel_is_for_the_g106_alone_and_knows_changed_inputs(plant):
    forms = UnitForms([plant.response("G106-1")])
    panel = accounting_panel(forms, plant.source)
    assert (panel.staleness, panel.refusals) == ("", [])
    plant.change("G106-1", links__row00001__output="3000")
    forms = UnitForms([plant.response("G106-1")])
    assert "重新核算" in accounting_panel(forms, plant.source).staleness
    assert accounting_panel(forms, plant.cases["G102"]) is None
