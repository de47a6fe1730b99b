"""Opening a workbook that somebody sent: what it may not be, before anything of it is read."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from accounts.exceptions import Invalid
from registry.frame.files import cell_text
from registry.frame.sizes import DAMAGES, is_too_large

BYTES_AT_MOST = 8 * 1024 * 1024
UNPACKED_AT_MOST = 80 * 1024 * 1024
PARTS_AT_MOST = 400
RATIO_AT_MOST = (
    200  # a part that unpacks to more than so many times its size is no workbook of ours
)
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # .xls, or an XLSX with a password
_FORMULA = re.compile(rb'<c [^>]*?r="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<f[ >/]')
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORBIDDEN = (
    ("xl/vbaProject.bin", "macros"),
    ("xl/externalLinks/", "links"),
    ("xl/connections.xml", "connections"),
    ("xl/embeddings/", "embedded"),
    ("xl/ctrlProps/", "controls"),
    ("xl/activeX/", "controls"),
)


@dataclass(frozen=True)
class OpenedWorkbook:
    """Sheets as lists of rows of text, by name."""

    sheets: dict[str, list[list[str]]]


def workbook_open(content: bytes) -> OpenedWorkbook:
    """Every sheet as text. Raises `Invalid` with the reason; reads no more than it may."""
    _check_size(content)
    formulas = _check_parts(content)
    if is_too_large(BytesIO(content)):
        raise _bomb()
    if formulas:
        raise Invalid(
            _("单元格 %(cell)s 是公式。请复制后“选择性粘贴—数值”，再上传。")
            % {"cell": formulas[0]},
            code="workbook_formula",
        )
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = {name: _rows(book, name) for name in book.sheet_names}
    except (CalamineError, *DAMAGES) as error:
        raise _unreadable() from error
    return OpenedWorkbook(sheets)


def _unreadable() -> Invalid:
    return Invalid(_("无法读取这个工作簿，文件可能已损坏或设有密码。"), code="workbook_unreadable")


def _check_size(content: bytes) -> None:
    if not content:
        raise Invalid(_("文件是空的。"), code="workbook_empty")
    if len(content) > BYTES_AT_MOST:
        raise Invalid(
            _("文件超过 %(size)d 兆字节，不是本系统的填报工作簿。") % {"size": BYTES_AT_MOST >> 20},
            code="workbook_too_large",
        )
    if content.startswith(OLD_OR_LOCKED):
        raise Invalid(
            _("这是旧格式（.xls）或设有密码的工作簿，请另存为不加密的 .xlsx 再上传。"),
            code="workbook_locked",
        )
    if not content.startswith(b"PK"):
        raise Invalid(_("这不是 XLSX 工作簿。"), code="workbook_type")


def _check_parts(content: bytes) -> list[str]:
    """Look at the directory first, then at the XML; cells with formulas are returned."""
    formulas: list[str] = []
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_directory(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    text = archive.read(part)
                    if _ENTITY.search(text):
                        raise Invalid(
                            _("工作簿里有不允许的内容（%(what)s），没有读取。")
                            % {"what": "DOCTYPE"},
                            code="workbook_forbidden",
                        )
                    if _SHEET.fullmatch(part.filename):
                        formulas += [cell.decode() for cell in _FORMULA.findall(text)[:1]]
    except DAMAGES as error:
        raise _unreadable() from error
    return formulas


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > PARTS_AT_MOST or len(set(names)) < len(names):
        raise _unreadable()
    if sum(part.file_size for part in parts) > UNPACKED_AT_MOST:
        raise _bomb()
    for part in parts:
        _check_part(part)
    if not any(_SHEET.fullmatch(name) for name in names):
        raise Invalid(_("这不是 XLSX 工作簿。"), code="workbook_type")


def _check_part(part: zipfile.ZipInfo) -> None:
    if part.file_size > 1_000_000 and part.file_size > RATIO_AT_MOST * part.compress_size:
        raise _bomb()
    if part.filename.startswith("/") or ".." in part.filename.split("/"):
        raise _unreadable()
    for prefix, what in _FORBIDDEN:
        if part.filename.startswith(prefix):
            raise Invalid(
                _("工作簿里有不允许的内容（%(what)s），没有读取。") % {"what": what},
                code="workbook_forbidden",
            )


def _bomb() -> Invalid:
    return Invalid(_("工作簿展开后过大，没有读取。"), code="workbook_too_large")


def _rows(book: CalamineWorkbook, name: str) -> list[list[str]]:
    sheet: Any = book.get_sheet_by_name(name)
    return [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
