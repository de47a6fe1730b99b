"""Reading a printed form back, and forms to print."""

import re
from functools import lru_cache
from io import BytesIO

from pypdf import PdfReader

from instruments.codelist_values import CodeListValues
from instruments.definition_files import codelist_files, definition_paths, yaml_read
from instruments.evaluation.definition import Definition
from instruments.printing.document import document_bytes
from instruments.printing.sheet import FormSheet

MILLIMETRE = 72 / 25.4


@lru_cache
def lists():
    return {
        one.name: CodeListValues(one.name, one.title, "", one.entries) for one in codelist_files()
    }


@lru_cache
def definition(code):
    paths = {path.stem: path for path in definition_paths()}
    return Definition.from_dict(yaml_read(paths[code]))


def sheet(form, **more):
    form = definition(form) if isinstance(form, str) else form
    facts = {
        "edition": "第 3 版",
        "mark": "空白表",
        "printed_at": "2018-03-05 14:20",
        "is_blank": True,
    }
    return FormSheet(definition=form, codelists=lists(), **{**facts, **more})


def filled(form, values, rows=None, **more):
    return sheet(form, is_blank=False, mark="填报中", values=values, rows=rows or {}, **more)


def read(*sheets, title="普查表"):
    return PdfReader(BytesIO(document_bytes(sheets, title)))


def squeezed(text):
    """Without blanks and line ends: labels are broken into lines."""
    return re.sub(r"\s", "", text)


def text_of(reader):
    return squeezed("".join(page.extract_text() for page in reader.pages))


def sizes(reader):
    """Width and height of every page in millimetres."""
    return [
        tuple(
            round(float(side) / MILLIMETRE) for side in (page.mediabox.width, page.mediabox.height)
        )
        for page in reader.pages
    ]
