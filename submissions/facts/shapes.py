"""Which typed columns the facts of a form have: those of all its published versions together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.language.types import MOST_DIGITS
from instruments.models import InstrumentVersion
from instruments.selectors import EXERCISE, definition_for

BIGINT_DIGITS = 18
LISTS = {"cells_unread": "VARCHAR[]", "cells_faulty": "STRUCT(slug VARCHAR, code VARCHAR)[]"}
CASE_COLUMNS: Mapping[str, str] = {
    "case_id": "BIGINT",
    "unit_id": "BIGINT",
    "case_division": "VARCHAR",
    "case_version": "BIGINT",  # key of the pinned InstrumentVersion
    "case_status": "VARCHAR",
    "case_level": "VARCHAR",
    "case_owed": "BOOLEAN",
    "case_revision": "BIGINT",  # of the response; of a submission, the revision that it froze
    "case_hash": "VARCHAR",  # that revision's hash
    "case_filled": "BIGINT",  # cells that hold something
    **LISTS,
}
ROW_COLUMNS: Mapping[str, str] = {
    "case_id": "BIGINT",
    "row_id": "VARCHAR",
    "row_place": "BIGINT",
    **LISTS,
}


@dataclass(frozen=True)
class Shape:
    """The columns of one form, `tables[""]`, and of each of its repeat groups."""

    form_code: str
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def columns(self, group: str = "") -> dict[str, str]:
        """Every column of a table with its SQL type, the fixed ones first."""
        return {**(ROW_COLUMNS if group else CASE_COLUMNS), **self.tables.get(group, {})}


def shapes_now(exercise_code: str = EXERCISE) -> dict[str, Shape]:
    """The shape of every published form by its code, provinces' items included. One query."""
    versions = InstrumentVersion.objects.filter(instrument__exercise_code=exercise_code)
    by_form: dict[str, list[int]] = {}
    for code, pk in versions.order_by("instrument__code", "pk").values_list(
        "instrument__code", "pk"
    ):
        by_form.setdefault(code, []).append(pk)
    return {
        code: shape_of(code, [definition_for(pk) for pk in ids]) for code, ids in by_form.items()
    }


def shape_of(form_code: str, definitions: Sequence[Definition]) -> Shape:
    """One column an item over all versions, wide enough for each. The tables of groups, too."""
    tables: dict[str, dict[str, list[Item]]] = {"": {}}
    for definition in definitions:
        for group in definition.groups:
            tables.setdefault(group.slug, {})
        for item in definition.items:
            tables[item.group].setdefault(item.slug, []).append(item)
    return Shape(
        form_code,
        {
            group: {slug: _column(items) for slug, items in columns.items()}
            for group, columns in tables.items()
        },
    )


def _column(items: Sequence[Item]) -> str:
    """Where versions disagree on the kind of value, the text as it is written."""
    kinds = {_kind(item) for item in items}
    if len(kinds) > 1:
        return "VARCHAR"
    kind = kinds.pop()
    if kind != "DECIMAL":
        return kind
    scale = max(item.scale for item in items)
    digits = max(item.digits - item.scale for item in items) + scale
    if digits > MOST_DIGITS:
        return "VARCHAR"
    if scale:
        return f"DECIMAL({digits}, {scale})"
    return "BIGINT" if digits <= BIGINT_DIGITS else "HUGEINT"


def _kind(item: Item) -> str:
    match item.type:
        case ItemType.DECIMAL | ItemType.INTEGER:
            return "DECIMAL"
        case ItemType.YEAR | ItemType.COORDINATE:
            return "BIGINT"
        case ItemType.DATE:
            return "DATE"
        case _:
            return "VARCHAR"
