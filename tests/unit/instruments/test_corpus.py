"""Every file of the corpus: valid ones pass, an invalid one raises the error it names."""

from functools import cache
from pathlib import Path

import pytest

from instruments.checking.examples import Judge
from instruments.definition_files import codelist_files, yaml_read
from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import compile_definition
from instruments.management.commands import instrument_check
from instruments.management.commands.instrument_check import check_files
from tests.factories.instrument import definition_make

CORPUS = Path(__file__).resolve().parents[2] / "instruments"
VALID = sorted((CORPUS / "valid").glob("*.yaml"))
INVALID = sorted((CORPUS / "invalid").glob("*.yaml"))


_read_once = {"codelist_files": cache(codelist_files), "yaml_read": cache(yaml_read)}


@pytest.fixture(autouse=True)
def repository_read_once(monkeypatch):
    """The lists and forms of the repository are the same for every file of the corpus."""
    for name, function in _read_once.items():
        monkeypatch.setattr(instrument_check, name, function)


def _named(path: Path) -> tuple[str, str]:
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    return first.removeprefix("# error: "), second.removeprefix("# at: ")


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_definition_has_no_fault(path):
    assert check_files([path]) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_definition_raises_the_error_it_names(path):
    error, place = _named(path)

    faults = check_files([path])

    assert {fault.code for fault in faults} == {error}, [str(fault) for fault in faults]
    assert any(place in fault.path for fault in faults), [str(fault) for fault in faults]
    assert all(fault.file == path.name and fault.sentence for fault in faults)


def test_corpus_knows_every_kind_of_fault():
    """A new check needs an invalid file that shows it."""
    kinds = {_named(path)[0] for path in INVALID}

    assert {
        "yaml", "structure", "language_missing", "example_missing", "duplicate_slug",
        "duplicate_code", "duplicate_rule", "duplicate_section", "rule_id", "codelist_missing",
        "prefill_unknown", "group_bounds", "group_unknown", "group_unused", "group_split",
        "slug_unknown", "group_item", "bounds", "scale", "expression", "example_disagrees",
    } == kinds  # fmt: skip


def test_rule_that_cannot_run_agrees_with_no_example():
    data = definition_make()
    data["rules"][1]["assert"] = "nothing > 1"
    compiled = compile_definition(Definition.from_dict(data), {}, strict=False)
    judge = Judge(compiled, compiled, {})

    for part in ("pass", "fail"):
        sentence = judge.disagreement("T101-R02", part, {"rows": {"outlets": [{"discharge": 5}]}})
        assert sentence == "the rule could not be run on this example"
