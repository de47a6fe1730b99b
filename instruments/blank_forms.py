"""A published form as an empty sheet of paper."""

from __future__ import annotations

from django.utils import timezone

from instruments.models import InstrumentVersion
from instruments.printing.document import document_bytes
from instruments.printing.sheet import FormSheet
from instruments.selectors import codelists_current, definition_for

BLANK = "空白表"


def blank_form_bytes(version: InstrumentVersion, *, is_explained: bool = False) -> bytes:
    """The PDF to fill in by hand; the items' explanations behind it where asked for. One query."""
    definition = definition_for(version.pk)
    sheet = FormSheet(
        definition=definition,
        edition=edition(version.number, version.division_code),
        codelists=codelists_current(),
        mark=BLANK,
        printed_at=printed_at(),
        is_blank=True,
        is_explained=is_explained,
    )
    return document_bytes([sheet], f"{definition.code} {sheet.title} {BLANK}")


def edition(number: int, division_code: str) -> str:
    """Which version: the nation's, or that of a province that adds items."""
    return f"{division_code} 省级附加第 {number} 版" if division_code else f"第 {number} 版"


def printed_at() -> str:
    """This minute, as the foot of a sheet says it."""
    return timezone.localtime().strftime("%Y-%m-%d %H:%M")
