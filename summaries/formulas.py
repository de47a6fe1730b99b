"""Formulas of columns: arithmetic over the other columns of a row, exact until it is rounded.

The grammar is that of sums: names, numbers, + - * /, brackets. A figure that is absent makes the
result absent, and so does a division by nothing. Rounding is that of GB/T 8170-2008: half to even.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation

_WORKING = Context(prec=60, traps=[InvalidOperation, DivisionByZero])
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}


def rounded(value: Decimal, scale: int) -> Decimal:
    """To this many decimals, half to even (数值修约规则, GB/T 8170-2008)."""
    return value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_EVEN, context=_WORKING)


@dataclass(frozen=True)
class Formula:
    """A parsed formula."""

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Formula":
        """Raises ValueError for anything but arithmetic."""
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise ValueError(f"not a formula: {text}") from error
        names: list[str] = []
        _check(tree, names, text)
        return cls(text, tree, tuple(dict.fromkeys(names)))

    @property
    def is_additive(self) -> bool:
        """Whether the formula of a total is the sum of the parts' formulas: no * and no /."""
        return not any(
            isinstance(node, ast.Mult | ast.Div | ast.Constant) for node in ast.walk(self.tree)
        )

    def value(self, figures: Mapping[str, Decimal | None]) -> Decimal | None:
        """The result with 60 digits; None where a figure is absent or a divisor is zero."""
        try:
            return _evaluate(self.tree, figures)
        except DivisionByZero:
            return None
        except InvalidOperation:  # nothing by nothing
            return None


def _check(node: ast.expr, names: list[str], text: str) -> None:
    match node:
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _SIGNS:
            _check(left, names, text)
            _check(right, names, text)
        case ast.Name(id=name):
            names.append(name)
        case ast.Constant(value=int()):
            pass
        case _:
            raise ValueError(f"not a formula: {text}")


def _evaluate(node: ast.expr, figures: Mapping[str, Decimal | None]) -> Decimal | None:
    match node:
        case ast.BinOp(left=left, op=operator, right=right):
            first, second = _evaluate(left, figures), _evaluate(right, figures)
            if first is None or second is None:
                return None
            result: Decimal = getattr(_WORKING, _SIGNS[type(operator)])(first, second)
            return result
        case ast.Name(id=name):
            return figures.get(name)
        case ast.Constant(value=int() as number):
            return Decimal(number)
    raise AssertionError("checked when it was parsed")
