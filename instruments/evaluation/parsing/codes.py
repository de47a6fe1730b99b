"""Codes: yes and no, choices, identity codes, divisions, telephone numbers."""

import re

from accounts import identifiers
from accounts.identifiers import Fault as IdentityFault
from instruments.evaluation.parsing import Fault, Reading
from instruments.evaluation.text import shown

_YES_OR_NO = {"1": "1", "是": "1", "y": "1", "yes": "1", "2": "2", "否": "2", "n": "2", "no": "2"}
_BETWEEN_CHOICES = re.compile("[,;、/| ]+")
_INNER_BLANKS = re.compile("[ -]+")
_DIVISION = re.compile("[0-9]{12}")
_PHONE = re.compile("[+(]?[0-9](?:[ ()+/,;转-]*[0-9]){4}[0-9 ()+/,;转-]*")
_LONGEST_PHONE = 41


def read_yes_no(text: str) -> Reading:
    """`1` or `2`; 是 and 否 are understood."""
    value = _YES_OR_NO.get(text.lower())
    if value is None:
        return Reading(None, text, Fault("not_yes_or_no", {"raw": shown(text)}))
    return Reading(value, value)


def read_choices(text: str) -> Reading:
    """`1,3,5`: the value has a comma on both sides of every code, so that one can be looked for."""
    codes = dict.fromkeys(filter(None, _BETWEEN_CHOICES.split(text)))
    joined = ",".join(codes)
    return Reading(f",{joined}," if joined else None, joined)


def read_division(text: str) -> Reading:
    """A statistical division code, 12 digits."""
    code = text.replace(" ", "")
    if not _DIVISION.fullmatch(code):
        return Reading(code, code, Fault("not_a_division", {"raw": shown(text)}))
    return Reading(code, code)


def read_phone(text: str) -> Reading:
    """A telephone number as people write them, with area code or extension."""
    if len(text) > _LONGEST_PHONE or not _PHONE.fullmatch(text):
        return Reading(text, text, Fault("not_a_phone_number", {"raw": shown(text)}))
    return Reading(text, text)


def read_credit_code(text: str) -> Reading:
    """A unified social credit code (GB 32100). A wrong one is still a value: rules compare it."""
    code = _INNER_BLANKS.sub("", text.upper())
    fault = identifiers.credit_code_fault(code)
    return Reading(code, code, _credit_fault(fault, code) if fault else None)


def _credit_fault(fault: IdentityFault, code: str) -> Fault:
    match fault:
        case IdentityFault.LENGTH:
            return Fault("credit_length", {"found": len(code)})
        case IdentityFault.FORBIDDEN_LETTER:
            return _misplaced("credit_letter", code, identifiers.FORBIDDEN_LETTERS, among=True)
        case IdentityFault.CHARACTER:
            return _misplaced("credit_character", code, identifiers.CREDIT_CHARACTERS, among=False)
        case IdentityFault.DEPARTMENT | IdentityFault.REGISTRAR:
            return Fault(f"credit_{fault}", {"character": code[0]})
        case IdentityFault.CHECK_CHARACTER:
            expected = identifiers.credit_check_character(code[:-1])
            return Fault("credit_check", {"expected": expected, "character": code[-1]})
        case _:
            expected = identifiers.organisation_check_character(code[8:16])
            return Fault("credit_organisation_check", {"expected": expected, "character": code[16]})


def read_organisation_code(text: str) -> Reading:
    """An organisation code (GB 11714); the hyphen before its last character is dropped."""
    code = _INNER_BLANKS.sub("", text.upper())
    fault = identifiers.organisation_code_fault(code)
    return Reading(code, code, _organisation_fault(fault, code) if fault else None)


def _organisation_fault(fault: IdentityFault, code: str) -> Fault:
    match fault:
        case IdentityFault.LENGTH:
            return Fault("organisation_length", {"found": len(code)})
        case IdentityFault.CHARACTER:
            return _misplaced(
                "organisation_character", code, identifiers.ORGANISATION_CHARACTERS, among=False
            )
        case _:
            expected = identifiers.organisation_check_character(code[:-1])
            return Fault("organisation_check", {"expected": expected, "character": code[-1]})


def _misplaced(kind: str, code: str, characters: str, *, among: bool) -> Fault:
    """Names the first character that is (or is not) among `characters`, and where it stands."""
    position = next(
        place for place, character in enumerate(code) if (character in characters) is among
    )
    return Fault(kind, {"position": position + 1, "character": code[position]})
