"""How one programming language spells the steps of a rule."""

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Target(ABC):
    """The spelling of one language; lines are collected in order."""

    null: str
    true: str
    false: str

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.indent = 1
        self.variables = 0
        self.patterns: list[str] = []

    def line(self, text: str) -> None:
        """One line at the present depth."""
        self.lines.append(f"{'  ' * self.indent}{text}")

    def new_name(self) -> str:
        """A variable that has not been used."""
        self.variables += 1
        return f"t{self.variables}"

    def pattern(self, pattern: str) -> str:
        """The name of a compiled pattern; the same pattern is compiled once."""
        if pattern not in self.patterns:
            self.patterns.append(pattern)
        return f"P{self.patterns.index(pattern)}"

    def truth(self, *, value: bool) -> str:
        """A truth value."""
        return self.true if value else self.false

    def is_null(self, name: str) -> str:
        """Whether a variable is null."""
        return self.same(name, self.null)

    @abstractmethod
    def declare(self, name: str, expression: str) -> None:
        """Give a new variable its value."""

    @abstractmethod
    def assign(self, name: str, expression: str) -> None:
        """Change a variable."""

    @abstractmethod
    def open_if(self, condition: str) -> None:
        """What follows is done only under a condition."""

    @abstractmethod
    def open_rows(self, rows: str, row: str) -> None:
        """What follows is done for every row of a list."""

    @abstractmethod
    def close(self) -> None:
        """The end of `open_…`."""

    @abstractmethod
    def same(self, left: str, right: str) -> str:
        """Identity with null, true or false."""

    @abstractmethod
    def differs(self, left: str, right: str) -> str:
        """The opposite of `same`."""

    @abstractmethod
    def either(self, conditions: Sequence[str]) -> str:
        """Whether one of several holds."""

    @abstractmethod
    def choose(self, condition: str, then: str, otherwise: str) -> str:
        """A conditional expression."""

    @abstractmethod
    def read(self, holder: str, key: str) -> str:
        """A value of a record or row."""

    @abstractmethod
    def integer(self, value: int) -> str:
        """An exact integer."""

    @abstractmethod
    def text(self, value: str) -> str:
        """A text constant."""

    @abstractmethod
    def compare(self, sign: str, left: str, right: str) -> str:
        """A comparison of two values that are not null."""

    @abstractmethod
    def member(self, value: str, choices: Sequence[str]) -> str:
        """Whether a value is among constants."""

    @abstractmethod
    def negated(self, value: str) -> str:
        """The opposite truth value."""

    @abstractmethod
    def double(self, value: str, scale: int) -> str:
        """The double nearest to an exact decimal."""

    @abstractmethod
    def absolute(self, value: str) -> str:
        """Without its sign."""

    @abstractmethod
    def length(self, value: str) -> str:
        """Code points of a text, as an exact integer."""

    @abstractmethod
    def substring(self, value: str, start: int, count: int) -> str:
        """Code points `start` (from 0) onward."""

    @abstractmethod
    def matches(self, value: str, pattern: str) -> str:
        """Whether a pattern is found in a text."""

    @abstractmethod
    def cas(self, value: str) -> str:
        """Whether the last digit of a text is the check digit of the digits before it.

        Each digit counts as often as its place from the right, the check digit left out, modulo 10.
        """

    @abstractmethod
    def contains(self, value: str, part: str) -> str:
        """Whether a text holds another."""

    @abstractmethod
    def integer_of(self, value: str, start: int, stop: int) -> str:
        """The digits at a place of a text, as an exact integer."""

    @abstractmethod
    def row_count(self, rows: str) -> str:
        """The number of rows, as an exact integer."""
