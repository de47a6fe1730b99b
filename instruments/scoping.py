"""Which forms a unit owes, and why (A6): each form says so itself in its `owed_when`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from instruments.evaluation.definition import ALWAYS, Definition, form_name
from instruments.evaluation.engine import (
    Compiled,
    Context,
    FindingKind,
    compile_definition,
    evaluate,
)
from instruments.selectors import (
    Published,
    codelist,
    definition_data,
    published_now,
)

KIND_NAMES = {
    "industrial": ("工业企业", "industrial unit"),
    "livestock": ("规模畜禽养殖场", "livestock farm"),
    "domestic_boiler": ("非工业企业单位锅炉", "non-industrial boiler"),
    "central_facility": ("集中式污染治理设施", "central facility"),
    "outfall": ("入河（海）排污口", "outfall"),
    "mobile": ("移动源", "mobile source"),
    "park": ("工业园区", "industrial park"),
    "area": ("行政区", "administrative area"),
}
YES_NO = {"1": ("是", "yes"), "2": ("否", "no")}
_REFERENCE = re.compile(r"\b([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\b")
_TEXT = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class OwedForm:
    """A form that the unit owes, with the fact that decides, in both languages."""

    code: str
    reason: Mapping[str, str]


def forms_owed(
    *,
    unit_facts: Mapping[str, str],
    answers_by_form: Mapping[str, Mapping[str, Any]],
    published: Published | None = None,
) -> list[OwedForm]:
    """The current forms this unit owes, in the order of the forms.

    `unit_facts` are the register's facts as plain text (`kind` among them), `answers_by_form` the
    plain answers by form name (`g101_1`). A question that nobody has answered yet owes nothing.
    Two small queries, none where the caller knows already what is published.
    """
    published = published or published_now()
    ids = published.version_ids
    forms = [definition_data(version_id) for version_id in ids]
    compiled = _compiled_conditions(ids)
    context = Context(
        forms=dict(answers_by_form),
        owed=frozenset(),
        register=dict(unit_facts),
        codelists=published.codelists,
        params={},
    )
    findings = evaluate(compiled, {"values": {}, "rows": {}}, context)
    owed = {f.rule_id for f in findings if f.kind == FindingKind.RULE}
    return [
        OwedForm(form["code"], _reason(form, forms, unit_facts, answers_by_form))
        for form in forms
        if unit_facts.get("kind") in form["unit_kinds"]
        and (form.get("owed_when", ALWAYS) == ALWAYS or _rule_id(form) in owed)
    ]


def _rule_id(form: Mapping[str, Any]) -> str:
    return f"OWED-{form['code']}"


def scoping_definition(forms: list[dict[str, Any]]) -> dict[str, Any]:
    """A definition without items whose rules deny the `owed_when` of each form.

    A finding then says that the form is owed; what is blank or malformed owes nothing.
    """
    rules = [
        {
            "id": _rule_id(form),
            "severity": "hard",
            "assert": f"not coalesce({form['owed_when']}, false)",
            "message": form["title"],
            "source": "owed_when",
        }
        for form in forms
        if form.get("owed_when", ALWAYS) != ALWAYS
    ]
    return {
        "code": "OWED",
        "title": {"zh": "应填报表", "en": "Forms owed"},
        "respondent": "unit",
        "unit_kinds": [],
        "groups": [],
        "sections": [],
        "rules": rules,
    }


@lru_cache(maxsize=16)
def _compiled_conditions(ids: tuple[int, ...]) -> Compiled:
    forms = [definition_data(version_id) for version_id in ids]
    others = {form_name(form["code"]): Definition.from_dict(form) for form in forms}
    return compile_definition(Definition.from_dict(scoping_definition(forms)), others)


def _reason(
    form: Mapping[str, Any],
    forms: list[dict[str, Any]],
    unit_facts: Mapping[str, str],
    answers_by_form: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    given = form.get("owed_reason", form["title"])
    condition = _TEXT.sub("''", form.get("owed_when", ALWAYS))
    facts = [
        _register_fact(slug, unit_facts)
        if name == "register"
        else _form_fact(name, slug, forms, answers_by_form)
        for name, slug in dict.fromkeys(_REFERENCE.findall(condition))
    ]
    said = [fact for fact in facts if fact]
    if not said:
        return dict(given)
    return {
        "zh": f"{given['zh']}：{'；'.join(zh for zh, _en in said)}",
        "en": f"{given['en']}: {'; '.join(en for _zh, en in said)}",
    }


def _register_fact(slug: str, unit_facts: Mapping[str, str]) -> tuple[str, str] | None:
    value = unit_facts.get(slug, "")
    if slug != "kind" or not value:
        return None
    zh, en = KIND_NAMES.get(value, (value, value))
    return f"名录库登记的类别 = {zh}", f"kind in the register = {en}"


def _form_fact(
    name: str,
    slug: str,
    forms: list[dict[str, Any]],
    answers_by_form: Mapping[str, Mapping[str, Any]],
) -> tuple[str, str] | None:
    value = answers_by_form.get(name, {}).get("values", {}).get(slug, "")
    found = next((form for form in forms if form_name(form["code"]) == name), None)
    item = next((i for i in _items(found) if i["slug"] == slug), None) if found else None
    if not value or found is None or item is None:
        return None
    zh, en = _value_text(item, value)
    label = item["label"]
    return (
        f"{found['code']} 第{item['code']}项 {label['zh']} = {zh}",
        f"{found['code']} item {item['code']} {label['en']} = {en}",
    )


def _items(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [item for section in form["sections"] for item in section["items"]]


def _value_text(item: Mapping[str, Any], value: str) -> tuple[str, str]:
    if item["type"] == "yes_no":
        return YES_NO.get(value, (value, value))
    if item["type"] == "choice":
        values = codelist(item["codelist"])
        return values.label(value), values.label(value, "en")
    return value, value


_AREA = re.compile(r"register\.area_level\s*=\s*'([a-z]+)'")
_AREAS = re.compile(r"register\.area_level\s+in\s*\(([^)]*)\)")
_SAMPLE = re.compile(r"register\.samples\s*~\s*';([A-Z0-9-]+);'")


def area_forms(level: str) -> list[str]:
    """Codes of the current forms that areas of a level may owe (`county`, `village` …)."""
    found = []
    for version_id in published_now().version_ids:
        form = definition_data(version_id)
        condition = form.get("owed_when", "")
        listed = [
            name.strip(" '") for names in _AREAS.findall(condition) for name in names.split(",")
        ]
        if "area" in form["unit_kinds"] and level in {*_AREA.findall(condition), *listed}:
            found.append(str(form["code"]))
    return found


def sampled_forms() -> list[str]:
    """Codes of the current forms that only sampled or key-region units owe."""
    return sorted(
        {
            code
            for version_id in published_now().version_ids
            for code in _SAMPLE.findall(definition_data(version_id).get("owed_when", ""))
        }
    )
