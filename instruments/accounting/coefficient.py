"""The coefficient method: generation G = P × M, removal R = G × η × k, discharge E = G − R."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from instruments.accounting.expressions import Expression, expression
from instruments.accounting.measures import (
    CoefficientUnit,
    coefficient_unit,
    converted,
    emitted,
)
from instruments.accounting.refusals import NotComputable
from instruments.accounting.rounding import shown
from instruments.accounting.running import RunningRate, running_rate


@dataclass(frozen=True)
class CoefficientText:
    """A coefficient as the handbook prints it."""

    unit: str
    generation: str
    generation_printed: str
    treatment: str
    efficiency: str
    k: str


@dataclass(frozen=True)
class Coefficient:
    """A coefficient that can be reckoned with. No treatment: nothing is removed."""

    unit: CoefficientUnit
    generation: Expression
    treatment: str
    efficiency: Expression | None
    rate: RunningRate | None

    @property
    def is_treated(self) -> bool:
        """Whether the row of the handbook is one with a treatment."""
        return bool(self.treatment)


def coefficient_read(text: CoefficientText) -> Coefficient:
    """Read a coefficient. Raises NotComputable naming the first thing that cannot be used.

    A treatment without an efficiency or without a formula of k is refused: neither is assumed.
    """
    if not text.generation:
        raise NotComputable("no_generation", text=text.generation_printed or "空白")
    unit = coefficient_unit(text.unit)
    generation = expression(text.generation)
    if not text.treatment:
        return Coefficient(unit, generation, "", None, None)
    if not text.efficiency:
        raise NotComputable("efficiency_missing", treatment=text.treatment)
    efficiency = expression(text.efficiency)
    if not text.k:
        if not efficiency.names and efficiency.evaluate({}) == 0:
            return Coefficient(unit, generation, text.treatment, efficiency, None)
        raise NotComputable("k_missing", treatment=text.treatment)
    return Coefficient(unit, generation, text.treatment, efficiency, running_rate(text.k))


@dataclass(frozen=True)
class Activity:
    """What one link of production did: M with its measure, fuel and running parameters."""

    amount: Decimal | None
    measure: str
    parameters: Mapping[str, Decimal]
    running: Sequence[Decimal | None] = ()


@dataclass(frozen=True)
class Step:
    """One line of the explanation: symbol, formula, the formula with its numbers, result."""

    symbol: str
    formula: str
    numbers: str
    value: str
    unit: str


@dataclass(frozen=True)
class Account:
    """Exact results in one measure, and how they came about."""

    coefficient: Fraction
    efficiency: Fraction
    k: Fraction | None
    generated: Fraction
    removed: Fraction
    measure: str
    steps: tuple[Step, ...]

    @property
    def discharged(self) -> Fraction:
        """E = G − R."""
        return self.generated - self.removed


def account(
    coefficient: Coefficient, activity: Activity, *, measure: str, is_water: bool = False
) -> Account:
    """Generation, removal and discharge in `measure`. Raises NotComputable; assumes nothing."""
    unit = coefficient.unit
    amount = _amount(unit, activity)
    per_unit = coefficient.generation.evaluate(activity.parameters)
    if per_unit < 0:
        raise NotComputable("generation_negative", text=coefficient.generation.text)
    generated = emitted(per_unit * amount, unit.amount, measure, is_water=is_water)
    efficiency = _efficiency(coefficient, activity)
    k = coefficient.rate.evaluate(activity.running) if coefficient.rate else None
    removed = generated * efficiency / 100 * (k if k is not None else 0)
    result = Account(per_unit, efficiency, k, generated, removed, measure, ())
    return Account(
        per_unit,
        efficiency,
        k,
        generated,
        removed,
        measure,
        _steps(coefficient, activity, amount, result),
    )


def _amount(unit: CoefficientUnit, activity: Activity) -> Fraction:
    zh, en = unit.basis_names
    if activity.amount is None or not activity.measure:
        raise NotComputable("activity_missing", basis=zh, basis_en=en)
    if activity.amount < 0:
        raise NotComputable(
            "activity_negative", basis=zh, basis_en=en, value=f"{activity.amount:f}"
        )
    return converted(activity.amount, activity.measure, unit.activity)


def _efficiency(coefficient: Coefficient, activity: Activity) -> Fraction:
    if coefficient.efficiency is None:
        return Fraction(0)
    value = coefficient.efficiency.evaluate(activity.parameters)
    if not 0 <= value <= 100:
        raise NotComputable("efficiency_out_of_range", value=shown(value))
    return value


def _steps(
    coefficient: Coefficient, activity: Activity, amount: Fraction, result: Account
) -> tuple[Step, ...]:
    unit, generation = coefficient.unit, coefficient.generation
    per = f"{unit.amount}/{unit.activity}"
    steps = [
        Step("M", "M", f"{activity.amount:f} {activity.measure}", shown(amount), unit.activity),
        Step(
            "P",
            generation.text,
            generation.with_numbers(activity.parameters),
            shown(result.coefficient),
            per,
        ),
        Step(
            "G",
            "P × M",
            f"{shown(result.coefficient)} × {shown(amount)}",
            shown(result.generated),
            result.measure,
        ),
    ]
    if coefficient.efficiency is not None:
        given = activity.running
        steps.append(
            Step(
                "η",
                coefficient.efficiency.text,
                coefficient.efficiency.with_numbers(activity.parameters),
                shown(result.efficiency),
                "%",
            )
        )
        if coefficient.rate is not None and result.k is not None:
            rate = coefficient.rate
            steps.append(Step("k", rate.text, rate.with_numbers(given), shown(result.k), ""))
        k = shown(result.k) if result.k is not None else "0"
        numbers = f"{shown(result.generated)} × {shown(result.efficiency)}% × {k}"
        steps.append(Step("R", "G × η × k", numbers, shown(result.removed), result.measure))
    numbers = f"{shown(result.generated)} - {shown(result.removed)}"
    steps.append(Step("E", "G - R", numbers, shown(result.discharged), result.measure))
    return tuple(steps)
