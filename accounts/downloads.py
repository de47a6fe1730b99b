"""Files to take away, under a name that people read."""

import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\:*?"<>|]+')
LONGEST = 240  # bytes, with the ending: file systems take 255


def download_answer(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    """The file; a name that is not ASCII is written after RFC 5987.

    What no file system takes, and what would end the header, becomes a low line.
    """
    stem, dot, ending = name.rpartition(".")
    fit = _UNFIT.sub("_", stem).encode()[:LONGEST].decode(errors="ignore")
    header = content_disposition_header(as_attachment=True, filename=f"{fit}{dot}{ending}")
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": str(header)}
    )
