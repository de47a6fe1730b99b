"""Photographs and documents that prove something: kept under their digest, known by their bytes."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from audit.hashing import sm3_hex

FILE_AT_MOST = 10 * 1024 * 1024
# First bytes of a file; its name proves nothing.
PHOTOGRAPHS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}
DOCUMENTS = {**PHOTOGRAPHS, b"%PDF-": ".pdf"}


def photograph_keep(content: bytes) -> tuple[str, str]:
    """Store a photograph; its path below the media folder and its SM3. Blank for nothing.

    Raises `Invalid` at `photo` for one that is too large, or for anything else.
    """
    if len(content) > FILE_AT_MOST:
        raise Invalid(_("照片超过 10 MB，请缩小后再传。"), code="photo_size", cell="photo")
    suffix = _suffix(content, PHOTOGRAPHS)
    if content and not suffix:
        raise Invalid(_("只接受 JPEG 或 PNG 照片。"), code="photo_type", cell="photo")
    return _kept(content, "verifications", suffix)


def document_keep(content: bytes) -> tuple[str, str]:
    """Store a scanned document. The same, at `file`."""
    if len(content) > FILE_AT_MOST:
        raise Invalid(_("附件超过 10 MB，请缩小后再传。"), code="file_size", cell="file")
    suffix = _suffix(content, DOCUMENTS)
    if content and not suffix:
        raise Invalid(_("附件只接受 PDF、JPEG 或 PNG。"), code="file_type", cell="file")
    return _kept(content, "evidence", suffix)


def file_answer(path: str, *, inline: bool = False) -> FileResponse:
    """The file, as a download unless asked otherwise: a browser must not run what it holds."""
    whole = Path(settings.MEDIA_ROOT) / path
    if not path or not whole.is_file():
        raise Http404
    return FileResponse(whole.open("rb"), as_attachment=not inline)


def _suffix(content: bytes, kinds: dict[bytes, str]) -> str:
    return next((suffix for head, suffix in kinds.items() if content.startswith(head)), "")


def _kept(content: bytes, folder: str, suffix: str) -> tuple[str, str]:
    if not content:
        return "", ""
    digest = sm3_hex(content)
    path = Path(folder) / f"{digest}{suffix}"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    if not whole.exists():
        whole.write_bytes(content)
    return str(path), digest
