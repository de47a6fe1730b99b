"""Changes of the test form A1, published beside cases that are being filled."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from instruments.services import instrument_set_publish
from submissions.enums import ReopenPolicy
from submissions.models import Case, FormChange
from submissions.services import cases_derive, change_draft
from tests.factories.case import make_plain_unit
from tests.factories.exercise import make_exercise
from tests.factories.instrument import codelist_make, definition_make

CODE = "T101"


def simple_form() -> dict[str, Any]:
    """T101 that every industrial unit owes, with two free items and no permit questions."""
    form = definition_make()
    form["owed_when"] = "always"
    items = form["sections"][0]["items"]
    form["sections"][0]["items"] = [
        {**items[0], "required": "never"},
        {**items[0], "slug": "water_reused", "code": "05", "required": "never"},
        {**items[3], "code": "03"},
    ]
    form["sections"][1]["items"][0]["required"] = "never"
    return form


def changed(**parts: Any) -> dict[str, Any]:
    """The form with changed parts."""
    return {**deepcopy(simple_form()), **parts}


def harder(limit: str = "100") -> dict[str, Any]:
    """The form with one more hard rule on its first item."""
    form = changed()
    form["rules"] = [
        *form["rules"],
        {
            "id": "T101-R90",
            "severity": "hard",
            "assert": f"water_total <= {limit}",
            "items": ["water_total"],
            "message": {"zh": "取水量超过上限", "en": "Too much water"},
            "source": "test",
            "pass": {"water_total": "1"},
            "fail": {"water_total": "1000000"},
        },
    ]
    return form


def without_reuse() -> dict[str, Any]:
    """The form without its second item."""
    form = changed()
    form["sections"][0]["items"].pop(1)
    return form


def publish_simple() -> None:
    """The form in force, in an exercise that runs."""
    make_exercise()
    instrument_set_publish(actor=None, definitions=[simple_form()], codelists=[codelist_make()])


def make_case(actor: Any, **fields: Any) -> Case:
    """An open case of the form."""
    return cases_derive(unit_id=make_plain_unit(actor, **fields).pk, actor=None)[0]


def drafted(
    actor: Any, content: Any, reopen: str = ReopenPolicy.AFFECTED, **fields: Any
) -> FormChange:
    """A draft of a change."""
    return change_draft(
        **{
            "actor": actor,
            "kind": "form",
            "code": CODE,
            "content": content,
            "reason": "指标解释有误，予以更正",
            "reopen": reopen,
            **fields,
        }
    )
