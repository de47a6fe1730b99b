"""Every form of the repository: one answer from both engines, and from a part as from the whole."""

from functools import lru_cache
from statistics import median

import pytest

from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import compile_definition, evaluate
from instruments.evaluation.javascript import module_source
from tests.unit.instruments.evaluation.both_engines import as_context, differences
from tests.unit.instruments.evaluation.browser import Browser
from tests.unit.instruments.evaluation.chance import RecordMaker, changes_made, fresh

RECORDS_A_RUN = 10_000  # shared by the forms; each run has others
LONGEST_LIST = 600  # industries are left to the server, as in the browser


def _official():
    known = [Definition.from_dict(yaml_read(path)) for path in definition_paths()]
    return {definition.form_name: definition for definition in known}


OFFICIAL = _official()
RECORDS = max(20, RECORDS_A_RUN // len(OFFICIAL))
EDITS = max(20, RECORDS // 4)


@lru_cache
def compiled_of(name):
    return compile_definition(OFFICIAL[name], OFFICIAL)


@lru_cache
def short_lists():
    return {
        values.name: sorted(values.codes)
        for values in codelist_files()
        if len(values.codes) <= LONGEST_LIST
    }


def lists_of(compiled):
    """The codes of the lists that a form uses, and the names of those that are too long."""
    used = {item.codelist for item in compiled.definition.items if item.codelist}
    return {name: short_lists()[name] for name in used & short_lists().keys()}, sorted(
        used - short_lists().keys()
    )


@pytest.mark.parametrize("name", OFFICIAL)
def test_both_engines_find_the_same(name):
    codes, missing = lists_of(compiled_of(name))
    assert differences(compiled_of(name), codes, missing, RECORDS, fresh()) == []


@pytest.mark.parametrize("name", OFFICIAL)
def test_judging_what_a_change_touches_equals_judging_everything(name):
    """Random edits of random records: set and blank cells, rows added and taken out."""
    compiled, chance = compiled_of(name), fresh()
    codes, missing = lists_of(compiled)
    maker, browser = RecordMaker(chance, codes), Browser(module_source(compiled))
    others = {other: compiled.others[other] for other in compiled.reads_forms}
    sets = {key: frozenset(values) for key, values in codes.items()}
    records, expected = [], []
    for _ in range(EDITS):
        plain, context = maker.answers(compiled.definition), maker.context(others)
        given = as_context(context, sets, missing)
        before = evaluate(compiled, plain, given)
        touched = changes_made(chance, compiled.definition, plain, codes)
        after = evaluate(compiled, plain, given, touched, before)
        assert after == evaluate(compiled, plain, given), touched
        common = {**context, "codelists": codes, "codelists_unavailable": missing}
        records.append([plain, common, touched, [finding.as_dict() for finding in before]])
        expected.append([finding.as_dict() for finding in after])
    assert browser.evaluate(records) == expected


@pytest.mark.parametrize("name", OFFICIAL)
def test_one_cell_touches_few_checks(name):
    compiled = compiled_of(name)
    touched = [len(compiled.touched([item.path("r1")])) for item in compiled.definition.items]
    assert min(touched) >= 1, "an item is checked when it changes"
    assert median(touched) <= max(5, len(compiled.checks) / 5)
