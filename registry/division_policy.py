"""What a change of the division tree must say, and which codes it may give."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import PREFIX_LENGTHS
from accounts.exceptions import Invalid
from accounts.scopes import prefix_of
from registry.enums import DivisionLevel
from registry.models import Division, DivisionChange, DivisionSuccession
from registry.selectors import division_get
from registry.services.freezing import freeze_of


@dataclass(frozen=True)
class DivisionRequest:
    """What a person asks for: the code that the division has, and the code and name it gets."""

    old_code: str
    new_code: str
    new_name: str
    document: str
    effective_on: date


def words_check(wanted: DivisionRequest) -> None:
    if not wanted.new_name.strip():
        raise Invalid(_("请填写区划名称。"), code="name_required", cell="new_name")
    if not wanted.document.strip():
        raise Invalid(_("请填写批准文件的名称和文号。"), code="document_required", cell="document")
    if wanted.effective_on > timezone.localdate():
        raise Invalid(_("生效日期还没有到。"), code="date_to_come", cell="effective_on")
    if wanted.effective_on.year < 1949:
        raise Invalid(_("请核对生效日期。"), code="date_too_early", cell="effective_on")


def target_check(division: Division, wanted: DivisionRequest) -> None:
    """Whether the new code is one of the same level, free, and under a division that is there."""
    level = DivisionLevel(division.level)
    if level not in {DivisionLevel.CITY, DivisionLevel.COUNTY, DivisionLevel.TOWN}:
        raise Invalid(_("只办理地级、县级和乡级区划的变更。"), code="level", cell="old_code")
    if wanted.new_code == wanted.old_code:
        if wanted.new_name.strip() == division.name:
            raise Invalid(_("代码和名称都没有改变。"), code="nothing_changes", cell="new_name")
        return
    digits = PREFIX_LENGTHS[level]
    code = wanted.new_code
    if len(code) != 12 or not code.isdecimal() or code[digits:].strip("0"):
        raise Invalid(
            _("%(level)s的代码为 12 位数字，第 %(digits)d 位以后都是 0。")
            % {"level": level.label, "digits": digits},
            code="division_code",
            cell="new_code",
        )
    above = code[: PREFIX_LENGTHS[level - 1]].ljust(12, "0")
    if above == code or division_get(above) is None:
        raise Invalid(
            _("没有上级区划 %(code)s，请先核对新代码。") % {"code": above},
            code="no_parent",
            cell="new_code",
        )
    if division_get(code) is not None:
        raise Invalid(
            _("代码 %(code)s 已有区划使用。") % {"code": code}, code="code_taken", cell="new_code"
        )
    _check_never_used(prefix_of(wanted.old_code, level), prefix_of(code, level))
    if (freeze_of(wanted.old_code) is None) != (freeze_of(code) is None):
        raise Invalid(
            _("新旧区划的名录一方已冻结、一方未冻结，请先由上级统一冻结。"),
            code="freeze_differs",
            cell="new_code",
        )


def _check_never_used(old: str, new: str) -> None:
    """A code is not given to another division: histories under it are the first one's."""
    above = [new[:digits] for digits in PREFIX_LENGTHS.values() if 0 < digits < len(new)]
    used = DivisionSuccession.objects.filter(
        Q(old_prefix__startswith=new) | Q(old_prefix__in=above)
    ).exclude(old_prefix=new, new_prefix=old)
    if used.exists():
        raise Invalid(
            _("代码 %(code)s 曾为另一区划使用，不能再用。") % {"code": new.ljust(12, "0")},
            code="code_was_used",
            cell="new_code",
        )


def request_of(change: DivisionChange) -> DivisionRequest:
    """What was asked for, as a value."""
    return DivisionRequest(
        old_code=change.old_code,
        new_code=change.new_code,
        new_name=change.new_name,
        document=change.document,
        effective_on=change.effective_on,
    )
