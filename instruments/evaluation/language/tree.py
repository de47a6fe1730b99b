"""The typed tree of a rule: what the reader makes and the generators write out."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from instruments.evaluation.language.types import Type


class Op(StrEnum):
    """What a node does."""

    NULL = auto()
    LITERAL = auto()
    READ = auto()  # a value of the record
    READ_ROW = auto()  # a value of the row at hand
    AND = auto()
    OR = auto()
    NOT = auto()
    IS_NULL = auto()
    COMPARE = auto()
    IN = auto()
    ADD = auto()
    SUBTRACT = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    NEGATE = auto()
    ABSOLUTE = auto()
    LENGTH = auto()
    SUBSTRING = auto()
    MATCHES = auto()
    CAS = auto()
    HAS = auto()
    DATE_PART = auto()
    COALESCE = auto()
    CASE = auto()
    AGGREGATE = auto()


class Aggregate(StrEnum):
    """What is made of the rows of a repeat group."""

    ROWS = auto()
    COUNT = auto()
    SUM = auto()
    MIN = auto()
    MAX = auto()
    EVERY = auto()
    SOME = auto()


@dataclass(frozen=True)
class Ref:
    """Something a rule reads. `source` is `""` for items; `form` is `""` for the rule's own form."""

    slug: str = ""
    group: str = ""
    form: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """Under which name the value stands in a record: `slug`, `g102.outlets.discharge`,
        `rows:outlets`, `register:division_code`, `owes:g102`.
        """
        name = ".".join(filter(None, (self.form, self.group, self.slug)))
        return f"{self.source}:{name}" if self.source else name


@dataclass(frozen=True)
class Node:
    """`extra` is the operator's own constant: a literal's value, a comparison sign, a Ref, …"""

    op: Op
    type: Type
    args: tuple["Node", ...] = ()
    extra: object = None

    def walk(self) -> Iterator["Node"]:
        """This node and everything below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()
