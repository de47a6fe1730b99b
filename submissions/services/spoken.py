"""Words that an act must carry: a reason of one's own, without control characters."""

import unicodedata

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from submissions.explanation_texts import (
    EXPLANATION_LENGTH_AT_LEAST,
    EXPLANATION_LENGTH_AT_MOST,
    is_stock_phrase,
    letters_of,
)


def reason_checked(text: str, *, field: str) -> str:
    """The words, trimmed. Raises `Invalid` at `field` for too few, too many, or a stock phrase."""
    text = text.replace("\r\n", "\n").strip()
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise Invalid(_("文字中有不可见的控制字符。"), code="control_character", cell=field)
    if len(text) > EXPLANATION_LENGTH_AT_MOST:
        raise Invalid(
            _("文字过长，最多 %(length)d 个字。") % {"length": EXPLANATION_LENGTH_AT_MOST},
            code="reason_too_long",
            cell=field,
        )
    if len(letters_of(text)) < EXPLANATION_LENGTH_AT_LEAST or is_stock_phrase(text):
        raise Invalid(
            _("请写明具体理由（至少 %(length)d 个字），不能只写“情况属实”一类的话。")
            % {"length": EXPLANATION_LENGTH_AT_LEAST},
            code="reason_required",
            cell=field,
        )
    return text
