"""No hidden override: every act is classed, and no caller says when it was done."""

from __future__ import annotations

import inspect

import pytest

from audit.enums import AuditAction
from audit.unusual import ORDINARY, UNUSUAL
from tests.architecture.test_services import SERVICES, name


def test_every_act_is_classed_as_ordinary_or_unusual():
    unclassed = [action.name for action in AuditAction if action not in ORDINARY | UNUSUAL]
    assert not unclassed, f"say in audit/unusual.py whether these are unusual: {unclassed}"
    assert not ORDINARY & UNUSUAL


# A moment that a person tells (when something was seen, until when something shall hold) is an
# answer; when an act was done, is the clock's to say.
TOLD = {"as_of", "valid_until", "due_on", "day"}


@pytest.mark.parametrize("service", SERVICES, ids=name)
def test_no_service_is_told_when_an_act_was_done(service):
    parameters = inspect.signature(service).parameters
    times = {
        parameter
        for parameter in parameters
        if parameter in {"now", "at", "when", "today", "timestamp"} or parameter.endswith("_at")
    }
    assert not times - TOLD, f"{name(service)} takes {times}: the clock says when"
