"""One expression, from text to functions, with what it reads."""

from dataclasses import dataclass
from functools import cached_property

from instruments.evaluation.language.errors import RuleError
from instruments.evaluation.language.functions import read_function
from instruments.evaluation.language.javascript import javascript_function
from instruments.evaluation.language.names import Names, RowRef
from instruments.evaluation.language.python import Judge, python_function
from instruments.evaluation.language.reading import Reader
from instruments.evaluation.language.tokens import parse_expression
from instruments.evaluation.language.tree import Node, Op, Ref
from instruments.evaluation.language.types import BOOLEAN


@dataclass(frozen=True)
class Expression:
    """A condition of the rule language."""

    name: str
    tree: Node

    @cached_property
    def judge(self) -> Judge:
        """True, false or None for one record and, in an `each` rule, one row."""
        return python_function(self.tree, self.name)

    @cached_property
    def javascript(self) -> str:
        """The same as the text of a JavaScript function."""
        return javascript_function(self.tree)

    @cached_property
    def reads(self) -> tuple[Ref, ...]:
        """Values of the record and columns of whole groups, in the order in which they are named."""
        return tuple(dict.fromkeys(ref for node in self.tree.walk() for ref in _record_refs(node)))

    @cached_property
    def reads_row(self) -> tuple[Ref, ...]:
        """Columns of the rule's own row."""
        refs = (node.extra for node in self.tree.walk() if node.op is Op.READ_ROW)
        return tuple(dict.fromkeys(r.ref for r in refs if isinstance(r, RowRef) and r.is_each))


def _record_refs(node: Node) -> tuple[Ref, ...]:
    if node.op is Op.READ and isinstance(node.extra, Ref):
        return (node.extra,)
    if isinstance(node.extra, RowRef) and not node.extra.is_each:
        return (node.extra.ref,)
    if node.op is Op.AGGREGATE and isinstance(node.extra, tuple):
        return (node.extra[1],)
    return ()


def read_condition(text: str, names: Names, *, each: str = "") -> Node:
    """The typed tree of a condition. Raises RuleError, and nothing else, for any text."""
    if each:
        names.group((each,))
    reader = Reader(names, read_function, each)
    try:
        tree = reader.read(parse_expression(text))
    except RecursionError as error:
        raise RuleError("the expression nests too deeply") from error
    if tree.type != BOOLEAN:
        raise RuleError(f"a condition is needed, true or false; this is a {tree.type}")
    return tree


def compile_condition(text: str, names: Names, *, each: str = "", name: str = "") -> Expression:
    """Compile one condition. Raises RuleError."""
    return Expression(name or text[:40], read_condition(text, names, each=each))
