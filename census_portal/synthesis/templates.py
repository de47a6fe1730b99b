"""Sets of forms that agree with every rule, under one identity that is later replaced by others.

The answers are those of the demonstration's makers; each set is judged by the record engine, and
what is planted into it too: its findings are the truth that batch editing has to find.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, repeat
from math import exp
from random import Random

from accounts.identifiers import credit_check_character, organisation_check_character
from census_portal.demo.answers import Plant
from census_portal.demo.cases import LISTERS, MAKERS
from census_portal.demo.vocabulary import COUNTIES
from census_portal.synthesis.errors import CHANGES, Plain, Planted
from census_portal.synthesis.shares import Trade
from instruments.evaluation.definition import form_name
from instruments.evaluation.engine import Context, evaluate
from instruments.prefill import prefill_values
from instruments.scoping import forms_owed
from instruments.selectors import Published, compiled_among, definition_data
from registry.enums import UnitKind
from registry.models import Unit
from submissions.unit_facts import register_facts

LEFT_BLANK = frozenset({"G106-1"})  # accounting wants a library of coefficients
TRIES = 40
PLACES = {
    "province_name": "样本省",
    "city_name": "样本市",
    "county_name": "样本县",
    "town_name": "样本镇",
}
ENUMERATOR = "合成数据"
# a unit's output in thousands of yuan: log-normal within the bounds of its size
_OUTPUT = {
    "1": (420_000, 5_000_000),
    "2": (60_000, 380_000),
    "3": (6_000, 90_000),
    "4": (800, 15_000),
}


@dataclass(frozen=True)
class Identity:
    """What tells one unit from another in its answers."""

    credit_code: str
    name: str
    division_code: str
    address: str
    longitude: Decimal
    latitude: Decimal
    person: str
    phone: str


def credit_code(county: str, body: str, start: str = "91") -> str:
    """A valid code of nobody: `body` are the eight characters of the organisation."""
    whole = start + county[:6] + body + organisation_check_character(body)
    return whole + credit_check_character(whole)


SAMPLE = Identity(
    credit_code("330106", "MAYYYYYY"),
    "样本单位名称甲乙",
    "330106109000",
    "样本地址甲乙丙丁",
    Decimal("120.123456"),
    Decimal("30.123456"),
    "样本法人",
    "13900009999",
)


@dataclass(frozen=True)
class Form:
    """One form of a set: plain answers, counters, and whether somebody has filled it in."""

    code: str
    version_id: int
    values: Plain
    prefilled: Plain
    rows: dict[str, list[str]]
    is_answered: bool
    counters: tuple[int, int, int, int, int]  # hard, soft, filled, required, missing


@dataclass(frozen=True)
class Variant:
    """The forms of a unit, and what the rules find in the answered ones: form, rule, row."""

    forms: tuple[Form, ...]
    findings: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Template:
    """A clean set of forms and its spoilt ones."""

    number: int
    trade: Trade
    status: str
    clean: Variant
    spoilt: dict[Planted, Variant] = field(default_factory=dict)


def unit_of(trade: Trade, one: Identity) -> Unit:
    """The register entry, unsaved."""
    return Unit(
        code=one.credit_code,
        credit_code=one.credit_code,
        name=one.name,
        kind=trade.kind,
        status="operating",
        division_code=one.division_code,
        address=one.address,
        longitude=one.longitude,
        latitude=one.latitude,
        industry_codes=list(trade.industries),
        legal_person=one.person,
        contact_name=one.person,
        contact_phone=one.phone,
    )


def template_make(number: int, trade: Trade, chance: Random, published: Published) -> Template:
    """Draw until every answered form is clean. Raises RuntimeError where that never happens."""
    for _try in range(TRIES):
        forms = _drawn(trade, chance, published)
        clean = _judged(trade, forms, published)
        if not clean.findings:
            spoilt = {
                kind: _judged(trade, _changed(forms, kind), published)
                for kind in CHANGES
                if _can_take(forms, kind)
            }
            return Template(number, trade, "operating", clean, spoilt)
    raise RuntimeError(f"{trade.industries}: no clean answers, the last with {clean.findings[:3]}")


@dataclass
class _Drawn:
    version_id: int
    values: Plain
    prefilled: Plain
    rows: dict[str, list[str]]
    is_answered: bool

    @property
    def plain(self) -> dict[str, object]:
        return {"values": {**self.prefilled, **self.values}, "rows": self.rows}


def _drawn(trade: Trade, chance: Random, published: Published) -> dict[str, _Drawn]:
    """Fill what is owed, again and again: the basic form opens those behind it."""
    unit = unit_of(trade, SAMPLE)
    plant = Plant(unit, COUNTIES[0], chance)
    if trade.kind == UnitKind.INDUSTRIAL:
        _scale(plant, trade, chance)
    facts = {**register_facts(unit), **PLACES, "industry_name_1": trade.ending}
    forms: dict[str, _Drawn] = {}
    while True:
        answers = {form_name(code): form.plain for code, form in forms.items()}
        owed = forms_owed(
            unit_facts=register_facts(unit), answers_by_form=answers, published=published
        )
        waiting = [one.code for one in owed if one.code not in forms]
        if not waiting:
            return forms
        code = waiting[0]
        forms[code] = _form_drawn(code, plant, facts, published)


def _scale(plant: Plant, trade: Trade, chance: Random) -> None:
    """A size and an output that go together: log-normal, with the level of the industry."""
    low, high = _OUTPUT[plant.size]
    level = 0.6 + (sum(map(ord, trade.industries[0])) % 9) / 10
    drawn = (low * high) ** 0.5 * level * exp(chance.gauss(0, 0.35))
    plant.output = round(min(max(drawn, low), high))


def _form_drawn(code: str, plant: Plant, facts: dict[str, str], published: Published) -> _Drawn:
    version_id = published.version_id(code, SAMPLE.division_code)
    data = definition_data(version_id)
    rows = {
        group["slug"]: [f"r{number:07d}" for number in range(group["min"])]
        for group in data.get("groups") or []
        if group.get("min")
    }
    drawn = _Drawn(version_id, {}, prefill_values(data, facts), rows, is_answered=False)
    makes = code in LISTERS or (code in MAKERS and code not in LEFT_BLANK)
    if not makes:
        return drawn
    given = LISTERS[code](plant, ENUMERATOR) if code in LISTERS else MAKERS[code](plant)
    drawn.is_answered = True
    drawn.values.update(given.values)
    for group, lines in given.rows.items():
        there = list(drawn.rows.get(group, []))
        ids = []
        for number, (row, cells) in enumerate(zip(chain(there, repeat("")), lines, strict=False)):
            ids.append(row or f"d{number:07x}")
            drawn.values.update({f"{group}/{ids[-1]}/{slug}": v for slug, v in cells.items()})
        drawn.rows[group] = ids + there[len(ids) :]
    drawn.values = {path: value for path, value in drawn.values.items() if value}
    return drawn


def _can_take(forms: dict[str, _Drawn], kind: Planted) -> bool:
    code, slug, _change = CHANGES[kind]
    return code in forms and forms[code].is_answered and slug in forms[code].values


def _changed(forms: dict[str, _Drawn], kind: Planted) -> dict[str, _Drawn]:
    code, _slug, change = CHANGES[kind]
    one = forms[code]
    values = dict(one.values)
    change(values)
    return {
        **forms,
        code: _Drawn(one.version_id, values, one.prefilled, one.rows, is_answered=True),
    }


def _judged(trade: Trade, forms: dict[str, _Drawn], published: Published) -> Variant:
    context = Context(
        forms={form_name(code): form.plain for code, form in forms.items()},
        owed=frozenset(map(form_name, forms)),
        register=register_facts(unit_of(trade, SAMPLE)),
        codelists=published.codelists,
        params={},
    )
    found, made = [], []
    for code, form in forms.items():
        compiled = compiled_among(form.version_id, published.version_ids)
        findings = evaluate(compiled, form.plain, context)
        if form.is_answered:
            found += [(code, finding.rule_id, finding.row) for finding in findings]
        missing = sum(finding.kind == "required" for finding in findings)
        hard = sum(finding.severity == "hard" for finding in findings) - missing
        soft = sum(finding.severity == "soft" for finding in findings)
        required = len(compiled.required_cells(form.plain, context))
        counters = (hard, soft, len({**form.prefilled, **form.values}), required, missing)
        made.append(
            Form(
                code, form.version_id, form.values, form.prefilled, form.rows, form.is_answered,
                counters,
            )
        )  # fmt: skip
    return Variant(tuple(made), tuple(found))
