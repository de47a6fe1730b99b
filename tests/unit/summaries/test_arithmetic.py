"""Sums are exact: compared with integers counted by hand."""

from decimal import Decimal, Inexact

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.evaluation.definition import Item
from summaries.arithmetic import EXACT, Form, Line, Tally, lines_of, merged, total_of, values_of
from summaries.definitions import Column, Source

OUTPUT = Item.from_dict({"slug": "output", "type": "decimal", "digits": 14, "scale": 2, "min": "0"})
FLOW = Item.from_dict(
    {"slug": "flow", "type": "decimal", "digits": 16, "scale": 3}, group="outlets"
)
ITEMS = {"output": OUTPUT, "flow": FLOW}


def column(slug, form, item, group=""):
    return Column(slug, (Source(form, item, group),), 2, "吨", {"zh": slug})


COLUMNS = [column("output", "A", "output"), column("flow", "B", "flow", "outlets")]


def form_a(unit, key, text):
    document = {"values": {"output": text} if text else {}, "rows": {}}
    return Form(unit, key, "A", ITEMS, document)


def form_b(unit, key, texts):
    rows = [f"row{number:05d}" for number in range(len(texts))]
    values = {f"outlets/{row}/flow": text for row, text in zip(rows, texts, strict=True) if text}
    return Form(unit, key, "B", ITEMS, {"values": values, "rows": {"outlets": rows}})


CENTS = st.integers(min_value=0, max_value=10**14 - 1)
MILLS = st.integers(min_value=-(10**15), max_value=10**15)


def written(number, scale):
    sign, digits = ("-" if number < 0 else ""), str(abs(number)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


@settings(max_examples=200, deadline=None)
@given(
    outputs=st.lists(st.tuples(st.sampled_from(["3301", "3302", ""]), st.none() | CENTS)),
    flows=st.lists(st.tuples(st.sampled_from(["3301", "3302"]), st.lists(st.none() | MILLS))),
)
def test_sums_equal_integer_arithmetic(outputs, flows):
    forms = [
        form_a(number, key, "" if cents is None else written(cents, 2))
        for number, (key, cents) in enumerate(outputs)
    ]
    forms += [
        form_b(number, key, ["" if mills is None else written(mills, 3) for mills in many])
        for number, (key, many) in enumerate(flows)
    ]
    lines = lines_of(sorted(forms, key=lambda form: (form.unit_id, form.key)), COLUMNS)
    total = total_of(lines.values())
    cents = [c for _key, c in outputs if c is not None]
    mills = [m for _key, many in flows for m in many if m is not None]
    assert total.cells.get("output", Tally()).total * 100 == sum(cents)
    assert total.cells.get("flow", Tally()).total * 1000 == sum(mills)
    assert total.cells.get("output", Tally()).reporting == len(cents)
    assert total.cells.get("flow", Tally()).reporting == sum(
        any(m is not None for m in many) for _key, many in flows
    )
    assert total.forms.get("A", 0) == len(outputs)
    for key, line in lines.items():
        of_key = [c for k, c in outputs if k == key and c is not None]
        assert line.cells.get("output", Tally()).total * 100 == sum(of_key)
        members = {n for n, (k, _c) in enumerate(outputs) if k == key}
        members |= {n for n, (k, _m) in enumerate(flows) if k == key}
        assert line.units == len(members)


@settings(max_examples=50, deadline=None)
@given(parts=st.lists(st.lists(st.tuples(st.sampled_from("xy"), CENTS)), max_size=4))
def test_parts_brought_together_equal_the_whole(parts):
    """Through JSON and back: nothing is lost on the way."""
    unit, as_json, whole = 0, [], []
    for part in parts:
        forms = [form_a(unit + n, key, written(cents, 2)) for n, (key, cents) in enumerate(part)]
        unit += len(part)
        whole += forms
        as_json.append({key: line.as_dict() for key, line in lines_of(forms, COLUMNS).items()})
    assert merged(as_json) == lines_of(whole, COLUMNS)


def test_zero_counts_blank_does_not():
    line = lines_of([form_a(1, "x", "0"), form_a(2, "x", ""), form_b(3, "x", [])], COLUMNS)["x"]
    output, flow = line.cells["output"], line.cells["flow"]
    assert (output.total, output.reporting, output.blank) == (0, 1, 1)
    assert (flow.reporting, flow.blank) == (0, 1)
    assert line.units == 3


def test_malformed_values_are_left_out_and_counted():
    line = lines_of(
        [form_a(1, "x", "12x"), form_a(2, "x", "-5"), form_b(3, "x", ["1.5", "1.2345", "２"])],
        COLUMNS,
    )["x"]
    output, flow = line.cells["output"], line.cells["flow"]
    assert (output.total, output.reporting, output.blank, output.wrong) == (0, 0, 0, 2)
    assert (flow.total, flow.reporting, flow.wrong) == (Decimal("3.5"), 1, 1)


def test_a_version_that_did_not_ask_gives_nothing():
    form = Form(1, "x", "A", {}, {"values": {"output": "5"}, "rows": {}})
    assert values_of(COLUMNS[0].sources[0], form) == ([], 0)
    assert lines_of([form], COLUMNS)["x"].cells["output"].blank == 1


def test_the_context_refuses_to_round():
    with pytest.raises(Inexact):
        EXACT.add(Decimal(10) ** 59, Decimal("0.1"))


def test_a_line_adds_up():
    line = Line(1, {"A": 1}, {"output": Tally(Decimal("0.1"), 1, 0, 2)})
    total = total_of([line, line, Line()])
    assert (total.units, total.forms) == (2, {"A": 2})
    assert total.cells["output"] == Tally(Decimal("0.2"), 2, 0, 4)
