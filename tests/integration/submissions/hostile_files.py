"""Files that no honest person sends, made here from a sound workbook; and those that were damaged."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator

Change = Callable[[dict[str, bytes]], None]
SHEET = "xl/worksheets/sheet1.xml"


def rezipped(sound: bytes, change: Change) -> bytes:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def part(name: str, content: bytes) -> Change:
    return lambda parts: parts.update({name: content})


def without(*names: str) -> Change:
    return lambda parts: [parts.pop(name, None) for name in names] and None


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = parts[name].replace(old, new, 1)

    return change


def before_root(name: str, text: bytes) -> Change:
    """Something between the XML declaration and the root."""

    def change(parts: dict[str, bytes]) -> None:
        head, _sign, rest = parts[name].partition(b"?>")
        parts[name] = head + b"?>" + text + rest if rest else text + parts[name]

    return change


def formula(text: bytes) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        row = b'<row r="900"><c r="E900"><f>' + text + b"</f><v>1</v></c></row></sheetData>"
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", row)

    return change


def before_end(name: str, text: bytes) -> Change:
    """Something just before the end of the root."""

    def change(parts: dict[str, bytes]) -> None:
        head, sign, rest = parts[name].rpartition(b"</")
        parts[name] = head + text + sign + rest

    return change


def related(kind: bytes, target: bytes, *, outside: bool = False) -> Change:
    """One more relation of the book, to a part of any name."""
    mode = b' TargetMode="External"' if outside else b""
    return before_end(
        "xl/_rels/workbook.xml.rels",
        b'<Relationship Id="rId99" Type="http://schemas.example/relationships/'
        + kind
        + b'" Target="'
        + target
        + b'"'
        + mode
        + b"/>",
    )


def last_row(row: bytes) -> Change:
    return replaced(SHEET, b"</sheetData>", row + b"</sheetData>")


def moved(parts: dict[str, bytes]) -> None:
    """The first sheet under another name: the reader follows the relation, the look must too."""
    parts["xl/other/s.dat"] = parts.pop(SHEET).replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"/xl/worksheets/sheet1.xml", b"other/s.dat"
    )


def prefixed(parts: dict[str, bytes]) -> None:
    """A formula whose element has a prefix."""
    space = b' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts[SHEET] = parts[SHEET].replace(b"<worksheet", b"<worksheet" + space, 1)
    row = b'<x:row r="900"><x:c r="E900"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></sheetData>'
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", row)


def word(parts: dict[str, bytes]) -> None:
    """A document of another program under the name of a workbook."""
    parts.clear()
    parts.update({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})


LAUGHS = b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
CHANGES: dict[str, Change] = {
    "macros": part("xl/vbaProject.bin", b"\xd0\xcf"),
    "external link": part("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
    "data connection": part("xl/connections.xml", b"<connections/>"),
    "embedded object": part("xl/embeddings/oleObject1.bin", b"MZ"),
    "form control": part("xl/ctrlProps/ctrlProp1.xml", b"<formControlPr/>"),
    "activex": part("xl/activeX/activeX1.xml", b"<ax/>"),
    "path upwards": part("../../etc/cron.d/x", b"* * * * *"),
    "path upwards inside": part("xl/../../x", b"x"),
    "path from the root": part("/etc/passwd", b"root"),
    "bomb": part("xl/media/x.bin", b"\0" * 30_000_000),
    "bomb in a sheet": part("xl/worksheets/sheet9.xml", b"<a/>" + b" " * 90_000_000),
    "many parts": lambda parts: parts.update({f"xl/media/{n}.png": b"x" for n in range(700)}),
    "doctype in a sheet": before_root(SHEET, b"<!DOCTYPE x>"),
    "entities in a sheet": before_root(SHEET, LAUGHS),
    "outer entity": before_root(SHEET, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "entities in the book": before_root("xl/workbook.xml", LAUGHS),
    "entities in relations": before_root("xl/_rels/workbook.xml.rels", LAUGHS),
    "formula": formula(b"1+1"),
    "formula to a file": formula(b"'file:///etc/[x.xlsx]S'!A1"),
    "hyperlink formula": formula(b'HYPERLINK("http://127.0.0.1/","x")'),
    "dde formula": formula(b"cmd|'/C calc'!A0"),
    "webservice": formula(b'WEBSERVICE("http://127.0.0.1/")'),
    "formula in single quotes": last_row(b"<row r='900'><c r='E900'><f>1+1</f><v>2</v></c></row>"),
    "formula with a prefix": prefixed,
    "formula in a cell without a place": last_row(b"<row><c><f>1+1</f><v>2</v></c></row>"),
    "formula after other attributes": last_row(
        b'<row r="900"><c t="n" s="0" r="E900"><f t="shared" si="0"/><v>2</v></c></row>'
    ),
    "macro sheet": part("xl/macrosheets/sheet1.xml", b"<xm:macrosheet/>"),
    "macro sheet by relation": related(b"xlMacrosheet", b"worksheets/sheet1.xml"),
    "dialog sheet": part("xl/dialogsheets/sheet1.xml", b"<dialogsheet/>"),
    "macros in capitals": part("XL/VBAPROJECT.BIN", b"\xd0\xcf"),
    "macros under another name": related(b"vbaProject", b"media/image1.png"),
    "macro-enabled type": replaced(
        "[Content_Types].xml",
        b"openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"ms-excel.sheet.macroEnabled.main",
    ),
    "name that runs on opening": before_end(
        "xl/workbook.xml",
        b'<definedNames><definedName name="_xlnm.Auto_Open">A1!$A$1</definedName></definedNames>',
    ),
    "name that calls a program": before_end(
        "xl/workbook.xml",
        b"<definedNames><definedName name='x'>cmd|'/C calc'!A0</definedName></definedNames>",
    ),
    "dde link": part(
        "xl/externalLinks/externalLink2.xml",
        b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>',
    ),
    "ole object by relation": related(b"oleObject", b"media/x.bin"),
    "ole object outside": related(b"oleObject", b"file:///c:/x.exe", outside=True),
    "template outside": related(b"attachedTemplate", b"http://127.0.0.1/x.xltm", outside=True),
    "query table": part("xl/queryTables/queryTable1.xml", b"<queryTable/>"),
    "data model": part("xl/model/item.data", b"\0" * 100),
    "power query": part("customXml/item1.xml", b"<DataMashup>AAAA</DataMashup>"),
    "binary workbook": lambda parts: parts.update({"xl/workbook.bin": parts["xl/workbook.xml"]}),
    "word document": word,
    "sheet in another folder": moved,
    "sheet in utf-16": lambda parts: parts.update({SHEET: parts[SHEET].decode().encode("utf-16")}),
    "styles that are no xml": part("xl/styles.xml", b"<styleSheet><cellXfs>"),
    "no sheet": without(SHEET, *(f"xl/worksheets/sheet{n}.xml" for n in range(1, 9))),
    "no book": without("xl/workbook.xml"),
    "no relations": without("xl/_rels/workbook.xml.rels"),
    "empty sheet part": part(SHEET, b""),
    "sheet that is no xml": part(SHEET, b"\x00\x01\x02"),
    "sheet cut off": lambda parts: parts.update({SHEET: parts[SHEET][: len(parts[SHEET]) // 2]}),
    "sheet in utf-16 unmarked": lambda parts: parts.update(
        {SHEET: parts[SHEET].decode().encode("utf-16-le")}
    ),
    "book that is no xml": part("xl/workbook.xml", b"PK"),
    "cell far away": replaced(
        SHEET, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    ),
    "cell outside every sheet": replaced(
        SHEET, b"</sheetData>", b'<row r="9"><c r="ZZZZ99999999"><v>1</v></c></row></sheetData>'
    ),
    "number of a string that is none": replaced(
        SHEET, b"</sheetData>", b'<row r="9"><c r="E9" t="s"><v>99999999</v></c></row></sheetData>'
    ),
    "shared strings that are no xml": part("xl/sharedStrings.xml", b"<sst><si><t>"),
    "all of another form": replaced("xl/workbook.xml", b'name="A1"', b'name="B1"'),
    "stamp sheet renamed": replaced("xl/workbook.xml", b'name="_meta"', b'name="_mete"'),
    "group sheet renamed": replaced(
        "xl/workbook.xml", 'name="A1 炉窑"'.encode(), 'name="A1 锅炉"'.encode()
    ),
}


def hostile_files(sound: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every one."""
    for name, change in CHANGES.items():
        yield name, rezipped(sound, change)
    yield "empty", b""
    yield "one byte", b"P"
    yield "only a head", sound[:4]
    for share in (10, 50, 90, 99):
        yield f"cut at {share} %", sound[: len(sound) * share // 100]
    yield "head cut off", sound[20:]
    yield "noise in the middle", sound[: len(sound) // 2] + b"\xff" * 600 + sound[len(sound) // 2 :]
    yield "noise behind", sound + b"\0" * 70_000
    yield "old or locked", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
    yield "encrypted", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900
    yield "csv", "代码,值\n01,1\n".encode("gb18030")
    yield "html", b"<html><table><tr><td>1</td></tr></table></html>"
    yield "pdf", b"%PDF-1.7\n" + b"x" * 500
    yield "executable", b"MZ" + b"\0" * 500
    yield "png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    yield "gzip", b"\x1f\x8b\x08\x00" + b"\0" * 100
    yield "too large", sound + b"\0" * (9 * 1024 * 1024)
    yield "zip without a workbook", rezipped(sound, lambda parts: parts.clear())
    yield "zip with a locked part", _flagged(sound)
    yield "zip with a lying size", _lying(sound)
    yield "zip with a part twice", _twice(sound)


def _flagged(sound: bytes) -> bytes:
    """Every part says that it is encrypted."""
    content = bytearray(sound)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", content, at + offset)
            struct.pack_into("<H", content, at + offset, flags | 1)
            at = content.find(mark, at + 4)
    return bytes(content)


def _lying(sound: bytes) -> bytes:
    """The directory says four gigabytes."""
    content = bytearray(sound)
    at = content.find(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 0xFFFFFFF0)
    return bytes(content)


def _twice(sound: bytes) -> bytes:
    import warnings

    out = io.BytesIO(sound)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr(SHEET, b"<worksheet/>")
    return out.getvalue()
