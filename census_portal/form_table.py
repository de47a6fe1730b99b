"""The reference page of all forms, counted from their definition files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from instruments.definition_files import definition_paths, yaml_read
from instruments.evaluation.definition import Definition, Severity

CONFIDENCES = ("found", "known-high", "known-medium", "known-low")
COLUMNS = ("items", "repeat groups", "hard rules", "soft rules", *CONFIDENCES)


def definitions_on_file() -> list[Definition]:
    """Every definition of the repository, in the order of the census's own list of forms."""
    return [Definition.from_dict(yaml_read(path)) for path in definition_paths()]


def counts_of(form: Definition) -> list[int]:
    """The numbers of one form, in the order of `COLUMNS`."""
    rules = Counter(rule.severity for rule in form.rules)
    marks = Counter(item.confidence for item in form.items)
    return [
        len(form.items),
        len(form.groups),
        rules[Severity.HARD],
        rules[Severity.SOFT],
        *(marks[mark] for mark in CONFIDENCES),
    ]


def form_table(forms: Iterable[Definition]) -> list[str]:
    """One line per form, then the totals."""
    head = ["form", "title", "", "filled by", *COLUMNS]
    lines = [_line(head), _line(["---"] * 4 + ["--:"] * len(COLUMNS))]
    totals, number = [0] * len(COLUMNS), 0
    for number, form in enumerate(forms, start=1):  # noqa: B007  the last number is the total
        counts = counts_of(form)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        lines.append(
            _line([form.code, form.title["zh"], form.title["en"], _respondent(form), *counts])
        )
    lines.append(_line([f"**{number} forms**", "", "", "", *(f"**{total}**" for total in totals)]))
    return lines


def _respondent(form: Definition) -> str:
    kinds = ", ".join(form.unit_kinds)
    return f"{form.respondent}: {kinds}" if kinds else form.respondent


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
