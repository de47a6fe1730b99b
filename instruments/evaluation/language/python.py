"""Rules as Python functions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from instruments.evaluation.language.code import EACH_ROW, RECORD, Writer
from instruments.evaluation.language.patterns import compile_pattern
from instruments.evaluation.language.target import Target
from instruments.evaluation.language.tree import Node

Judge = Callable[[Mapping[str, Any], Mapping[str, Any] | None], bool | None]
_SIGNS = {"=": "==", "<>": "!="}
_BUILTINS = {"abs": abs, "len": len, "float": float, "int": int}


class PythonTarget(Target):
    """Python: integers are exact already."""

    null, true, false = "None", "True", "False"

    def declare(self, name: str, expression: str) -> None:
        self.line(f"{name} = {expression}")

    assign = declare

    def open_if(self, condition: str) -> None:
        self.line(f"if {condition}:")
        self.indent += 1

    def open_rows(self, rows: str, row: str) -> None:
        self.line(f"for {row} in {rows}:")
        self.indent += 1

    def close(self) -> None:
        self.indent -= 1

    def same(self, left: str, right: str) -> str:
        return f"{left} is {right}"

    def differs(self, left: str, right: str) -> str:
        return f"{left} is not {right}"

    def either(self, conditions: Sequence[str]) -> str:
        return " or ".join(conditions)

    def choose(self, condition: str, then: str, otherwise: str) -> str:
        return f"{then} if {condition} else {otherwise}"

    def read(self, holder: str, key: str) -> str:
        return f"{holder}[{key!r}]"

    def integer(self, value: int) -> str:
        return repr(value)

    def text(self, value: str) -> str:
        return repr(value)

    def compare(self, sign: str, left: str, right: str) -> str:
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

    def member(self, value: str, choices: Sequence[str]) -> str:
        return f"{value} in {{{', '.join(choices)}}}"

    def negated(self, value: str) -> str:
        return f"not {value}"

    def double(self, value: str, scale: int) -> str:
        return f"({value} / {10**scale})" if scale else f"float({value})"

    def absolute(self, value: str) -> str:
        return f"abs({value})"

    def length(self, value: str) -> str:
        return f"len({value})"

    def substring(self, value: str, start: int, count: int) -> str:
        return f"{value}[{start}:{start + count}]"

    def matches(self, value: str, pattern: str) -> str:
        return f"{pattern}({value}) is not None"

    def cas(self, value: str) -> str:
        return f"cas({value})"

    def contains(self, value: str, part: str) -> str:
        return f"{part} in {value}"

    def integer_of(self, value: str, start: int, stop: int) -> str:
        return f"int({value}[{start}:{stop}])"

    def row_count(self, rows: str) -> str:
        return f"len({rows})"


def is_cas_number(text: str) -> bool:
    """Whether the last digit is the sum of the others by their places from the right, modulo 10.

    So the CAS Registry says; hyphens do not count. False for anything but digits and hyphens.
    """
    digits = text.replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or text.endswith("-"):
        return False
    places = enumerate(reversed(digits[:-1]), start=1)
    return sum(place * int(digit) for place, digit in places) % 10 == int(digits[-1])


def python_function(tree: Node, name: str) -> Judge:
    """The function that judges a record (and a row). `name` shows up in tracebacks."""
    target = PythonTarget()
    result = Writer(target).write(tree)
    lines = [f"def judge({RECORD}, {EACH_ROW}):", *target.lines, f"  return {result}"]
    space: dict[str, Any] = {"__builtins__": _BUILTINS, "cas": is_cas_number}
    for number, pattern in enumerate(target.patterns):
        space[f"P{number}"] = compile_pattern(pattern).search
    # The text is ours: it comes from the typed tree, constants pass through repr().
    exec(compile("\n".join(lines), f"<rule {name!a}>", "exec"), space)  # noqa: S102
    judge: Judge = space["judge"]
    return judge
