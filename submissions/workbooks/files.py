"""Opening a workbook that somebody sent: what it may not be, before anything of it is read."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from accounts.exceptions import Invalid
from registry.frame.sizes import DAMAGES, is_too_large
from submissions.workbooks.parts import (
    BOOK,
    BOOK_RELATIONS,
    directory_check,
    parts_check,
    sheet_parts,
    too_large,
    unreadable,
)
from submissions.workbooks.sheets import CellMarks, Sheet, cell_marks, percent_styles, reference

BYTES_AT_MOST = 8 * 1024 * 1024
_COMPOUND = b"\xd0\xcf\x11\xe0"  # .xls, or an XLSX with a password inside the same container
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STYLES = "xl/styles.xml"
_MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table")


@dataclass(frozen=True)
class OpenedWorkbook:
    """The sheets by name, in order."""

    sheets: dict[str, Sheet]

    def texts(self, name: str) -> list[list[str]]:
        """The rows of a sheet as text; none where there is no such sheet."""
        return self.sheets[name].texts if name in self.sheets else []


def workbook_open(content: bytes) -> OpenedWorkbook:
    """Every sheet. Raises `Invalid` with the reason; reads no more than it may."""
    _check_size(content)
    _check_kind(content)
    try:
        marks = _marks(content)
        if is_too_large(BytesIO(content)):
            raise too_large()
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        if list(book.sheet_names) != list(marks):
            raise unreadable()
        sheets = {
            name: Sheet(
                name, book.get_sheet_by_name(name).to_python(skip_empty_area=False), marks[name]
            )
            for name in marks
        }
    except (CalamineError, KeyError, *DAMAGES) as error:
        raise unreadable() from error
    return OpenedWorkbook(sheets)


def _check_size(content: bytes) -> None:
    if not content:
        raise Invalid(_("文件是空的。"), code="workbook_empty")
    if len(content) > BYTES_AT_MOST:
        raise Invalid(
            _("文件超过 %(size)d 兆字节，不是本系统的填报工作簿。") % {"size": BYTES_AT_MOST >> 20},
            code="workbook_too_large",
        )


def _check_kind(content: bytes) -> None:
    """By the first bytes: the name of a file says nothing."""
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            raise Invalid(_("工作簿设有打开密码。请去掉密码后再上传。"), code="workbook_locked")
        raise Invalid(_("这是旧格式（.xls）的工作簿。请另存为 .xlsx 再上传。"), code="workbook_old")
    if content.startswith(b"PK"):
        return
    head = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_MARKUP):
        raise Invalid(
            _("这是网页或 XML 文件，不是 XLSX 工作簿。请另存为 .xlsx 再上传。"),
            code="workbook_type",
        )
    if b"\0" not in content[:4000] and (b"," in content[:4000] or b"\t" in content[:4000]):
        raise Invalid(
            _("这是文本文件（CSV），不是 XLSX 工作簿。请下载工作簿，填好后上传。"),
            code="workbook_type",
        )
    raise Invalid(_("这不是 XLSX 工作簿。"), code="workbook_type")


def _marks(content: bytes) -> dict[str, CellMarks]:
    """The directory first, then the parts, then the cells. Raises `Invalid` for a formula."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        directory_check(archive)
        parts_check(archive)
        if not {BOOK, BOOK_RELATIONS} <= set(archive.namelist()):
            raise unreadable()
        styles = archive.read(_STYLES) if _STYLES in archive.namelist() else b"<styleSheet/>"
        percents = percent_styles(styles)
        found = {}
        for name, part in sheet_parts(archive).items():
            found[name] = cell_marks(archive.read(part), percents)
            if found[name].formulas:
                raise Invalid(
                    _(
                        "工作表“%(sheet)s”的单元格 %(cell)s 是公式。"
                        "请复制后“选择性粘贴—数值”，再上传。"
                    )
                    % {"sheet": name, "cell": reference(found[name].formulas[0])},
                    code="workbook_formula",
                )
    return found
