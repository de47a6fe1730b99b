"""The real running rate k (实际运行率) of a treatment: the handbook's sentences, read into kinds."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from instruments.accounting.refusals import NotComputable
from instruments.accounting.rounding import shown

# Where each parameter's name and value stand in G106-1.
PARAMETER_ITEMS = ("19、20", "21、22", "23、24")


class RateKind(StrEnum):
    """How k is reckoned from the parameters, which come in the order of the formula."""

    FIXED = "fixed"  # the handbook says k = 1
    TIME = "time"  # facility time / production time
    POWER = "power"  # power used / (rated power × time)
    DESIGN_POWER = "design_power"  # power used / power by design
    QUANTITY = "quantity"  # reagent used, sludge, pollutant treated / what was due
    OUTAGE = "outage"  # 1 - time out of order / time
    SHARES = "shares"  # product of two rates in per cent
    MINIMUM = "minimum"  # the least k of the boiler's dust, NOx and SO2 facilities


@dataclass(frozen=True)
class RunningRate:
    """A formula of k: its kind, the parameters to fill in, a divisor the handbook prints."""

    kind: RateKind
    text: str
    parameters: tuple[str, ...]
    divisor: Fraction | None = None

    def evaluate(self, given: Sequence[Decimal | None]) -> Fraction:
        """k, from 0 to 1. Raises NotComputable for a missing or impossible parameter."""
        values = [
            _present(number, name, given[number - 1] if number <= len(given) else None)
            for number, name in enumerate(self.parameters, start=1)
        ]
        k = _reckon(self, values)
        if not 0 <= k <= 1:
            raise NotComputable("k_out_of_range", value=shown(k))
        return k

    def with_numbers(self, given: Sequence[Decimal | None]) -> str:
        """The reckoning with its numbers, for the explanation."""
        numbers = [f"{value:f}" for value in given[: len(self.parameters)] if value is not None]
        match self.kind:
            case RateKind.FIXED:
                return "1"
            case RateKind.POWER:
                return f"{numbers[0]} / ({numbers[1]} × {numbers[2]})"
            case RateKind.OUTAGE:
                return f"1 - {numbers[0]} / {numbers[1]}"
            case RateKind.SHARES:
                return f"{numbers[0]}% × {numbers[1]}%"
            case RateKind.MINIMUM:
                return f"min({', '.join(numbers)})"
        divisor = shown(self.divisor) if self.divisor is not None else numbers[1]
        return f"{numbers[0]} / {divisor}"


def _present(number: int, name: str, value: Decimal | None) -> Fraction:
    if value is None:
        raise NotComputable(
            "k_parameter_missing", number=number, name=name, items=PARAMETER_ITEMS[number - 1]
        )
    if value < 0:
        raise NotComputable("k_parameter_negative", name=name, value=f"{value:f}")
    return Fraction(value)


def _reckon(rate: RunningRate, values: Sequence[Fraction]) -> Fraction:
    """The arithmetic of each kind."""
    if rate.kind == RateKind.FIXED:
        return Fraction(1)
    if rate.kind == RateKind.SHARES:
        return values[0] * values[1] / 10_000
    if rate.kind == RateKind.MINIMUM:
        return min(values)
    if rate.kind == RateKind.POWER:
        return _ratio(values[0], values[1] * values[2], rate.parameters[1])
    divisor = values[1] if rate.divisor is None else rate.divisor
    share = _ratio(values[0], divisor, rate.parameters[-1])
    return 1 - share if rate.kind == RateKind.OUTAGE else share


def _ratio(one: Fraction, other: Fraction, name: str) -> Fraction:
    if other == 0:
        raise NotComputable("k_denominator_zero", name=name)
    return one / other


_UNIT = re.compile(
    r"\((小时|天|时|h|千瓦·?/?时|千瓦|kwh|kw·h|kw|公斤|吨|%)(?:/年)?\)?", re.IGNORECASE
)
_LEAD = re.compile(r"^k=", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RUNNING = re.compile(r"(运行|运转|处理)(时间|小时数|时数|小时|天数)|DCS年运行时间")
_PRODUCING = re.compile(
    r"(生产|运转|运行|开榨)[^/]*?(时间|小时数|时数|天数|小时)|应运行|应该处理时间|^正常生产$"
)
_BROKEN = re.compile(r"非正常运行时间|故障小时数|事故排放小时数")
POWER_NAMES = ("治理设施耗电量（千瓦时）", "治理设施额定功率（千瓦）", "治理设施运行时间（小时）")
DESIGN_NAMES = ("治理设施耗电量（千瓦时）", "治理设施设计耗电量（千瓦时）")
OUTAGE_NAMES = ("治理设施非正常运行（故障、事故排放）时间（小时）", "运行时间（小时）")
SHARE_NAMES = ("协同脱除效率（%）", "窑磨同步运转率（%）")
MINIMUM_NAMES = ("除尘设施实际运行率 k", "脱硝设施实际运行率 k", "脱硫设施实际运行率 k")


@lru_cache(maxsize=2048)
def running_rate(text: str) -> RunningRate:
    """Read a formula of k. Raises NotComputable where it is cut off or says something else."""
    plain = _LEAD.sub("", unicodedata.normalize("NFKC", text).replace(" ", "").strip())
    plain = plain.split(",除非另外说明")[0].replace("[", "(").replace("]", ")").replace("*", "×")
    for read in (_fixed, _named, _power, _time, _quantity):
        rate = read(text, plain)
        if rate is not None:
            return rate
    raise NotComputable("k_unreadable", text=text)


def _fixed(text: str, plain: str) -> RunningRate | None:
    if plain in {"1", "1.0"}:
        return RunningRate(RateKind.FIXED, text, ())
    return None


def _named(text: str, plain: str) -> RunningRate | None:
    """Three kinds that the handbook always words alike."""
    if _BROKEN.search(plain) and "/" in plain:
        return RunningRate(RateKind.OUTAGE, text, OUTAGE_NAMES)
    if "协同脱除效率" in plain and "同步运转率" in plain:
        return RunningRate(RateKind.SHARES, text, SHARE_NAMES)
    if "最小值" in plain and all(word in plain for word in ("除尘", "脱硝", "脱硫")):
        return RunningRate(RateKind.MINIMUM, text, MINIMUM_NAMES)
    return None


def _power(text: str, plain: str) -> RunningRate | None:
    used, _slash, rest = _UNIT.sub("", plain).partition("/")
    if "耗电量" not in used:
        return None
    if "功率" in used:  # the slash was lost in print: 耗电量(总额定功率×运行时间
        used, rest = used.split("耗电量", 1)[0] + "耗电量", used.split("耗电量", 1)[1]
    if "功率" in rest and re.search(r"运行时|运行小时|年生产运行|运转天数|运行时间", rest):
        return RunningRate(RateKind.POWER, text, POWER_NAMES)
    if "设计耗电量" in rest:
        return RunningRate(RateKind.DESIGN_POWER, text, DESIGN_NAMES)
    if _NUMBER.fullmatch(rest) and Fraction(rest) > 0:
        return RunningRate(RateKind.DESIGN_POWER, text, DESIGN_NAMES[:1], Fraction(rest))
    return None


def _time(text: str, plain: str) -> RunningRate | None:
    units = {unit.lower() for unit in _UNIT.findall(plain)}
    parts = re.split(r"/", _UNIT.sub("", plain.split(",", maxsplit=1)[0]))
    if len(parts) != 2 or len(units & {"小时", "天", "h"}) > 1:
        return None
    running, producing = (part.strip("()") for part in parts)
    if not (_RUNNING.search(running) and _PRODUCING.search(producing)):
        return None
    unit = "天" if "天" in units or "天数" in producing else "小时"
    return RunningRate(RateKind.TIME, text, (f"{running}（{unit}）", f"{producing}（{unit}）"))


def _quantity(text: str, plain: str) -> RunningRate | None:
    used, _slash, due = _UNIT.sub("", plain).partition("/")
    used, due = used.strip("()"), due.strip("()")
    if re.search(r"用量$|污泥量$|总量", used) and re.match(r"标准|应该|理论|设计", due):
        return RunningRate(RateKind.QUANTITY, text, (used, due))
    return None
