"""Every service that writes takes the person and records the act."""

from __future__ import annotations

import importlib
import inspect

import pytest

from audit.enums import AuditAction
from tests.architecture.test_source import APPS, SOURCES

SERVICES = []
for _app in APPS:
    try:
        _module = importlib.import_module(f"{_app}.services")
    except ModuleNotFoundError:
        continue
    if _app == "audit":
        continue  # the writer of the acts itself
    for _name in getattr(_module, "__all__", dir(_module)):
        _thing = getattr(_module, _name)
        if _name.startswith("_"):
            continue
        if inspect.isfunction(_thing) and _thing.__module__.startswith(f"{_app}.services"):
            SERVICES.append(_thing)

# Services that write nothing of their own, with the reason.
READS_ONLY = {
    "error_workbook": "writes a file for the person, no rows",
    "frame_template_workbook": "the empty workbook",
    "failures_refresh": "findings are derived from the answers, whose save is the act",
    "units_similar": "a look-up",
    "cells_of": "a look-up",
    "summary_compute": "the worker's: the person is in the job",
    "publication_compute": "the worker's: the person is in the job",
    "release_compute": "the worker's: the person is in the job",
}


def name(function) -> str:
    return f"{function.__module__}.{function.__name__}"


@pytest.mark.parametrize("service", SERVICES, ids=name)
def test_a_service_takes_keywords_only_and_the_person(service):
    if service.__name__ in READS_ONLY:
        return
    parameters = inspect.signature(service).parameters
    assert all(p.kind in {p.KEYWORD_ONLY, p.VAR_KEYWORD} for p in parameters.values()), (
        "keyword-only"
    )
    assert "actor" in parameters, "the person is always `actor`"


@pytest.mark.parametrize("action", AuditAction, ids=str)
def test_every_act_is_recorded_somewhere(action):
    """An act nobody records is a promise nobody keeps."""
    needle = f"AuditAction.{action.name}"
    assert any(needle in path.read_text(encoding="utf-8") for path in SOURCES), needle


@pytest.mark.parametrize("action", AuditAction, ids=str)
def test_every_act_has_a_sentence(action):
    assert str(action.label) != action.name
    assert str(action.label)
