"""What an XLSX archive may hold: its directory, its relations, its book. Nothing of a cell is read."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.exceptions import Invalid

UNPACKED_AT_MOST = 80 * 1024 * 1024
PARTS_AT_MOST = 600
# A part that unpacks to more than so many times its size is no workbook of ours.
RATIO_AT_MOST = 200
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
BOOK, BOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_XML = (".xml", ".rels", ".vml")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16: the reader of sheets takes such a sheet for empty
_DDE_NAME = re.compile(r"\w\s*\|.*!")

SENTENCES = {
    "macros": gettext_lazy("工作簿里有宏（VBA）。请另存为不带宏的 .xlsx 再上传。"),
    "macro_sheets": gettext_lazy("工作簿里有 Excel 4.0 宏表或对话框表。请删去这种表后再上传。"),
    "dde": gettext_lazy("工作簿里有 DDE 链接，会从别的程序取数。请断开链接后再上传。"),
    "links": gettext_lazy("工作簿引用了别的工作簿（外部链接）。请断开链接后再上传。"),
    "connections": gettext_lazy("工作簿里有外部数据连接或查询。请删去连接后再上传。"),
    "data_model": gettext_lazy(
        "工作簿里有数据模型（Power Pivot、Power Query）。请只留数值后再上传。"
    ),
    "embedded": gettext_lazy("工作簿里嵌入了其他文件（OLE 对象）。请删去后再上传。"),
    "controls": gettext_lazy("工作簿里有控件（按钮、ActiveX 等）。请删去后再上传。"),
    "outside": gettext_lazy("工作簿引用了外部文件或网址。请删去引用后再上传。"),
    "binary": gettext_lazy("这是二进制工作簿（.xlsb）。请另存为 .xlsx 再上传。"),
    "doctype": gettext_lazy("工作簿里有不允许的 XML 声明（DOCTYPE），没有读取。"),
}
# Beginnings of part names, in lower case, and what stands there.
_PARTS = (
    ("xl/vba", "macros"),
    ("xl/macrosheets/", "macro_sheets"),
    ("xl/dialogsheets/", "macro_sheets"),
    ("xl/externallinks/", "links"),
    ("xl/connections", "connections"),
    ("xl/querytables/", "connections"),
    ("xl/model/", "data_model"),
    ("xl/customdata/", "data_model"),
    ("xl/embeddings/", "embedded"),
    ("xl/ctrlprops/", "controls"),
    ("xl/activex/", "controls"),
    ("xl/workbook.bin", "binary"),
)
# Ends of relation types: a part may stand under any name, its relation says what it is.
_RELATIONS = {
    "vbaproject": "macros",
    "xlmacrosheet": "macro_sheets",
    "xlintlmacrosheet": "macro_sheets",
    "dialogsheet": "macro_sheets",
    "externallink": "links",
    "externallinkpath": "links",
    "connections": "connections",
    "querytable": "connections",
    "powerpivotdata": "data_model",
    "customdata": "data_model",
    "oleobject": "embedded",
    "package": "embedded",
    "control": "controls",
    "activexcontrolbinary": "controls",
    "ctrlprop": "controls",
}
_CONTENT_TYPES = (
    (b"macroenabled", "macros"),
    (b"vbaproject", "macros"),
    (b"macrosheet", "macro_sheets"),
    (b"sheet.binary", "binary"),
)


@dataclass(frozen=True)
class Relation:
    """One line of a `.rels` part."""

    key: str
    kind: str
    target: str
    is_external: bool


def unreadable() -> Invalid:
    """The refusal of a damaged archive."""
    return Invalid(_("无法读取这个工作簿，文件可能已损坏或设有密码。"), code="workbook_unreadable")


def too_large() -> Invalid:
    """The refusal of a bomb."""
    return Invalid(_("工作簿展开后过大，没有读取。"), code="workbook_too_large")


def forbidden(what: str) -> Invalid:
    """The refusal of something that a workbook of answers has no use for."""
    return Invalid(str(SENTENCES[what]), code="workbook_forbidden", details={"what": what})


def directory_check(archive: zipfile.ZipFile) -> None:
    """Refuse by the directory alone: too much, twice the same, paths that lead elsewhere."""
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > PARTS_AT_MOST or len(set(names)) < len(names):
        raise unreadable()
    if sum(part.file_size for part in parts) > UNPACKED_AT_MOST:
        raise too_large()
    for part in parts:
        if part.file_size > 1_000_000 and part.file_size > RATIO_AT_MOST * part.compress_size:
            raise too_large()
        if part.filename.startswith("/") or ".." in part.filename.split("/"):
            raise unreadable()
    _check_kind(names)


def _check_kind(names: list[str]) -> None:
    if "xl/workbook.bin" in names:
        raise forbidden("binary")
    if any(SHEET.fullmatch(name) for name in names):
        return
    kinds = (("word/", _("Word 文档")), ("ppt/", _("演示文稿")), ("content.xml", _("ODS 表格")))
    for start, kind in kinds:
        if any(name.startswith(start) for name in names):
            raise Invalid(
                _("这是%(kind)s，不是 XLSX 工作簿。请另存为 .xlsx 再上传。") % {"kind": kind},
                code="workbook_type",
            )
    raise Invalid(
        _("这是压缩包，不是 XLSX 工作簿。请解压后上传其中的 .xlsx。"), code="workbook_type"
    )


def parts_check(archive: zipfile.ZipFile) -> None:
    """Refuse what a workbook of answers has no use for, each with its own sentence."""
    texts = _texts(archive)
    types = texts.get("[content_types].xml", b"").lower()
    for mark, what in _CONTENT_TYPES:
        if mark in types:
            raise forbidden(what)
    for name in sorted(part.lower() for part in archive.namelist()):
        _check_part(name, texts.get(name, b""))
    for name, text in texts.items():
        if name.endswith(".rels"):
            _check_relations(relations_of(text))


def _texts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Every part that is XML, by its name in lower case."""
    texts = {}
    for name in archive.namelist():
        if name.lower().endswith(_XML):
            text = archive.read(name)
            if text.startswith(_WIDE):
                raise unreadable()
            if _ENTITY.search(text):
                raise forbidden("doctype")
            texts[name.lower()] = text
    return texts


def _check_part(name: str, text: bytes) -> None:
    if name.startswith("customxml/") and b"datamashup" in text.lower():
        raise forbidden("data_model")
    for start, what in _PARTS:
        if name.startswith(start):
            raise forbidden("dde" if what == "links" and b"ddelink" in text.lower() else what)


def _check_relations(relations: list[Relation]) -> None:
    for relation in relations:
        what = _RELATIONS.get(relation.kind)
        if what is not None:
            raise forbidden(what)
        if relation.is_external and relation.kind != "hyperlink":
            raise forbidden("outside")


def relations_of(text: bytes) -> list[Relation]:
    """The lines of a `.rels` part. Raises `Invalid` where it is no XML."""
    found: list[Relation] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship":
            found.append(
                Relation(
                    attributes.get("Id", ""),
                    attributes.get("Type", "").rsplit("/", 1)[-1].lower(),
                    attributes.get("Target", ""),
                    attributes.get("TargetMode", "").lower() == "external",
                )
            )

    parsed(text, start)
    return found


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of every sheet by the sheet's name, in order.

    Raises `Invalid` where one stands outside `xl/worksheets/`: the reader follows relations
    anywhere, the look at sizes and formulas does not.
    """
    relations = {r.key: r for r in relations_of(archive.read(BOOK_RELATIONS))}
    found: dict[str, str] = {}
    for name, key in _book_sheets(archive.read(BOOK)):
        relation = relations.get(key)
        target = relation.target if relation else ""
        part = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        part = posixpath.normpath(part)
        if name in found or not SHEET.fullmatch(part) or part not in archive.namelist():
            raise Invalid(
                _("工作表“%(name)s”不是普通工作表（是图表，或重名，或位置不合规范），没有读取。")
                % {"name": name[:40]},
                code="workbook_sheet_kind",
            )
        found[name] = part
    return found


def _book_sheets(text: bytes) -> list[tuple[str, str]]:
    sheets: list[tuple[str, str]] = []
    names: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            key = next((v for k, v in attributes.items() if local(k) == "id" and ":" in k), "")
            sheets.append((attributes.get("name", ""), key))
        elif local(name) == "definedName":
            names.append([attributes.get("name", ""), ""])

    def characters(data: str) -> None:
        if names:
            names[-1][1] += data

    parsed(text, start, characters)
    _check_names(names)
    return sheets


def _check_names(names: list[list[str]]) -> None:
    """A defined name may call another program, or run when the book is opened."""
    for name, area in names:
        if _DDE_NAME.search(area):
            raise forbidden("dde")
        if name.lower().removeprefix("_xlnm.").startswith(("auto_open", "auto_close")):
            raise forbidden("macro_sheets")


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def parsed(
    text: bytes,
    start: Callable[[str, dict[str, str]], None],
    characters: Callable[[str], None] | None = None,
    end: Callable[[str], object] | None = None,
) -> None:
    """Run a part through expat. Raises `Invalid` where it is no XML or declares a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    parser.EndElementHandler = end

    def doctype(*_declared: object) -> None:
        raise forbidden("doctype")

    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)  # noqa: FBT003  expat names no parameters
    except expat.ExpatError as error:
        raise unreadable() from error
