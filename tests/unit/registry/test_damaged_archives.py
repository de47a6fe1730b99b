"""Workbooks with damaged bytes: a reason for every one, from both readers, and never a traceback."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from functools import partial

import pytest
from openpyxl import Workbook

from accounts.exceptions import Invalid
from registry.frame.files import rows_read
from submissions.workbooks.files import workbook_open

FILES = 60


def packed(method: int) -> bytes:
    """A sound workbook whose parts are packed in this way."""
    book, plain, out = Workbook(), io.BytesIO(), io.BytesIO()
    for row in range(60):
        book.active.append([f"值 {row * column}" for column in range(12)])
    book.save(plain)
    with zipfile.ZipFile(plain) as archive, zipfile.ZipFile(out, "w", method) as again:
        for name in archive.namelist():
            again.writestr(name, archive.read(name))
    return out.getvalue()


def damaged(sound: bytes, seed: int) -> bytes:
    """One to eight bytes are others."""
    dice = random.Random(seed)
    content = bytearray(sound)
    for _byte in range(dice.randint(1, 8)):
        content[dice.randrange(len(content))] ^= dice.randint(1, 255)
    return bytes(content)


def reason(read: Callable[[], object]) -> str:
    """Why the reader refuses; empty where it reads. Anything but a refusal breaks the test."""
    try:
        read()
    except Invalid as refusal:
        return str(refusal.message)
    return ""


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_workbook_is_read_or_refused_with_a_reason(method, tmp_path):
    sound = packed(method)
    path = tmp_path / "damaged.xlsx"
    form, frame = [], []
    for seed in range(FILES):
        content = damaged(sound, seed)
        path.write_bytes(content)
        form.append(reason(partial(workbook_open, content)))
        frame.append(reason(partial(rows_read, path)))
    for reasons in (form, frame):
        assert len([text for text in reasons if len(text) > 5]) > FILES // 3
