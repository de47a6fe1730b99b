"""The edit rules of a form as a VTL 2.1 script: one data set and ruleset for the form itself, and
one for each repeat group whose rows rules look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from instruments.evaluation.checks import RuleCheck
from instruments.evaluation.definition import Rule
from instruments.evaluation.engine import Compiled
from instruments.evaluation.language.names import RowRef
from instruments.evaluation.language.tree import Node, Op, Ref
from instruments.evaluation.language.types import BOOLEAN, DOUBLE, Kind, Type
from instruments.exchange.vtl_expressions import VtlUnable, column_name, vtl_expression
from instruments.exchange.vtl_words import vtl_comment, vtl_name, vtl_text

NOT_COMPILED = "could not be compiled"
_LEVELS = {"hard": 2, "soft": 1}
_HEAD = """\
Blank is null. A rule is violated where it is false, not where it is null.
errorlevel 2: hard, must be put right; 1: soft, needs an explanation.
Identifiers: case_id; in the data set of a repeat group also row_id. Its rows carry the items of the
form beside their own. Values of other forms, of the register and of parameters are joined under names
with two underscores. Dates and months are ISO texts; several choices are one text such as 1,3; a
value that could not be read is null."""


@dataclass(frozen=True)
class VtlColumn:
    """A measure of a data set; `ref` is what the rules call it."""

    name: str
    type: str
    ref: Ref
    kind: Type


@dataclass
class VtlRuleset:
    """The rules over one data set."""

    name: str
    dataset: str
    group: str = ""
    columns: dict[str, VtlColumn] = field(default_factory=dict)
    rules: list[tuple[Rule, str]] = field(default_factory=list)

    @property
    def result(self) -> str:
        """The data set of violations."""
        return f"{self.dataset}_violations"


@dataclass(frozen=True)
class VtlScript:
    """The rulesets of a form, and the rules that VTL cannot say, with the reason."""

    form_code: str
    title: str
    rulesets: tuple[VtlRuleset, ...]
    unable: tuple[tuple[Rule, str], ...]

    @property
    def text(self) -> str:
        """The script as a file."""
        parts = [_comment(f"{self.form_code} {self.title}\n{_HEAD}")]
        parts += [_ruleset_text(ruleset) for ruleset in self.rulesets]
        if self.unable:
            lines = [f"{rule.id}: {reason}. {rule.assertion}" for rule, reason in self.unable]
            parts.append(_comment("\n".join(["Rules that are not said here, and why:", *lines])))
        return "\n\n".join(parts) + "\n"


def vtl_script(compiled: Compiled) -> VtlScript:
    """The rules of a form. One that VTL cannot say is listed, never left out silently."""
    definition = compiled.definition
    rulesets: dict[str, VtlRuleset] = {}
    unable = []
    for check in compiled.rule_checks:
        group = check.rule.each
        name = f"{definition.form_name}_{group}" if group else definition.form_name
        try:
            text = _rule_text(check)
        except VtlUnable as error:
            unable.append((check.rule, str(error)))
            continue
        ruleset = rulesets.setdefault(group, VtlRuleset(f"rules_{name}", f"ds_{name}", group))
        ruleset.rules.append((check.rule, text))
        for column in _columns(check):
            ruleset.columns.setdefault(column.name, column)
    title = definition.title["zh"]
    return VtlScript(definition.code, title, tuple(rulesets.values()), tuple(unable))


def _rule_text(check: RuleCheck) -> str:
    """`when … then …` where the rule has a condition of its own."""
    expression = check.condition.expression
    if expression is None:
        raise VtlUnable(NOT_COMPILED)
    tree = expression.tree
    if check.rule.when and tree.op is Op.CASE:
        condition, assertion, _otherwise = tree.args
        return f"when {vtl_expression(condition)} then {vtl_expression(assertion)}"
    return vtl_expression(tree)


def _columns(check: RuleCheck) -> list[VtlColumn]:
    """Every value that the rule reads, once."""
    expression = check.condition.expression
    nodes = expression.tree.walk() if expression is not None else ()
    found = []
    for node in nodes:
        ref = _ref(node)
        if ref is not None:
            found.append(VtlColumn(column_name(ref), _type_name(node.type), ref, node.type))
    return found


def _ref(node: Node) -> Ref | None:
    if isinstance(node.extra, RowRef):
        return Ref(node.extra.ref.slug)
    return node.extra if node.op is Op.READ and isinstance(node.extra, Ref) else None


def _type_name(kind: Type) -> str:
    if kind == BOOLEAN:
        return "boolean"
    if kind == DOUBLE:
        return "number"
    if kind.kind is Kind.DECIMAL:
        return "number" if kind.scale else "integer"
    return "string"


def _comment(text: str) -> str:
    lines = [f" * {vtl_comment(line)}" for line in text.splitlines()]
    return "\n".join(["/*", *lines, " */"])


def _ruleset_text(ruleset: VtlRuleset) -> str:
    names = ", ".join(vtl_name(column.name) for column in ruleset.columns.values())
    lines = [f"{ruleset.dataset}: {'case_id, row_id' if ruleset.group else 'case_id'}"]
    lines += [f"  {column.name}: {column.type}" for column in ruleset.columns.values()]
    rules = ";\n".join(_rule_lines(rule, text) for rule, text in ruleset.rules)
    return "\n".join(
        [
            _comment("\n".join(lines)),
            f"define datapoint ruleset {ruleset.name} (variable {names}) is",
            rules,
            "end datapoint ruleset;",
            f"{ruleset.result} <- check_datapoint({ruleset.dataset}, {ruleset.name} invalid);",
        ]
    )


def _rule_lines(rule: Rule, text: str) -> str:
    name = rule.id.replace("-", "_")
    message = vtl_comment(f"{rule.message['zh']} | {rule.message.get('en', '')}")
    level = _LEVELS[rule.severity.value]
    return (
        f"  /* {message} */\n"
        f"  {name} : {text}\n"
        f"    errorcode {vtl_text(rule.id)} errorlevel {level}"
    )
