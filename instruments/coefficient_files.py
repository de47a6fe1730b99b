"""Reading a file of coefficients: its columns, the checks of a row, errors with row and column."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Invalid
from instruments.accounting.coefficient import CoefficientText, coefficient_read
from instruments.accounting.refusals import NotComputable
from instruments.models.coefficient import Coefficient, Confidence, Medium

STARTER_FILE = Path(__file__).resolve().parent / "reference" / "coefficients_starter.csv"

# column of the file → field of the row
COLUMNS: dict[str, str] = {
    "industry_code": "industry_code",
    "industry_level": "industry_level",
    "section": "section",
    "product": "product",
    "raw_material": "raw_material",
    "process": "process",
    "scale": "scale",
    "region": "region",
    "medium": "medium",
    "pollutant": "pollutant",
    "condition": "condition",
    "unit": "unit",
    "generation_coefficient": "generation",
    "generation_expression": "generation",
    "generation_formula": "generation_printed",
    "treatment_technology": "treatment",
    "removal_efficiency_percent": "efficiency",
    "removal_efficiency_formula": "efficiency",
    "k_formula": "k_formula",
    "source": "source",
    "handbook_page": "handbook_page",
    "dataset_uuid": "dataset",
    "confidence": "confidence",
}
FIELDS = (*dict.fromkeys(COLUMNS.values()),)
REQUIRED = ("product", "pollutant", "unit", "source")
LEVELS = ("", "门类", "大类", "中类", "小类")
WRITTEN = (
    "line",
    *FIELDS,
    "industries",
    "fault",
    "search_text",
)
_INDUSTRY = re.compile(r"\d{2,4}(-\d{2,4})?(\|\d{2,4}(-\d{2,4})?)*")
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,2})?")
_LENGTHS = {
    field.name: int(getattr(field, "max_length", None) or 0)
    for field in Coefficient._meta.concrete_fields
    if field.name in FIELDS
}
FILE_BYTES_AT_MOST = 200 * 2**20


@dataclass(frozen=True)
class RowError:
    """One thing wrong with one row: where it is, what it is, what to do."""

    row: int
    column: str
    code: str
    value: str

    @property
    def message(self) -> str:
        """The sentence."""
        return str(_MESSAGES[self.code][0]) % {"value": self.value[:40]}

    @property
    def hint(self) -> str:
        """What to do about it."""
        return str(_MESSAGES[self.code][1])


_MESSAGES: dict[str, tuple[str | Promise, str | Promise]] = {
    "blank": (_("本列为空。"), _("此列必须填写。")),
    "too_long": (_("内容过长：%(value)s…"), _("请缩短文字。")),
    "industry": (
        _("行业代码“%(value)s”不对。"),
        _("填2至4位数字，范围写 33-37，几个行业写 4411|4412。"),
    ),
    "level": (_("行业层级“%(value)s”不对。"), _("填门类、大类、中类或小类。")),
    "medium": (_("介质“%(value)s”不对。"), _("填水、气或固体。")),
    "confidence": (_("可靠程度“%(value)s”不对。"), _("填 high、medium 或 low。")),
    "number": (_("“%(value)s”不是数字。"), _("填不带单位的非负数。")),
    "columns": (_("这一行的列数与表头不同。"), _("检查逗号和引号。")),
}


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """The file as text, unpacked where it is gzip. Raises `Invalid` for what is not UTF-8 CSV."""
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            data = gzip.GzipFile(fileobj=raw) if is_packed else raw
            with io.TextIOWrapper(data, encoding="utf-8-sig", newline="") as text:
                yield text
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, csv.Error) as error:
        raise Invalid(
            str(_("系数文件无法读取，应为 UTF-8 编码的 CSV（可用 gzip 压缩）。")),
            code="unreadable_file",
        ) from error


def rows_read(file: IO[str]) -> Iterator[tuple[dict[str, object] | None, list[RowError]]]:
    """Every row of the file as stored, or None with its errors. Raises `Invalid` for the header."""
    reader = csv.DictReader(file)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Invalid(
            str(_("系数文件缺少列：%(columns)s。")) % {"columns": "、".join(missing)},
            code="missing_columns",
        )
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            yield None, [RowError(number, "", "columns", "")]
            continue
        values = {name: row[name].strip() for name in COLUMNS}
        errors = _errors(number, values)
        yield (None if errors else _stored(number, values)), errors


def _errors(number: int, values: dict[str, str]) -> list[RowError]:
    found = [
        RowError(number, column, code, values[column])
        for column, code, is_right in (
            ("industry_level", "level", values["industry_level"] in LEVELS),
            ("medium", "medium", values["medium"] in Medium.values),
            ("confidence", "confidence", values["confidence"] in Confidence.values),
            ("industry_code", "industry", _is_industry(values["industry_code"])),
            *((name, "blank", bool(values[name])) for name in REQUIRED),
            *(
                (name, "number", not values[name] or bool(_NUMBER.fullmatch(values[name])))
                for name in ("generation_coefficient", "removal_efficiency_percent")
            ),
            *(
                (name, "too_long", len(values[name]) <= _LENGTHS[field])
                for name, field in COLUMNS.items()
            ),
        )
        if not is_right
    ]
    return found


def _is_industry(text: str) -> bool:
    """Blank is allowed: a row for every industry would say so, and a few handbooks do."""
    if not text:
        return True
    return bool(_INDUSTRY.fullmatch(text)) and all(
        len(low) == len(high) and low <= high
        for low, _dash, high in (part.partition("-") for part in text.split("|"))
        if high
    )


def industries_spelled(text: str) -> list[str]:
    """`33-37|431-434` → 33, 34, …, 37, 431, …, 434."""
    codes: list[str] = []
    for part in filter(None, text.split("|")):
        low, _dash, high = part.partition("-")
        width = len(low)
        codes += [str(n).zfill(width) for n in range(int(low), int(high or low) + 1)]
    return codes


def _stored(number: int, values: dict[str, str]) -> dict[str, object]:
    row: dict[str, object] = {"line": number}
    for column, field in COLUMNS.items():
        # the formula stands after the number and wins where both are given
        row[field] = values[column] or row.get(field, "")
    row["industries"] = industries_spelled(values["industry_code"])
    row["fault"] = fault_of(row)
    row["search_text"] = " ".join(
        str(row[name])
        for name in (
            "industry_code",
            "section",
            "product",
            "raw_material",
            "process",
            "scale",
            "pollutant",
            "treatment",
        )
        if row[name]
    )
    return row


def fault_of(row: dict[str, object]) -> str:
    """Why a row cannot be reckoned with, as a code; blank where it can."""
    text = CoefficientText(
        unit=str(row["unit"]),
        generation=str(row["generation"]),
        generation_printed=str(row["generation_printed"]),
        treatment=str(row["treatment"]),
        efficiency=str(row["efficiency"]),
        k=str(row["k_formula"]),
    )
    try:
        coefficient_read(text)
    except NotComputable as refusal:
        return refusal.code
    return ""
