"""Instruments and code lists, small and published through the services."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from functools import cache
from pathlib import Path

from instruments.definition_files import CodeListFile, codelist_files, definition_paths, yaml_read
from instruments.models import CodeList, CodeListVersion, Instrument, InstrumentVersion
from instruments.services import instrument_set_publish

CORPUS = Path(__file__).resolve().parents[1] / "instruments"


@cache
def _complete() -> dict:
    return yaml_read(CORPUS / "valid" / "complete.yaml")


def definition_make(code: str = "T101", **changes) -> dict:
    """The complete definition of the corpus under another code, with changed top-level keys."""
    data = deepcopy(_complete())
    for rule in data["rules"]:
        rule["id"] = rule["id"].replace(data["code"], code)
    return {**data, "code": code, **changes}


@cache
def _repository() -> tuple[list[dict], list[CodeListFile]]:
    return [yaml_read(path) for path in definition_paths()], codelist_files()


def codelist_make(
    name: str = "WW_METHOD", codes=("1100", "1200"), title: str = "处理方法"
) -> CodeListFile:
    """A short code list."""
    entries = tuple({"code": c, "label": f"标签{c}", "confidence": "found"} for c in codes)
    return CodeListFile(name, title, entries)


def set_publish(*definitions: dict, codelists=None):
    """Publish some definitions with the lists they need, as the installation does."""
    return instrument_set_publish(
        actor=None, definitions=list(definitions), codelists=codelists or [codelist_make()]
    )


def repository_publish(*, owed_only: Collection[str] = ()) -> None:
    """Every form and list of the repository as published rows, without the checks (they are slow).

    `owed_only` names the forms that are owed at all, for a journey that is not about every form;
    the others are published all the same, because rules read them.
    """
    definitions, lists = deepcopy(_repository()[0]), _repository()[1]
    for definition in definitions:
        if owed_only and definition["code"] not in owed_only:
            definition["owed_when"] = "register.kind = 'none'"
    for values in lists:
        series = CodeList.objects.create(name=values.name, title=values.title)
        CodeListVersion.objects.create(
            code_list=series,
            number=1,
            entries=list(values.entries),
            content_hash=f"{values.name:0>64}",
        )
    for number, definition in enumerate(definitions, start=1):
        series = Instrument.objects.create(
            code=definition["code"],
            title=definition["title"]["zh"],
            title_en=definition["title"]["en"],
            sequence=number,
        )
        InstrumentVersion.objects.create(
            instrument=series, number=1, definition=definition, content_hash=f"{series.code:0>64}"
        )
