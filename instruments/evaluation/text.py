"""How typed text is made comparable. `static/js/evaluation.js` does the same in the browser."""

import re
import unicodedata

# One set of blanks for both languages: str.strip() and String.trim() disagree on some.
_BLANKS = "\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ASCII_BLANKS = "\t\n\v\f\r "
_OUTER_BLANKS = re.compile(f"^[{_BLANKS}]+|[{_BLANKS}]+\\Z")
# Zero-width and direction marks come along when text is pasted and are never meant.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
# The sign of arc seconds is kept: NFKC would make two signs of arc minutes of it.
_KEPT = "\u2033"
_NOT_KEPT = re.compile(f"[^{_KEPT}]+")
_FORBIDDEN = re.compile("[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]")

SHOWN_LENGTH = 40


def normalise(raw: str) -> str:
    """NFKC, invisible marks and outer blanks off; what is inside a text stays. Idempotent."""
    if raw.isascii():
        return raw.strip(_ASCII_BLANKS)
    return _OUTER_BLANKS.sub("", folded(_INVISIBLE.sub("", folded(raw))))


def folded(text: str) -> str:
    """Full width and other compatible spellings made plain, nothing taken off."""
    return _NOT_KEPT.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)


def has_forbidden_character(text: str) -> bool:
    """Whether there is a control character (a line feed is allowed) or half a character in it."""
    return _FORBIDDEN.search(text) is not None


def shown(text: str) -> str:
    """A typed text for use inside a sentence, shortened."""
    return text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…"
