"""The data dictionary that goes with every export: what each column means, and every code."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from submissions.presenters.items import language
from summaries.exports.columns import Column, FormTables, identity_labels, yes_no

CODES_UNROLLED = 60  # a longer list stands in the file of code lists only


def dictionary_rows(form: FormTables) -> list[dict[str, str]]:
    """One row a column of every table of the form."""
    labels = identity_labels()
    rows = []
    for table in form.tables:
        columns = {column.name: column for column in table.columns}
        for name in table.names:
            column = columns.get(name)
            facts = _facts(column) if column is not None else {_("中文名称"): labels[name]}
            rows.append({_("数据表"): table.name, _("列"): name, **_blank(), **facts})
    return rows


def _blank() -> dict[str, str]:
    names = (
        _("指标代码"),
        _("中文名称"),
        _("英文名称"),
        _("类型"),
        _("位数"),
        _("小数位"),
        _("计量单位"),
        _("代码表"),
        _("代码含义"),
        _("保密"),
    )
    return dict.fromkeys(names, "")


def _facts(column: Column) -> dict[str, str]:
    item = column.item
    return {
        _("指标代码"): item.code,
        _("中文名称"): item.label.get("zh", ""),
        _("英文名称"): item.label.get("en", ""),
        _("类型"): item.type.value,
        _("位数"): str(item.digits),
        _("小数位"): str(item.scale),
        _("计量单位"): item.unit,
        _("代码表"): item.codelist or "",
        _("代码含义"): "; ".join(f"{code}={label}" for code, label in _pairs(column)),
        _("保密"): _secrecy(column),
    }


def _pairs(column: Column) -> list[tuple[str, str]]:
    if column.codes is None:
        return list(yes_no().items()) if column.has_words else []
    if len(column.codes) > CODES_UNROLLED:
        return []
    return [(code, label) for code, label in column.codes.pairs(language())]


def _secrecy(column: Column) -> str:
    if column.ground is None:
        return ""
    told = _("，已遮盖") if column.is_masked else ""
    return f"{column.ground.label}{told}"


def dictionary_write(folder: Path, forms: Sequence[FormTables]) -> list[Path]:
    """Two CSV files: the columns, and all codes of the lists that they use."""
    rows = [row for form in forms for row in dictionary_rows(form)]
    columns, codes = folder / "data-dictionary.csv", folder / "code-lists.csv"
    _csv(columns, list(rows[0]), ([*row.values()] for row in rows))
    _csv(codes, [_("代码表"), _("代码"), _("中文名称"), _("英文名称")], _codes(forms))
    return [columns, codes]


def _codes(forms: Sequence[FormTables]) -> Iterator[list[str]]:
    lists = {
        column.codes.name: column.codes
        for form in forms
        for table in form.tables
        for column in table.columns
        if column.codes is not None
    }
    for name, values in sorted(lists.items()):
        for code in values:
            yield [name, code, values.label(code), values.label(code, "en")]


def _csv(path: Path, heads: Sequence[str], rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(heads)
        lines.writerows(rows)
