"""What is wrong with an identity code, in a sentence for the person who typed it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from accounts.identifiers import (
    CREDIT_CHARACTERS,
    CREDIT_LENGTH,
    FORBIDDEN_LETTERS,
    ORGANISATION_CHARACTERS,
    ORGANISATION_LENGTH,
    Fault,
    credit_check_character,
    credit_code_fault,
    normalise,
    organisation_check_character,
    organisation_code_fault,
    organisation_code_of,
    split_site_suffix,
)

__all__ = [
    "Problem",
    "credit_code_problem",
    "normalise",
    "organisation_code_of",
    "organisation_code_problem",
    "split_site_suffix",
]

_AS_NUMBER = re.compile(r"^[0-9](\.[0-9]+)?E\+?[0-9]{2}$")
_PROBABLY = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": "U"}


@dataclass(frozen=True)
class Problem:
    """A stable code, a sentence, and what to do about it."""

    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message}{self.hint}"


def credit_code_problem(text: str) -> Problem | None:
    """The first thing wrong with a unified social credit code, or None. Expects `normalise`d text."""
    if _AS_NUMBER.match(text):
        return _number_problem(text)
    fault = credit_code_fault(text)
    return _CREDIT_SENTENCES[fault](text) if fault else None


def organisation_code_problem(text: str) -> Problem | None:
    """The first thing wrong with an organisation code, or None. Expects `normalise`d text."""
    if _AS_NUMBER.match(text):
        return _number_problem(text)
    fault = organisation_code_fault(text)
    return _ORGANISATION_SENTENCES[fault](text.replace("-", "")) if fault else None


def _number_problem(text: str) -> Problem:
    return Problem(
        "stored_as_number",
        _("“%(typed)s”是电子表格把代码存成数字的结果，末几位已经丢失。") % {"typed": text},
        _("请把该列的单元格格式改为“文本”，再重新填写代码。"),
    )


def _forbidden_letter(text: str) -> Problem:
    position = next(i for i, character in enumerate(text) if character in FORBIDDEN_LETTERS)
    letter = text[position]
    return Problem(
        Fault.FORBIDDEN_LETTER,
        _("第 %(position)d 位是字母 %(letter)s，统一社会信用代码不使用字母 I、O、S、V、Z。")
        % {"position": position + 1, "letter": letter},
        _("请核对是否应为 %(probably)s。") % {"probably": _PROBABLY[letter]},
    )


def _character_problem(text: str, alphabet: str) -> Problem:
    position = next(i for i, character in enumerate(text) if character not in alphabet)
    return Problem(
        Fault.CHARACTER,
        _("第 %(position)d 位“%(typed)s”不是代码用的数字或大写字母。")
        % {"position": position + 1, "typed": text[position]},
        _("代码只由数字和大写英文字母组成。"),
    )


def _credit_length(text: str) -> Problem:
    return Problem(
        Fault.LENGTH,
        _("统一社会信用代码应为 %(right)d 位，填写的是 %(typed)d 位。")
        % {"right": CREDIT_LENGTH, "typed": len(text)},
        _("请对照营业执照逐位核对。"),
    )


def _department(text: str) -> Problem:
    return Problem(
        Fault.DEPARTMENT,
        _("第 1 位是登记管理部门代码，没有“%(typed)s”。") % {"typed": text[0]},
        _("企业一般是 9，机关事业单位是 1，社会组织是 5。"),
    )


def _registrar(text: str) -> Problem:
    return Problem(
        Fault.REGISTRAR,
        _("第 3 至 8 位是登记管理机关行政区划码，应为数字，填写的是“%(typed)s”。")
        % {"typed": text[2:8]},
        _("请核对是否把数字错认成了字母。"),
    )


def _credit_check(text: str) -> Problem:
    return Problem(
        Fault.CHECK_CHARACTER,
        _("第 18 位校验码不符：填写的是 %(typed)s，按前 17 位推算应为 %(right)s。")
        % {"typed": text[-1], "right": credit_check_character(text[:-1])},
        _("请对照营业执照逐位核对，前 17 位中可能有一位抄错。"),
    )


def _inner_check(text: str) -> Problem:
    inner = organisation_code_of(text)
    return Problem(
        Fault.ORGANISATION_CHECK,
        _("第 9 至 17 位组织机构代码的校验码不符：填写的是 %(typed)s，应为 %(right)s。")
        % {"typed": inner[-1], "right": organisation_check_character(inner[:-1])},
        _("请对照营业执照核对第 9 至 17 位。"),
    )


def _organisation_length(code: str) -> Problem:
    return Problem(
        Fault.LENGTH,
        _("组织机构代码应为 %(right)d 位，填写的是 %(typed)d 位。")
        % {"right": ORGANISATION_LENGTH, "typed": len(code)},
        _("统一社会信用代码请填在“统一社会信用代码”一栏。") if len(code) > 9 else "",
    )


def _organisation_check(code: str) -> Problem:
    return Problem(
        Fault.ORGANISATION_CHECK,
        _("组织机构代码末位校验码不符：填写的是 %(typed)s，按前 8 位推算应为 %(right)s。")
        % {"typed": code[-1], "right": organisation_check_character(code[:-1])},
        _("请对照组织机构代码证逐位核对。"),
    )


_CREDIT_SENTENCES: dict[Fault, Callable[[str], Problem]] = {
    Fault.LENGTH: _credit_length,
    Fault.FORBIDDEN_LETTER: _forbidden_letter,
    Fault.CHARACTER: partial(_character_problem, alphabet=CREDIT_CHARACTERS),
    Fault.DEPARTMENT: _department,
    Fault.REGISTRAR: _registrar,
    Fault.CHECK_CHARACTER: _credit_check,
    Fault.ORGANISATION_CHECK: _inner_check,
}
_ORGANISATION_SENTENCES: dict[Fault, Callable[[str], Problem]] = {
    Fault.LENGTH: _organisation_length,
    Fault.CHARACTER: partial(_character_problem, alphabet=ORGANISATION_CHARACTERS),
    Fault.ORGANISATION_CHECK: _organisation_check,
}
