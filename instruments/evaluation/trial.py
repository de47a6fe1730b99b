"""One rule on one record: its outcome row by row, and what it read."""

from collections.abc import Mapping
from dataclasses import dataclass

from instruments.evaluation.checks import FailedToRun, RuleCheck
from instruments.evaluation.engine import Compiled
from instruments.evaluation.language.tree import Ref
from instruments.evaluation.record import Answers, Context


@dataclass(frozen=True)
class RowOutcome:
    """True, false (violated), None (says nothing); `is_failed`: it could not be run."""

    row: str
    outcome: bool | None
    is_failed: bool = False

    def as_dict(self) -> dict[str, object]:
        """Plain data, as the browser's engine gives it."""
        return {"row": self.row, "outcome": self.outcome, "is_failed": self.is_failed}


@dataclass(frozen=True)
class ReadValues:
    """What the rule read under one name: the texts as they were typed, by row."""

    ref: Ref
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trial:
    """The outcomes and the values read."""

    outcomes: tuple[RowOutcome, ...]
    values: tuple[ReadValues, ...]


def rule_check_of(compiled: Compiled, rule_id: str) -> RuleCheck | None:
    """The check of a rule, or None where the form has no such rule."""
    checks = compiled.rule_checks
    return next((check for check in checks if check.rule.id == rule_id), None)


def outcomes_of(
    compiled: Compiled, check: RuleCheck, answers: Answers, context: Context
) -> tuple[RowOutcome, ...]:
    """One outcome, or one for each row of the rule's group. Reads nothing but what the rule reads."""
    record = compiled.plan((compiled.numbers[check.rule.id],)).load(answers, context)
    rows = record.rows.get(check.rule.each, []) if check.rule.each else [record.top]
    found = []
    for row in rows:
        try:
            found.append(RowOutcome(row.id, check.condition.judge(record, row)))
        except FailedToRun:
            found.append(RowOutcome(row.id, None, is_failed=True))
    return tuple(found)


def rule_trial(compiled: Compiled, check: RuleCheck, answers: Answers, context: Context) -> Trial:
    """Outcomes and values read."""
    refs = dict.fromkeys(check.condition.refs)
    values = tuple(ReadValues(ref, _texts(ref, answers, context)) for ref in refs)
    return Trial(outcomes_of(compiled, check, answers, context), values)


def _texts(ref: Ref, answers: Answers, context: Context) -> tuple[tuple[str, str], ...]:
    of_form: Mapping[str, object] = (
        answers if not ref.form else context.forms.get(ref.form) or {"values": {}, "rows": {}}
    )
    match ref.source:
        case "":
            return _cells(ref, of_form)
        case "rows":
            return (("", str(len(_rows(of_form, ref.group)))),)
        case "register":
            return (("", context.register.get(ref.slug, "")),)
        case "param":
            value = context.params.get(ref.slug)
            return (("", "" if value is None else str(value)),)
        case "owes":
            return (("", "1" if ref.form in context.owed else "0"),)
        case _:
            return (("", "1" if of_form.get("values") else "0"),)


def _rows(answers: Answers, group: str) -> list[str]:
    return list((answers.get("rows") or {}).get(group) or [])


def _cells(ref: Ref, answers: Answers) -> tuple[tuple[str, str], ...]:
    values = answers.get("values") or {}
    if not ref.group:
        return (("", str(values.get(ref.slug, ""))),)
    return tuple(
        (row, str(values.get(f"{ref.group}/{row}/{ref.slug}", "")))
        for row in _rows(answers, ref.group)
    )
