"""Reading what is published."""

import pytest

from instruments.codelist_values import CodeListValues
from instruments.evaluation.engine import Context, evaluate
from instruments.models import CodeListVersion, InstrumentVersion
from instruments.selectors import (
    codelist,
    codelist_by_hash,
    codelists_current,
    codelists_for_rules,
    compiled_for,
    definition_data,
    definition_for,
    rules_module,
    version_by_hash,
    version_current,
    version_ids_current,
    versions_current,
)
from instruments.services import codelist_publish, instrument_publish
from tests.factories.instrument import codelist_make, definition_make, set_publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return set_publish(definition_make()).instruments[0].version


def test_definition_is_read_once(version, django_assert_num_queries):
    assert definition_for(version.pk).code == "T101"

    with django_assert_num_queries(0):
        assert definition_for(version.pk) is definition_for(version.pk)
        assert definition_data(version.pk)["code"] == "T101"


def test_compiled_rules_run(version, django_assert_num_queries):
    answers = {
        "values": {"water_total": "1", "outlets/aaaaaaaa/discharge": "2"},
        "rows": {"outlets": ["aaaaaaaa"]},
    }
    compiled_for(version.pk)

    with django_assert_num_queries(1):
        compiled = compiled_for(version.pk)
    context = Context(
        forms={}, owed=frozenset(), register={}, codelists=codelists_for_rules(), params={}
    )

    assert "T101-R01" in {finding.rule_id for finding in evaluate(compiled, answers, context)}


def test_rules_are_compiled_against_the_current_versions_of_the_other_forms(version):
    second = definition_make("T102")
    second["rules"][0] |= {
        "when": "t101.water_total > 0",
        "pass": {"t101.water_total": 1, "water_total": 1, "rows": {"outlets": [{"discharge": 1}]}},
        "fail": {"t101.water_total": 1, "water_total": 1, "rows": {"outlets": [{"discharge": 2}]}},
    }

    published = instrument_publish(actor=None, definition=second).version

    assert version_ids_current() == (version.pk, published.pk)
    assert [v.instrument.code for v in versions_current()] == ["T101", "T102"]
    assert compiled_for(published.pk)


def test_rules_module_is_an_es_module_with_a_hash(version):
    module = rules_module(version.pk)

    assert "export const rules" in module.source
    assert "T101-R01" in module.source
    assert len(module.short_hash) == 16


def test_version_is_found_by_its_hash(version):
    assert version_by_hash("T101", version.content_hash) == version
    with pytest.raises(InstrumentVersion.DoesNotExist):
        version_by_hash("T101", "0" * 64)


def test_form_that_was_never_published_is_not_found(db):
    with pytest.raises(InstrumentVersion.DoesNotExist):
        version_current("T101")


def test_code_lists_follow_publication(version):
    old = codelist("WW_METHOD")
    codelist_publish(actor=None, codelist=codelist_make(codes=("9100",)))

    assert codelists_current()["WW_METHOD"].codes == {"9100"}
    assert codelists_for_rules()["WW_METHOD"] == {"9100"}
    assert codelist_by_hash("WW_METHOD", old.content_hash) == old
    with pytest.raises(CodeListVersion.DoesNotExist):
        codelist_by_hash("WW_METHOD", "0" * 64)
    with pytest.raises(CodeListVersion.DoesNotExist):
        codelist("NONE")


def test_current_code_lists_cost_one_query(version, django_assert_num_queries):
    codelists_current()

    with django_assert_num_queries(1):
        codelists_current()


def test_label_falls_back_to_chinese_and_to_the_code():
    values = CodeListValues(
        "X",
        "x",
        "h",
        ({"code": "1", "label": "是", "label_en": "Yes"}, {"code": "2", "label": "否"}),
    )

    assert [values.label("1", "en"), values.label("2", "en"), values.label("7")] == [
        "Yes",
        "否",
        "7",
    ]
    assert values.pairs() == [["1", "是"], ["2", "否"]]
    assert list(values) == ["1", "2"]
