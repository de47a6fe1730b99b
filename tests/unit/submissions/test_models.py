"""What the database itself refuses, and small facts of the models."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.exceptions import Conflict, Invalid, NotAllowed
from submissions.answers import message_of
from submissions.enums import CaseStatus, Level
from submissions.models import Case, CollectionExercise, EditFailure, ItemQuery, Job
from submissions.models.response import value_in_force
from submissions.services import case_open, exercise_create, failure_explain
from submissions.unit_facts import degrees, prefill_facts
from tests.factories.case import make_case, make_plain_unit, make_submitted, save
from tests.factories.exercise import TIME_ZONE

pytestmark = pytest.mark.django_db


def refused_by_the_database(rows, name, **fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        rows.update(**fields)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "closed"}, "status_is_known"),
        ({"review_level": "county"}, "level_iff_under_review"),
        ({"status": "under_review"}, "level_iff_under_review"),
        ({"status": "under_review", "review_level": "county"}, "submitted_before_review"),
        ({"status": "final"}, "finalised_iff_final"),
        ({"submitted_at": timezone.now()}, "submitted_at_and_by_together"),
    ],
)
def test_the_database_keeps_status_level_and_times_together(fields, name, enumerator):
    make_case(enumerator)
    refused_by_the_database(Case.objects.all(), name, **fields)


def test_the_database_keeps_explanations_and_answers_paired(enumerator):
    case = make_submitted(enumerator)
    save_failure(case)
    refused_by_the_database(EditFailure.objects.all(), "explained", explanation="x")
    refused_by_the_database(EditFailure.objects.all(), "explained", explained_at=timezone.now())
    query = ItemQuery.objects.create(
        case=case,
        division_code=case.division_code,
        submission=case.submissions.get(),
        text="为什么？",
        raised_at=timezone.now(),
        raised_by=enumerator,
    )
    refused_by_the_database(ItemQuery.objects.all(), "answered", answer="因为")
    refused_by_the_database(ItemQuery.objects.all(), "has_a_text", text="")
    assert query.unit_id == case.unit_id
    assert str(query) == f"{case.pk} "


def save_failure(case) -> EditFailure:
    return EditFailure.objects.create(
        case=case,
        division_code=case.division_code,
        rule_id="A1-R02",
        kind="rule",
        severity="soft",
        cells=["output"],
        message_zh="产量偏大，请核实",
        message_en="Large output",
        first_seen_at=timezone.now(),
    )


def test_a_finding_speaks_the_language_of_the_request(enumerator):
    from django.utils.translation import override

    failure = save_failure(make_case(enumerator))
    assert message_of(failure) == "产量偏大，请核实"
    with override("en"):
        assert message_of(failure) == "Large output"
    assert list(EditFailure.objects.hard()) == []
    assert str(failure) == "A1-R02 "
    assert failure.unit_id == failure.case.unit_id


def test_a_finding_whose_rule_was_made_hard_loses_its_explanation(enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="9000")
    EditFailure.objects.filter(rule_id="A1-R01").update(
        severity="soft",
        explanation="六月新增一条生产线投产",
        explanation_key="k",
        explained_at=timezone.now(),
        explained_by=enumerator,
        message_zh="旧的说法",
    )
    save(case, enumerator, note="x")
    failure = EditFailure.objects.get(rule_id="A1-R01")
    assert (failure.severity, failure.explanation) == ("hard", "")
    assert failure.message_zh == "全年不超过 8760 小时"


def test_a_finding_keeps_its_explanation_when_its_words_change(enumerator):
    case = make_case(enumerator)
    save(case, enumerator, output="5000")
    failure = EditFailure.objects.get(rule_id="A1-R02")
    failure_explain(failure_id=failure.pk, actor=enumerator, text="六月新增一条生产线投产")
    EditFailure.objects.filter(pk=failure.pk).update(message_zh="旧的说法")
    save(case, enumerator, output="5001")
    failure.refresh_from_db()
    assert failure.message_zh == "产量偏大，请核实"
    assert failure.explanation


def test_a_case_opened_twice_is_one(enumerator):
    case = make_case(enumerator)
    version, exercise = case.instrument_version, case.exercise
    again = case_open(unit=case.unit, version=version, exercise=exercise, actor=enumerator)
    assert again == case


def test_case_querysets_are_adjectives(enumerator):
    case = make_submitted(enumerator)
    assert list(Case.objects.owed().waiting_at(Level.SUPERVISOR)) == [case]
    assert list(Case.objects.being_filled()) == []
    assert str(case) == f"A1 {case.unit_id}"
    assert str(case.response) == f"{case.pk} v1"
    assert str(case.response.revisions.get()) == f"{case.response.pk} v1"
    assert str(case.submissions.get()).startswith("A1-")
    assert str(case.exercise) == "第二次全国污染源普查"
    assert str(Job(kind="summary_run")) == "summary_run None"
    assert Job(progress_done=1, progress_total=4).percent == 25


@pytest.mark.parametrize(
    ("slots", "value"),
    [
        ([], ""),
        (["carried_forward"], "carried_forward"),
        (["carried_forward", "imputed"], "imputed"),
        (["carried_forward", "imputed", "derived"], "derived"),
        (["carried_forward", "imputed", "derived", "collected"], "collected"),
        (["carried_forward", "imputed", "derived", "collected", "corrected"], "corrected"),
    ],
)
def test_the_value_in_force_follows_the_provenance_order(slots, value):
    assert value_in_force({name: {"v": name} for name in slots}) == value


def test_exercise_create_is_for_the_national_office(county_reviewer, national_office):
    fields = {
        "code": "nps3",
        "name": "第三次",
        "standard_time": dt.datetime(2027, 12, 31, tzinfo=TIME_ZONE),
    }
    with pytest.raises(NotAllowed):
        exercise_create(actor=county_reviewer, **fields)
    with pytest.raises(Invalid):
        exercise_create(actor=national_office, levels=(), **fields)
    exercise = exercise_create(actor=national_office, levels=(Level.NATIONAL,), **fields)
    assert exercise.top_level == Level.NATIONAL
    with pytest.raises(Conflict):
        exercise_create(actor=national_office, **fields)
    refused_by_the_database(CollectionExercise.objects.all(), "has_a_level", levels=[])


def test_what_is_prefilled_names_places_and_industries(enumerator, divisions):
    from registry.models import Industry

    Industry.objects.get_or_create(
        code="1752", defaults={"name": "化纤织物染整精加工", "level": 4, "is_in_scope": True}
    )
    unit = make_plain_unit(
        enumerator, industry_codes=["1752"], longitude="120.209236", latitude="30.25"
    )
    unit.refresh_from_db()
    facts = prefill_facts(unit)
    assert facts["industry_name_1"] == "化纤织物染整精加工"
    assert (facts["industry_2"], facts["industry_name_2"]) == ("", "")
    assert (facts["province_name"], facts["town_name"]) == ("浙江省", "三墩镇")
    assert (facts["longitude"], facts["latitude"]) == ("120°12′33.25″", "30°15′00.00″")
    assert degrees(None) == ""


def test_status_labels_are_words(cast):
    case = make_submitted(cast.enumerator)
    assert case.get_status_display() == "审核中"
    assert CaseStatus(case.status).label == "审核中"
