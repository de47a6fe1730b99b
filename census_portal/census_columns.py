"""The reference page of the census database's tables: which item stands in which column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from instruments.evaluation.definition import Definition
from instruments.exchange.census_tables import CHILD_KEY, FORM_KEY, LINKS, Table, tables_of

INTRODUCTION = f"""# Tables of the census database

The census's own database keeps a form in a main table `T_BAS_<form>`, its repeats in child tables
`_EXT`, `_EXT_1`, `_EXT_2` …, and which child row belongs to which form in `{LINKS}`. A workbook of
one unit has each table as a sheet, names in the first line. The portal writes and reads such
workbooks (a unit's page, its workbook of all forms; `/api/v1/units/<id>/workbook/?shape=census`).

Of that layout the names of the tables, the link table's columns `{FORM_KEY}` and `{CHILD_KEY}` and a
few columns are known; they stand in the definitions (`column`) and are marked **known** below. All
other names are made here: `ZB_` and the official code (`ZB_21_1`), with the item's name after it
where two items of a table have one code; `{FORM_KEY}` as the key of a main row and `{CHILD_KEY}` as
that of a child row; the k-th repeat group of a form as its k-th child table. A coordinate stands in
three columns: `_DU`, `_FEN`, `_MIAO` (of these the name of the seconds alone is known).

A workbook with other column names is read as far as the names agree, and each column and sheet that
is left has a sentence on the page of differences. To teach the portal a name, write it as `column` of
the item (see [how to add an item](../how-to/add-an-item.md)) and publish.

Not mapped though known: J101-3 keeps the outlet flow in three columns of one row (`PALLNPJZ`,
`PALLZDRJZ`, `PALLZXRJZ`: mean, greatest, least), where the form here has a repeat for each.
"""


def census_columns(forms: Iterable[Definition]) -> Iterator[str]:
    """The introduction, then a table of columns for each form."""
    yield INTRODUCTION
    for form in forms:
        yield f"## {form.code} {form.title['zh']}\n"
        for table in tables_of(form):
            yield from _table(form, table)


def _table(form: Definition, table: Table) -> Iterator[str]:
    group = form.groups_by_slug.get(table.group)
    yield f"`{table.name}`{' ' + group.label['zh'] if group else ''}\n"
    yield "| column | | item | |"
    yield "|---|---|---|---|"
    for column in table.columns:
        known = "**known**" if column.is_found else ""
        label = column.item.label["zh"].replace("|", "\\|")
        yield f"| `{column.name}` | {known} | {column.item.code} {label} | `{column.item.slug}` |"
    yield ""
