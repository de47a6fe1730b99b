"""A division code as people type it into a filter."""

import re


def division_read(text: str) -> str:
    """The digits of a division code or of its beginning; blank where it is neither."""
    text = text.strip()
    return text if re.fullmatch(r"[0-9]{2,12}", text) else ""


def significant(code: str) -> str:
    """Without the noughts that only fill up the twelve digits: `330100000000` → `3301`."""
    if len(code) < 12:
        return code
    return next((code[:n] for n in (2, 4, 6, 9) if not code[n:].strip("0")), code)
