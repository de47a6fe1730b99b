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
    "many parts": lambda parts: parts.update({f"xl/media/{n}.png": b"x" for n in range(500)}),
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
