"""Rules about models that find violations by themselves."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from accounts.querysets import ScopedQuerySet

OURS = {"audit", "accounts", "registry", "instruments", "submissions", "review", "summaries"}
MODELS = [m for m in apps.get_models() if m._meta.app_label in OURS]

APPEND_ONLY = {
    "audit.auditevent",
    "audit.auditseal",
    "audit.auditanchor",
    "audit.readevent",
    "registry.unitrevision",
    "registry.fieldverification",
    "registry.registerfreeze",
    "registry.coverageround",
    "registry.matchdecision",
    "instruments.instrumentversion",
    "instruments.codelistversion",
    "instruments.coefficientversion",
    "instruments.coefficientpublication",
    "instruments.coefficient",
    "submissions.responserevision",
    "submissions.rulemeasurement",
    "submissions.rulewaiver",
    "submissions.casehandover",
    "submissions.casereopening",
    "submissions.submission",
    "submissions.waiverdecision",
    "submissions.derivation",
    "submissions.phaseact",
    "submissions.phasedeadline",
    "submissions.deadlineextension",
    "submissions.extensiondecision",
    "submissions.twopersonrequest",
    "submissions.twopersonoutcome",
    "submissions.correctionrequest",
    "submissions.correctiondecision",
    "submissions.note",
    "review.reviewdecision",
    "review.reviewescalation",
    "review.decisionsignature",
    "review.interferencerun",
    "review.acceptancepack",
    "review.acceptancedecision",
    "review.dutyrecord",
    "review.interferencefinding",
    "review.interferencenote",
    "summaries.dailyfigure",
    "summaries.dispatchreport",
    "summaries.reminder",
    "summaries.reminderreading",
    "review.qualityreport",
    "summaries.summaryrelease",
    "summaries.releasetable",
    "summaries.releaseframe",
    "summaries.releasesignature",
    "summaries.releasepublication",
    "summaries.publicationtable",
}


def label(model) -> str:
    return model._meta.label_lower


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_an_at_and_by_pair_is_constrained_together(model):
    """`x_at` and `x_by` that may be empty are empty together."""
    names = {f.name for f in model._meta.concrete_fields}
    constraints = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    for name in sorted(names):
        if not name.endswith("_at"):
            continue
        partner = f"{name.removesuffix('_at')}_by"
        if partner not in names or not model._meta.get_field(name).null:
            continue
        told = [str(c.condition) for c in constraints]
        assert any(f"{name}__isnull" in c and f"{partner}__isnull" in c for c in told), (
            f"{label(model)}: {name} and {partner} need a constraint"
        )


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_append_only_models_are_guarded_by_the_database_and_no_others(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE c.relname = %s AND t.tgname LIKE '%%append_only'",
            [model._meta.db_table],
        )
        (count,) = cursor.fetchone()
    assert bool(count) == (label(model) in APPEND_ONLY)


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_a_scoped_model_carries_its_own_division(model):
    is_scoped = isinstance(model._default_manager.all(), ScopedQuerySet)
    if not is_scoped:
        return
    field = model._meta.get_field(getattr(model, "scope_division_field", "division_code"))
    column = getattr(field, "output_field", field)  # of a generated column
    assert column.db_collation == "C", "the prefix range needs byte order"
    assert getattr(model, "view_permission", None), "view_permission says who may see it"


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_a_model_with_a_division_is_scoped(model):
    """Whoever adds a model with a division adds it behind `visible_to`."""
    unscoped = {
        "audit.auditevent",  # read through events_within
        "audit.readevent",  # read through reads_within
        "accounts.user",  # read through accounts_managed_by
        "registry.division",  # public knowledge
        "instruments.instrumentversion",  # a definition is public knowledge, a province's too
    }
    names = {f.name for f in model._meta.concrete_fields}
    if "division_code" in names and label(model) not in unscoped:
        assert isinstance(model._default_manager.all(), ScopedQuerySet)
