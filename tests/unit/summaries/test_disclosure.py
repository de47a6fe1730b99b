"""Disclosure control: what is hidden cannot be computed again, and the attack would notice."""

import random
from decimal import Decimal

import numpy as np
import pytest
from scipy.optimize import linprog

from summaries.arithmetic import Line, Tally
from summaries.definitions import tables_all
from summaries.disclosure.marking import rules_written, table_marked
from summaries.disclosure.rules import Rules
from summaries.disclosure.suppression import CannotProtect, Cell, Network, attacked
from summaries.enums import Axis
from summaries.release_lines import CITY

RULES = Rules.from_dict(rules_written("nps2"))


def needs(*values, rules=RULES):
    amounts = sorted((Decimal(value) for value in values), reverse=True)
    return rules.protection(sum(amounts, Decimal(0)), len(amounts), amounts, 0)


def test_few_units_and_dominant_units_are_sensitive():
    assert needs(100) == 12  # n,k: 100/0.9 - 100, rounded up
    assert needs(50, 50) > 0  # two units: below the minimum
    assert needs(40, 35, 30) == 0
    assert needs(900, 60, 40) > 0  # the two largest have 96 %
    assert needs(100, 80, 5) > 0  # p %: 5 < 10 % of 100
    assert needs(0, 0) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum_units": 0},
        {"dominance": {"units": 4, "percent": 90}},
        {"dominance": {"units": 2, "percent": 100}},
        {"p_percent": 0},
    ],
)
def test_rules_that_make_no_sense_are_refused(changes):
    with pytest.raises(ValueError, match=r"at least|between"):
        Rules.from_dict({**rules_written("nps2"), **changes})


def grid(rows, columns, seed):
    """A table with margins, its cells and equations, and where each cell stands."""
    choose = random.Random(seed)
    giving = {
        (row, column): [
            Decimal(int(choose.lognormvariate(7, 2)) + 1)
            for _unit in range(choose.choice([0, 1, 2, 5, 20]))
        ]
        for row in range(rows)
        for column in range(columns)
    }
    for row in range(rows):
        giving[row, columns] = [v for column in range(columns) for v in giving[row, column]]
    for column in range(columns + 1):
        giving[rows, column] = [v for row in range(rows) for v in giving[row, column]]
    place = {key: number for number, key in enumerate(giving)}
    cells = [
        Cell(
            sum(values, Decimal(0)),
            needs(*values),
            100.0 if rows in key[:1] or key[1] == columns else 1.0,
            fixed=not values,
        )
        for key, values in giving.items()
    ]
    equations = [
        [(place[row, columns], -1), *((place[row, column], 1) for column in range(columns))]
        for row in range(rows + 1)
    ] + [
        [(place[rows, column], -1), *((place[row, column], 1) for row in range(rows))]
        for column in range(columns + 1)
    ]
    return Network(cells, equations), place


def reader_bounds(network, place, rows, columns, hidden, target):
    """What a reader finds out with the figures that are printed: written anew, from the table."""
    unknown = sorted(hidden)
    index = {number: position for position, number in enumerate(unknown)}
    left, right = [], []
    lines = [
        (place[row, columns], [place[row, c] for c in range(columns)]) for row in range(rows + 1)
    ] + [(place[rows, c], [place[r, c] for r in range(rows)]) for c in range(columns + 1)]
    for total, parts in lines:
        coefficients, known = np.zeros(len(unknown)), 0.0
        for number, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
            if number in index:
                coefficients[index[number]] += sign
            else:
                known += sign * float(network.cells[number].value)
        left.append(coefficients)
        right.append(-known)
    found = []
    for way in (1.0, -1.0):
        goal = np.zeros(len(unknown))
        goal[index[target]] = way
        solved = linprog(goal, A_eq=np.array(left), b_eq=right, bounds=(0, None), method="highs")
        found.append(float("inf") if solved.status == 3 else solved.x[index[target]])
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_no_hidden_figure_can_be_computed_again(seed):
    rows, columns = 6, 5
    network, place = grid(rows, columns, seed)
    hidden = network.suppress()
    assert "P" in hidden.values()
    assert all(one.is_safe for one in attacked(network, hidden))
    for number, mark in hidden.items():
        cell = network.cells[number]
        low, high = reader_bounds(network, place, rows, columns, hidden, number)
        if mark == "P":
            slack = float(cell.needs) * 1e-4
            assert low <= float(cell.value - cell.needs) + slack
            assert high >= float(cell.value + cell.needs) - slack


def test_the_attack_finds_a_figure_that_the_margins_betray():
    """Only the sensitive cell hidden: its row gives it away, and the attack says so."""
    cells = [Cell(Decimal(v), Decimal(n)) for v, n in ((100, 12), (500, 0), (600, 0))]
    network = Network(cells, [[(2, -1), (0, 1), (1, 1)]])
    (one,) = attacked(network, [0])
    assert not one.is_safe
    assert (one.up, one.down) == (0.0, 0.0)
    assert network.suppress() == {0: "P", 1: "S"}
    assert all(exposure.is_safe for exposure in attacked(network, network.hidden))


def test_a_figure_that_nothing_can_protect_is_said():
    cells = [Cell(Decimal(100), Decimal(12)), Cell(Decimal(0), Decimal(0), fixed=True)]
    with pytest.raises(CannotProtect):
        Network(cells, [[(0, 1), (1, 1)]]).suppress()


# --- over the tables of a release ---------------------------------------------------------------
def line(**columns):
    made = Line(units=1)
    for slug, values in columns.items():
        tally = Tally()
        for value in values:
            tally.add(Tally(Decimal(value), 1, 0, 0, [(Decimal(value), 1)]))
        made.cells[slug] = tally
    return made


def added(*lines):
    total = Line()
    for one in lines:
        total.add(one)
    return total


def area(counties, industries, *, nation=False):
    cities = {}
    for key, one in counties.items():
        cities.setdefault(key[:4], []).append(one)
    axes = {Axis.DIVISION: counties, Axis.INDUSTRY_DIVISION: industries}
    if not nation:
        axes[CITY] = {key: added(*own) for key, own in cities.items()}
    return {
        "total": added(*counties.values()).as_dict(),
        "axes": {a: {k: v.as_dict() for k, v in rows.items()} for a, rows in axes.items()},
        "names": {},
    }


def test_the_marks_of_a_release_reach_over_areas_relations_and_formulas():
    many = [10, 11, 12, 13]
    one = line(cod_discharged=[70], cod_generated=[140])
    others = [line(cod_discharged=many, cod_generated=many) for _ in range(3)]
    here = area(
        {"330101": one, "330102": others[0], "330201": others[1]},
        {"17": added(one, others[0]), "30": others[1]},
    )
    there = area({"320101": others[2]}, {"17": others[2]})
    nation = area(
        {p: Line.from_dict(c["total"]) for p, c in (("33", here), ("32", there))},
        {"17": added(one, others[0], others[2]), "30": others[1]},
        nation=True,
    )
    marked = table_marked(tables_all()["H101"], {"": nation, "33": here, "32": there}, RULES)
    counties = marked.marks["33"][Axis.DIVISION]
    assert counties["330101"]["cod_discharged"] == "P"
    assert counties["330102"]["cod_discharged"] == "S"  # else the city's total gives it away
    assert counties["330101"]["cod_removal_rate"] == "S"
    assert marked.exposed == 0
    assert marked.primary >= 2
    assert "total" not in marked.marks.get("", {})
