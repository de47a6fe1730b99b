"""Formulas of the handbook over fuel parameters: `16*S`, `6.3*Aar+7.79+61.94*Sar`, `0.5Sar+98.2`.

The rule language is not used: the handbook multiplies without a sign, and needs no comparison.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from instruments.accounting.refusals import NotComputable

LENGTH_AT_MOST = 120
DEPTH_AT_MOST = 12


@dataclass(frozen=True)
class Parameter:
    """A letter the handbook uses; `at_most` is its physical bound, where it has one."""

    zh: str
    en: str
    at_most: int | None = None


# S and A without `ar` are the same figures in the older chapters. A is a share where the formula
# says A/(1-A) (water cut of heavy oil), so a wrong unit there ends in a negative coefficient.
PARAMETERS: dict[str, Parameter] = {
    "S": Parameter(
        "含硫量，固体、液体燃料为%，气体燃料为毫克/立方米", "sulphur, % or mg/m³ for gas"
    ),
    "Sar": Parameter("收到基硫分，%", "sulphur as received, %", 100),
    "A": Parameter(
        "灰分，%；公式为 A/(1-A) 时为含水率，0 至 1", "ash, %; water cut 0–1 in A/(1-A)", 100
    ),
    "Aar": Parameter("收到基灰分，%", "ash as received, %", 100),
    "MHgar": Parameter("收到基汞含量，毫克/千克", "mercury as received, mg/kg"),
    "CM_S": Parameter("燃料中重金属含量，毫克/千克", "heavy metal in the fuel, mg/kg"),
    "L": Parameter("原料用量与产品产量之比", "material used per unit of product"),
}

Values = Mapping[str, Decimal]
Evaluate = Callable[[Values], Fraction]
_TOKEN = re.compile(
    r"(?P<number>\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2}(?!\w))?)|(?P<name>[A-Za-z][A-Za-z_]*)|(?P<sign>[-+*/()])"
)
# Not NFKC: it would read a footnote mark as a digit, 88③ as 883.
_ALIKE = str.maketrans("×·÷−－–（）＋０１２３４５６７８９．", "**/---()+0123456789.")


@dataclass(frozen=True)
class Expression:
    """A parsed formula. `names` are the parameters it needs."""

    text: str
    names: tuple[str, ...]
    _evaluate: Evaluate

    def evaluate(self, values: Values) -> Fraction:
        """The exact value. Raises NotComputable for a missing or impossible parameter."""
        for name in self.names:
            _check(name, values.get(name))
        try:
            return self._evaluate(values)
        except ZeroDivisionError as error:
            raise NotComputable("division_by_zero", text=self.text) from error

    def with_numbers(self, values: Values) -> str:
        """The formula with the parameters replaced by their values."""
        return re.sub(
            r"[A-Za-z][A-Za-z_]*",
            lambda m: f"{values[m.group()]:f}" if m.group() in values else m.group(),
            self.text,
        )


def _check(name: str, value: Decimal | None) -> None:
    known = PARAMETERS[name]
    if value is None:
        raise NotComputable("parameter_missing", name=name, label=known.zh)
    if value < 0:
        raise NotComputable("parameter_negative", name=name, value=f"{value:f}")
    if known.at_most is not None and value > known.at_most:
        raise NotComputable(
            "parameter_too_large",
            name=name,
            label=known.zh,
            value=f"{value:f}",
            bound=known.at_most,
        )


@lru_cache(maxsize=4096)
def expression(text: str) -> Expression:
    """Parse a formula. Raises NotComputable where it is not one."""
    if len(text) > LENGTH_AT_MOST:
        raise NotComputable("expression_unreadable", text=text[:40] + "…", where="过长")
    plain = text.translate(_ALIKE)
    parser = _Parser(text, _tokens(text, plain))
    evaluate = parser.sum(0)
    parser.expect_end()
    return Expression(parser.written(), tuple(dict.fromkeys(parser.names)), evaluate)


def _tokens(text: str, plain: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(plain):
        if plain[position].isspace():
            position += 1
            continue
        found = _TOKEN.match(plain, position)
        if found is None:
            raise NotComputable("expression_unreadable", text=text, where=plain[position:][:10])
        kind = str(found.lastgroup)
        token = found.group()
        if tokens and _multiplies_silently(tokens[-1], kind, token):
            tokens.append(("sign", "*"))
        tokens.append((kind, token))
        position = found.end()
    return tokens


def _multiplies_silently(before: tuple[str, str], kind: str, written: str) -> bool:
    """`0.5Sar`, `2(A+S)`: a number stands right before what it multiplies."""
    return before[0] == "number" and (kind == "name" or written == "(")


class _Parser:
    """Recursive descent: sum, product, factor."""

    def __init__(self, text: str, tokens: list[tuple[str, str]]) -> None:
        self.text = text
        self.tokens = tokens
        self.position = 0
        self.names: list[str] = []

    def written(self) -> str:
        return "".join(token for _kind, token in self.tokens)

    def expect_end(self) -> None:
        if self.position < len(self.tokens):
            raise self._unreadable()

    def sum(self, depth: int) -> Evaluate:
        left = self._product(depth)
        while (sign := self._take("+", "-")) is not None:
            left = _added(left, self._product(depth), 1 if sign == "+" else -1)
        return left

    def _product(self, depth: int) -> Evaluate:
        left = self._factor(depth)
        while (sign := self._take("*", "/")) is not None:
            right = self._factor(depth)
            left = _multiplied(left, right) if sign == "*" else _divided(left, right)
        return left

    def _factor(self, depth: int) -> Evaluate:
        if depth > DEPTH_AT_MOST:
            raise self._unreadable()
        if self._take("-") is not None:
            return _added(_constant(Fraction(0)), self._factor(depth + 1), -1)
        if self._take("(") is not None:
            inside = self.sum(depth + 1)
            if self._take(")") is None:
                raise self._unreadable()
            return inside
        kind, token = self._next()
        if kind == "number":
            return _constant(Fraction(Decimal(token)))
        if kind == "name":
            if token not in PARAMETERS:
                raise NotComputable("expression_unknown_name", text=self.text, name=token)
            self.names.append(token)
            return lambda values: Fraction(values[token])
        raise self._unreadable()

    def _next(self) -> tuple[str, str]:
        if self.position >= len(self.tokens):
            raise self._unreadable()
        self.position += 1
        return self.tokens[self.position - 1]

    def _take(self, *signs: str) -> str | None:
        if self.position < len(self.tokens):
            kind, token = self.tokens[self.position]
            if kind == "sign" and token in signs:
                self.position += 1
                return token
        return None

    def _unreadable(self) -> NotComputable:
        rest = "".join(token for _kind, token in self.tokens[self.position :])
        return NotComputable("expression_unreadable", text=self.text, where=rest or "公式不完整")


def _constant(value: Fraction) -> Evaluate:
    return lambda _values: value


def _added(left: Evaluate, right: Evaluate, sign: int) -> Evaluate:
    return lambda values: left(values) + sign * right(values)


def _multiplied(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda values: left(values) * right(values)


def _divided(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda values: left(values) / right(values)


_PAIR = re.compile(r"([A-Za-z][A-Za-z_]*)\s*[=:]\s*(\d{1,12}(?:\.\d{1,12})?)\s*%?")


def parameters_read(text: str) -> dict[str, Decimal]:
    """`S=0.8；A=25` as typed in item 15. Raises NotComputable for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    values: dict[str, Decimal] = {}
    for part in filter(None, (p.strip() for p in re.split(r"[;,、，；\s]+(?=[A-Za-z]|$)", plain))):
        found = _PAIR.fullmatch(part)
        if found is None or found.group(1) not in PARAMETERS or found.group(1) in values:
            raise NotComputable("parameters_unreadable", text=text)
        values[found.group(1)] = Decimal(found.group(2))
    return values
