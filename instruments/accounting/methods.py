"""One method for one pollutant of one outlet, and the sum over the links that feed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from instruments.accounting.refusals import NotComputable


class Method(StrEnum):
    """How an emission was found, in the order in which the 技术规定 prefers them."""

    PERMIT = "permit"
    MONITORING = "monitoring"
    COEFFICIENT = "coefficient"
    BALANCE = "balance"


METHOD_NAMES: dict[Method, str] = {
    Method.PERMIT: "排污许可证执行报告",
    Method.MONITORING: "监测数据法",
    Method.COEFFICIENT: "产排污系数法",
    Method.BALANCE: "物料衡算法",
}
PREFERENCE = tuple(Method)


@dataclass(frozen=True)
class Result:
    """What one method says of one pollutant of one outlet, in one measure."""

    method: Method
    outlet: str
    pollutant: str
    generated: Fraction | None
    discharged: Fraction


def permit_result(
    *, outlet: str, pollutant: str, discharged: Fraction, is_by_permit_rules: bool
) -> Result:
    """The actual emission of the execution report, if it was computed by the permit's rules."""
    if not is_by_permit_rules:
        raise NotComputable("permit_not_by_rules")
    return Result(Method.PERMIT, outlet, pollutant, None, discharged)


def summed(results: Sequence[Result]) -> Result:
    """The sum over links of one pollutant and outlet. Raises NotComputable for mixed methods."""
    if not results:
        raise NotComputable("nothing_to_account")
    first = results[0]
    methods = sorted({result.method for result in results}, key=PREFERENCE.index)
    if len(methods) > 1:
        raise NotComputable(
            "methods_mixed",
            outlet=first.outlet,
            pollutant=first.pollutant,
            methods="、".join(METHOD_NAMES[method] for method in methods),
        )
    generated = [result.generated for result in results]
    known = [amount for amount in generated if amount is not None]
    return Result(
        first.method,
        first.outlet,
        first.pollutant,
        sum(known, Fraction(0)) if len(known) == len(results) else None,
        sum((result.discharged for result in results), Fraction(0)),
    )


def preferred(candidates: Sequence[Result]) -> Result:
    """The candidate of the first method in order; each is already a sum over its links."""
    if not candidates:
        raise NotComputable("nothing_to_account")
    return min(candidates, key=lambda result: PREFERENCE.index(result.method))
