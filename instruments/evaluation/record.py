"""One record made ready for the rules: typed values under the names that rules use."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from instruments.evaluation.definition import Definition
from instruments.evaluation.language.tree import Ref
from instruments.evaluation.parsing import Reader, Reading, Value
from instruments.evaluation.values import BLANK, reader_for

Answers = Mapping[str, Any]
Columns = tuple[tuple[str, Reader], ...]


@dataclass(frozen=True)
class Context:
    """What a form's rules may see beyond the form. `forms` holds plain answers by form name;
    a code list named in `codelists_unavailable` is not checked (it is too large for a browser).
    """

    forms: Mapping[str, Answers] = field(default_factory=dict)
    owed: frozenset[str] = frozenset()
    register: Mapping[str, str] = field(default_factory=dict)
    codelists: Mapping[str, Container[str]] = field(default_factory=dict)
    params: Mapping[str, float] = field(default_factory=dict)
    codelists_unavailable: frozenset[str] = frozenset()


@dataclass(slots=True)
class Row:
    """One row of a repeat group; `malformed` names its cells that hold no usable value."""

    id: str
    values: dict[str, Value | None] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    malformed: set[str] = field(default_factory=set)

    def read(self, slug: str, reader: Reader, raw: str | None) -> bool:
        """Read one cell; whether it is malformed."""
        reading = reader(raw) if raw else BLANK
        self.readings[slug] = reading
        self.values[slug] = reading.value
        if reading.value is None and reading.fault is not None:
            self.malformed.add(slug)
            return True
        return False


@dataclass(slots=True)
class Record:
    """`values` is what the compiled rules read; `top` and `rows` are the cells of the form itself.

    A rule that reads a malformed cell says nothing: `malformed` has the names of such values.
    """

    top: Row
    values: dict[str, Any]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    malformed: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class FormPlan:
    """What has to be read of one form. `prefix` is `""` for the rules' own form, else `g102.`."""

    form: str
    prefix: str
    columns: Columns
    groups: tuple[tuple[str, Columns], ...]

    def load(self, answers: Answers, record: Record) -> None:
        """Read the cells into the record."""
        values = answers.get("values") or {}
        top = Row("") if self.prefix else record.top
        for slug, reader in self.columns:
            if top.read(slug, reader, values.get(slug)):
                record.malformed.add(self.prefix + slug)
        if self.prefix:
            for slug, value in top.values.items():
                record.values[self.prefix + slug] = value
        rows = answers.get("rows") or {}
        for group, columns in self.groups:
            loaded = self._rows(group, columns, rows.get(group) or (), values, record.malformed)
            record.values[f"rows:{self.prefix}{group}"] = [row.values for row in loaded]
            if not self.prefix:
                record.rows[group] = loaded

    def _rows(
        self,
        group: str,
        columns: Columns,
        ids: Iterable[str],
        values: Mapping[str, str],
        malformed: set[str],
    ) -> list[Row]:
        rows = []
        for row_id in ids:
            row = Row(row_id)
            for slug, reader in columns:
                if row.read(slug, reader, values.get(f"{group}/{row_id}/{slug}")):
                    malformed.add(f"{self.prefix}{group}.{slug}")
            rows.append(row)
        return rows


@dataclass(frozen=True)
class Plan:
    """What has to be read so that certain rules can be judged."""

    own: FormPlan
    foreign: tuple[FormPlan, ...]
    facts: tuple[Ref, ...]

    def load(self, answers: Answers, context: Context) -> Record:
        """The record of these answers."""
        top = Row("")
        record = Record(top, top.values)
        self.own.load(answers, record)
        for form in self.foreign:
            form.load(context.forms.get(form.form) or {}, record)
        for ref in self.facts:
            record.values[ref.key] = _fact(ref, context)
        return record


def plan(refs: Iterable[Ref], own: Definition | None, others: Mapping[str, Definition]) -> Plan:
    """What has to be read for these references."""
    by_form: dict[str, list[Ref]] = {}
    facts = []
    for ref in dict.fromkeys(refs):
        if ref.source in ("", "rows"):
            by_form.setdefault(ref.form, []).append(ref)
        else:
            facts.append(ref)
    own_plan = _form_plan("", own, by_form.pop("", []))
    foreign = (_form_plan(form, others[form], wanted) for form, wanted in by_form.items())
    return Plan(own_plan, tuple(foreign), tuple(facts))


def _form_plan(form: str, definition: Definition | None, refs: list[Ref]) -> FormPlan:
    columns = {ref.slug: None for ref in refs if not ref.group}
    groups: dict[str, dict[str, None]] = {}
    for ref in refs:
        if ref.group:
            slugs = groups.setdefault(ref.group, {})
            slugs.update({ref.slug: None} if ref.slug else {})
    return FormPlan(
        form,
        f"{form}." if form else "",
        _columns(definition, columns),
        tuple((group, _columns(definition, slugs)) for group, slugs in groups.items()),
    )


def _columns(definition: Definition | None, slugs: Iterable[str]) -> Columns:
    if definition is None:
        return ()
    return tuple((slug, reader_for(definition.items_by_slug[slug])) for slug in slugs)


def _fact(ref: Ref, context: Context) -> Any:
    match ref.source:
        case "register":
            return context.register.get(ref.slug) or None
        case "param":
            value = context.params.get(ref.slug)
            return None if value is None else float(value)
        case "owes":
            return ref.form in context.owed
        case _:
            return any((context.forms.get(ref.form) or {}).get("values", {}).values())
