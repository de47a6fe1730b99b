"""Small forms that use every type of item, and a builder for smaller ones."""

from instruments.evaluation.definition import Definition
from instruments.evaluation.engine import Context, compile_definition, evaluate

CODES = ("1", "2", "3", "E", "R1")


def both(text):
    return {"zh": text, "en": text}


def item(slug, kind, **more):
    return {"slug": slug, "code": "1", "label": both(slug), "type": kind, **more}


def rule(number, text, **more):
    return {
        "id": f"{more.pop('form', 'A1')}-R{number}",
        "severity": "hard",
        "assert": text,
        "message": both(f"rule {number}"),
        **more,
    }


def form(code, items, groups=(), rules=()):
    """`groups` is {slug: items}; the definition as a dictionary."""
    groups = dict(groups)
    return {
        "code": code,
        "title": both(code),
        "respondent": "unit",
        "unit_kinds": ["industrial"],
        "groups": [
            {"slug": slug, "label": both(slug), "layout": "rows", "min": 0, "max": 3}
            for slug in groups
        ],
        "sections": [
            {"id": "head", "title": both("head"), "items": items},
            *(
                {"id": slug, "title": both(slug), "group": slug, "items": columns}
                for slug, columns in groups.items()
            ),
        ],
        "rules": list(rules),
    }


ALPHA_ITEMS = [
    item("name", "text", max_length=12, required="always"),
    item("note", "text", applies="flag = '1'", required="flow > 100"),
    item(
        "area_code",
        "code",
        max_length=8,
        pattern="[0-9A-Z]{4}(-[0-9]{1,2})?",
        required="flag = '2'",
    ),
    item("flow", "decimal", digits=14, scale=2, min="0", max="99999.5", required="always"),
    item("ratio", "decimal", digits=12, scale=4),
    item(
        "huge", "decimal", digits=18, scale=3, required="always", applies="some(boilers, fuel > 10)"
    ),
    item("workers", "integer", digits=9, min="0"),
    item("built", "year", min="1900", max="2018"),
    item("reported", "date", min="2017-01-01"),
    item("opened", "year_month", max="2018-06"),
    item("flag", "yes_no", required="always"),
    item("kind", "choice", codelist="CODES"),
    item("kinds", "multi_choice", codelist="CODES"),
    item("longitude", "coordinate"),
    item("credit", "credit_code", required="organisation is null"),
    item("organisation", "organisation_code"),
    item("place", "division", applies="blank(b1.hours) or b1.hours > 10"),
    item("phone", "phone"),
    item("far", "choice", codelist="FAR"),
]
ALPHA_GROUPS = {
    "boilers": [
        item("fuel", "decimal", digits=10, scale=1, required="always"),
        item("hours", "integer", digits=6, max="8760", required="fuel > 0"),
        item("boiler_kind", "choice", codelist="CODES", applies="fuel > 1 or flag = '1'"),
        item("started", "year_month"),
    ],
    "outlets": [item("number", "code", max_length=10), item("discharge", "decimal", scale=2)],
}
BETA_ITEMS = [
    item("hours", "integer", digits=6),
    item("unit_name", "text"),
    item("signed", "date"),
    item("is_open", "yes_no"),
]
BETA_GROUPS = {"kilns": [item("output", "decimal", scale=3), item("kiln", "code", max_length=9)]}
LISTS = {"CODES": CODES}

BETA = form("B1", BETA_ITEMS, BETA_GROUPS)


def definitions(rules=()):
    """Alpha with these rules, and beta, by form name."""
    alpha = form("A1", ALPHA_ITEMS, ALPHA_GROUPS, rules)
    return {"a1": Definition.from_dict(alpha), "b1": Definition.from_dict(BETA)}


def compiled_with(*rules):
    """Alpha compiled with these rules."""
    forms = definitions(rules)
    return compile_definition(forms["a1"], {"b1": forms["b1"]})


def answers(values=None, **rows):
    """Plain answers; `boilers=[{…}]` makes rows r0, r1, …"""
    plain = {"values": dict(values or {}), "rows": {}}
    for group, columns in rows.items():
        plain["rows"][group] = [f"r{number}" for number in range(len(columns))]
        for number, row in enumerate(columns):
            for slug, raw in row.items():
                plain["values"][f"{group}/r{number}/{slug}"] = raw
    return plain


def context(**more):
    return Context(codelists=LISTS, codelists_unavailable=frozenset({"FAR"}), **more)


def outcome(text, plain=None, given=None, **more):
    """True, False or None: what a rule says of one record. A row's outcome for `each` rules."""
    holds = compiled_with(rule(1, text, **more))
    violated = compiled_with(rule(1, f"not ({text})", **more))
    plain, given = plain or answers(), given or context()
    says = {
        value: any(finding.rule_id == "A1-R1" for finding in evaluate(form_, plain, given))
        for value, form_ in ((False, holds), (True, violated))
    }
    assert not all(says.values())
    return next((value for value, said in says.items() if said), None)
