"""Whether the tables fit the forms they read: run by `summary_check` and by the tests.

A fault is a sentence with its place. A table with a fault would be short without anybody seeing it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from instruments.definition_files import DEFINITIONS_DIR, codelist_files, yaml_read
from instruments.evaluation.definition import Definition, Item, ItemType
from summaries.definitions import UNITS_FORM, Column, Source, SummaryTable
from summaries.enums import INDUSTRIAL_AXES, Axis
from summaries.units import decimals_added

NUMBERS = (ItemType.DECIMAL, ItemType.INTEGER)


@lru_cache(maxsize=256)
def definition_of(exercise: str, form: str) -> Definition | None:
    """The form as the repository has it, or None."""
    path = DEFINITIONS_DIR / exercise / f"{form}.yaml"
    return Definition.from_dict(yaml_read(path)) if path.exists() else None


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, frozenset[str]]:
    return {one.name: frozenset(one.codes) for one in codelist_files()}


def table_faults(table: SummaryTable) -> list[str]:
    """Every fault of one table."""
    faults = [
        f"{table.code}.{column.slug}: {fault}"
        for column in table.columns
        for fault in _column_faults(table, column)
    ]
    return [*faults, *(f"{table.code}: {fault}" for fault in _table_faults(table))]


def tables_faults(tables: Iterable[SummaryTable]) -> list[str]:
    """Every fault of these tables, and what is wrong between them."""
    faults: list[str] = []
    seen: dict[str, str] = {}
    for table in tables:
        faults += table_faults(table)
        if table.number in seen:
            faults.append(f"{table.code}: {table.number} is the number of {seen[table.number]}")
        seen[table.number] = table.code
    return faults


def _column_faults(table: SummaryTable, column: Column) -> Iterator[str]:
    for language in ("zh", "en"):
        if not column.label.get(language):
            yield f"no label in {language}"
    if column.formula is not None:
        yield from _formula_faults(table, column)
    elif not column.sources:
        yield "neither sources nor a formula: no form can reach it"
    seen = set()
    for source in column.sources:
        yield from _source_faults(table, column, source)
        key = (source.form, source.item, tuple(sorted(source.where.items())))
        if key in seen:
            yield f"{source.form}/{source.item} is added twice"
        seen.add(key)


def _formula_faults(table: SummaryTable, column: Column) -> Iterator[str]:
    assert column.formula is not None  # noqa: S101  the caller looked
    sums = {other.slug: other for other in table.sums}
    for name in column.formula.names:
        if name not in sums:
            yield f"the formula names {name}, which is no summed column of the table"
    if column.formula.is_additive:
        units = {sums[name].unit for name in column.formula.names if name in sums} | {column.unit}
        if len(units) > 1:
            yield f"the formula adds {', '.join(sorted(units))}"
        if any(sums[n].scale > column.scale for n in column.formula.names if n in sums):
            yield "the formula loses decimals"


def _source_faults(table: SummaryTable, column: Column, source: Source) -> Iterator[str]:
    place = f"{source.form}/{source.item}"
    definition = definition_of(table.exercise, source.form)
    if definition is None:
        yield f"{source.form} is no form of {table.exercise}"
        return
    item = definition.items_by_slug.get(source.item)
    if item is None:
        yield f"{place} is no item of the form"
        return
    if item.group != source.group:
        yield f"{place} lies in the group “{item.group}”, so “{source.group}” is never reached"
    yield from _quantity_faults(column, source, item, place)
    for name, codes in source.where.items():
        yield from _where_faults(definition, source, name, codes)
    for name in source.weight or ():
        weight = definition.items_by_slug.get(name)
        if weight is None or weight.group or weight.type not in NUMBERS:
            yield f"{source.form}/{name} is no number that a sample could be raised with"


def _quantity_faults(column: Column, source: Source, item: Item, place: str) -> Iterator[str]:
    if item.type not in NUMBERS:
        yield f"{place} is no number"
    if item.unit != source.unit:
        yield f"{place} is in “{item.unit}”, not in “{source.unit}”"
    needed = item.scale + decimals_added(source.factor)
    if needed > column.scale and source.weight is None:
        yield f"{place} has {needed} decimals in {column.unit}, the column {column.scale}"


def _where_faults(
    definition: Definition, source: Source, name: str, codes: Sequence[str]
) -> Iterator[str]:
    place = f"{source.form}/{name}"
    item = definition.items_by_slug.get(name)
    if item is None or item.group != source.group or not source.group:
        yield f"{place} is no item of the same group"
        return
    known = _codes().get(item.codelist or "")
    if known is None:
        yield f"{place} has no code list"
        return
    yield from (f"{place} can never be “{code}”" for code in codes if code not in known)


def _table_faults(table: SummaryTable) -> Iterator[str]:
    if not table.axes or table.axes[0] != Axis.DIVISION:
        yield "the first axis is that of the divisions"
    kinds = {
        kind
        for form in table.forms
        if (definition := definition_of(table.exercise, form)) is not None
        for kind in definition.unit_kinds
    }
    industrial = [axis for axis in table.axes if axis in INDUSTRIAL_AXES]
    if industrial and "industrial" not in kinds:
        yield f"no industrial unit is in it, so {', '.join(industrial)} has no rows"
    if Axis.SIZE in table.axes and definition_of(table.exercise, UNITS_FORM) is None:
        yield f"{UNITS_FORM} says the size and is no form of {table.exercise}"
    sums = {column.slug: column for column in table.sums}
    for whole, parts in table.relations:
        unknown = [name for name in (whole, *parts) if name not in sums]
        if unknown:
            yield f"a relation names {', '.join(unknown)}, no summed column"
        elif len({sums[name].unit for name in (whole, *parts)}) > 1:
            yield f"the relation of {whole} adds different units of measure"
