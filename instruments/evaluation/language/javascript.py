"""Rules as JavaScript functions: plain text for a module, nothing evaluated in the browser."""

import json
from collections.abc import Sequence

from instruments.evaluation.language.code import EACH_ROW, RECORD, Writer
from instruments.evaluation.language.patterns import javascript_pattern
from instruments.evaluation.language.target import Target
from instruments.evaluation.language.tree import Node

_SIGNS = {"=": "===", "<>": "!=="}


def javascript_text(value: object) -> str:
    """JSON that is also safe inside a script: only ASCII, no `<`."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


class JavaScriptTarget(Target):
    """JavaScript: exact decimals are BigInt."""

    null, true, false = "null", "true", "false"

    def declare(self, name: str, expression: str) -> None:
        self.line(f"let {name} = {expression};")

    def assign(self, name: str, expression: str) -> None:
        self.line(f"{name} = {expression};")

    def open_if(self, condition: str) -> None:
        self.line(f"if ({condition}) {{")
        self.indent += 1

    def open_rows(self, rows: str, row: str) -> None:
        self.line(f"for (const {row} of {rows}) {{")
        self.indent += 1

    def close(self) -> None:
        self.indent -= 1
        self.line("}")

    def same(self, left: str, right: str) -> str:
        return f"{left} === {right}"

    def differs(self, left: str, right: str) -> str:
        return f"{left} !== {right}"

    def either(self, conditions: Sequence[str]) -> str:
        return " || ".join(conditions)

    def choose(self, condition: str, then: str, otherwise: str) -> str:
        return f"({condition}) ? {then} : {otherwise}"

    def read(self, holder: str, key: str) -> str:
        return f"{holder}[{javascript_text(key)}]"

    def integer(self, value: int) -> str:
        return f"{value}n"

    def text(self, value: str) -> str:
        return javascript_text(value)

    def compare(self, sign: str, left: str, right: str) -> str:
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

    def member(self, value: str, choices: Sequence[str]) -> str:
        return f"[{', '.join(choices)}].includes({value})"

    def negated(self, value: str) -> str:
        return f"!{value}"

    def double(self, value: str, scale: int) -> str:
        # Through text: dividing a double that has been rounded already would round twice.
        return (
            f"Number(({value}) + {javascript_text(f'e-{scale}')})" if scale else f"Number({value})"
        )

    def absolute(self, value: str) -> str:
        return f"({value} < 0 ? -{value} : {value})"

    def length(self, value: str) -> str:
        return f"BigInt([...{value}].length)"

    def substring(self, value: str, start: int, count: int) -> str:
        return f'[...{value}].slice({start}, {start + count}).join("")'

    def matches(self, value: str, pattern: str) -> str:
        return f"{pattern}.test({value})"

    def cas(self, value: str) -> str:
        digits = f'[...{value}.replace(/-/g, "").slice(0, -1)].reverse()'
        total = f"{digits}.reduce((sum, digit, place) => sum + (place + 1) * Number(digit), 0)"
        return f"(/^[-0-9]*[0-9]$/.test({value}) && {total} % 10 === Number({value}.slice(-1)))"

    def contains(self, value: str, part: str) -> str:
        return f"{value}.includes({part})"

    def integer_of(self, value: str, start: int, stop: int) -> str:
        return f"BigInt({value}.slice({start}, {stop}))"

    def row_count(self, rows: str) -> str:
        return f"BigInt({rows}.length)"


def javascript_regexp(pattern: str, *, whole: bool = False) -> str:
    """The expression that makes a regular expression; a `whole` text has to match."""
    text = javascript_pattern(pattern)
    return f'new RegExp({javascript_text(f"^(?:{text})$" if whole else text)}, "u")'


def javascript_function(tree: Node) -> str:
    """The expression whose value is the function that judges a record (and a row)."""
    target = JavaScriptTarget()
    result = Writer(target).write(tree)
    lines = [f"({RECORD}, {EACH_ROW}) => {{", *target.lines, f"  return {result};", "}"]
    if not target.patterns:
        return "\n".join(lines)
    patterns = [
        f"const P{number} = {javascript_regexp(pattern)};"
        for number, pattern in enumerate(target.patterns)
    ]
    return "\n".join(["(() => {", *patterns, "return " + "\n".join(lines) + ";", "})()"])
