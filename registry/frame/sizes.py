"""How large a workbook becomes when it is read, found out before it is read.

A workbook is a ZIP of XML: a few kilobytes may unpack to gigabytes, and one cell in the last row
and column of a sheet makes the reader ask for a table of 17 thousand million cells.
"""

import re
import zlib
from lzma import LZMAError
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

UNPACKED_AT_MOST = 2**30
CELLS_AT_MOST = 20_000_000  # rows × columns: a million units in the template's columns
# All that zipfile and its decompressors raise for a damaged, locked or strange archive.
DAMAGES = (
    BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # a locked part; NotImplementedError, for an unknown method, is one of these
)
_CHUNK = 1 << 20
_TAG_AT_MOST = 1024
_PLACE = re.compile(rb"""<(?:\w+:)?(?:row|c)\s[^<>]*?\br\s*=\s*["']([A-Z]{0,4})([0-9]{1,9})["']""")


def is_too_large(path: Path | IO[bytes]) -> bool:
    """Whether a reader of the workbook would need too much memory. Raises one of `DAMAGES`."""
    with ZipFile(path) as packed:
        entries = packed.infolist()
        if sum(entry.file_size for entry in entries) > UNPACKED_AT_MOST:
            return True
        for entry in entries:
            # every part, whatever its name: a sheet is found by its relation
            with packed.open(entry) as part:
                if _cells(part) > CELLS_AT_MOST:
                    return True
    return False


def _cells(sheet: IO[bytes]) -> int:
    """Rows × columns of the table that reaches to the last cell."""
    rows = columns = 1
    kept = b""
    while chunk := sheet.read(_CHUNK):
        text = kept + chunk
        for letters, number in _PLACE.findall(text):
            rows = max(rows, int(number))
            columns = max(columns, _column(letters))
        kept = text[-_TAG_AT_MOST:]
    return rows * columns


def _column(letters: bytes) -> int:
    """`A` is 1, `XFD` is 16384; no letters are no column."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
