"""Identity codes of legal persons: GB 32100-2015 (18 characters) and GB 11714-1997 (9 characters).

Pure functions without Django. Faults are plain codes; the callers make the sentences.
"""

import re
import unicodedata
from enum import StrEnum

CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_LENGTH = 18
ORGANISATION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_LENGTH = 9
# The department that registered: 1 staffing, 2 foreign affairs, 3 justice, 4 culture, 5 civil affairs,
# 6 tourism, 7 religion, 8 trade unions, 9 commerce, A the military, N agriculture, Y others.
DEPARTMENTS = "123456789ANY"
FORBIDDEN_LETTERS = "IOSVZ"  # left out of GB 32100: too like 1, 0, 5, U, 2

_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_REGISTRAR = slice(2, 8)
_ORGANISATION = slice(8, 17)
_SUFFIX = re.compile(r"^(?P<code>.+?)[(\[]\s*(?P<suffix>\d{1,2})\s*[)\]]$")
_BARE_SUFFIX = re.compile(r"^(?P<code>[0-9A-Z]{18}|[0-9A-Z]{8}-[0-9A-Z])-?(?P<suffix>\d{2})$")


class Fault(StrEnum):
    """What is wrong with a code, the first fault found."""

    LENGTH = "length"
    CHARACTER = "character"
    FORBIDDEN_LETTER = "forbidden_letter"
    DEPARTMENT = "department"
    REGISTRAR = "registrar"
    ORGANISATION_CHECK = "organisation_check"
    CHECK_CHARACTER = "check_character"


def normalise(text: str) -> str:
    """Full width to half width (NFKC), upper case, no white space: what the other functions expect."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def credit_check_character(body: str) -> str:
    """The 18th character that belongs to the first 17."""
    total = sum(
        CREDIT_CHARACTERS.index(character) * weight
        for character, weight in zip(body, _CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_CHARACTERS[-total % 31]


def organisation_check_character(body: str) -> str:
    """The 9th character that belongs to the first 8."""
    total = sum(
        ORGANISATION_CHARACTERS.index(character) * weight
        for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def credit_code_fault(text: str) -> Fault | None:
    """The first fault of a unified social credit code, or None. Expects `normalise`d text."""
    return _credit_spelling_fault(text) or _credit_check_fault(text)


def _credit_spelling_fault(text: str) -> Fault | None:
    if len(text) != CREDIT_LENGTH:
        return Fault.LENGTH
    if any(character in FORBIDDEN_LETTERS for character in text):
        return Fault.FORBIDDEN_LETTER
    if any(character not in CREDIT_CHARACTERS for character in text):
        return Fault.CHARACTER
    if text[0] not in DEPARTMENTS:
        return Fault.DEPARTMENT
    if any(character not in "0123456789" for character in text[_REGISTRAR]):
        return Fault.REGISTRAR
    return None


def _credit_check_fault(text: str) -> Fault | None:
    if credit_check_character(text[:-1]) != text[-1]:
        return Fault.CHECK_CHARACTER
    if organisation_check_character(text[_ORGANISATION][:-1]) != text[_ORGANISATION][-1]:
        return Fault.ORGANISATION_CHECK
    return None


def organisation_code_fault(text: str) -> Fault | None:
    """The first fault of an organisation code, or None. A hyphen before the last character is allowed."""
    code = text.replace("-", "")
    if len(code) != ORGANISATION_LENGTH:
        return Fault.LENGTH
    if any(character not in ORGANISATION_CHARACTERS for character in code):
        return Fault.CHARACTER
    if organisation_check_character(code[:-1]) != code[-1]:
        return Fault.ORGANISATION_CHECK
    return None


def organisation_code_of(credit_code: str) -> str:
    """The organisation code inside a credit code: its positions 9 to 17."""
    return credit_code[_ORGANISATION]


def split_site_suffix(text: str) -> tuple[str, str]:
    """The code and the two-digit number of the site typed behind it: `…Y43(2)` → (`…Y43`, `02`).

    Without a suffix the second part is empty. Expects `normalise`d text.
    """
    found = _SUFFIX.match(text) or _BARE_SUFFIX.match(text)
    if found is None:
        return text, ""
    return found["code"].rstrip("-"), found["suffix"].zfill(2)
