"""Fields that take the one JSON type the OpenAPI document names, and nothing that looks like it."""

import re
import unicodedata
import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f-\x9f]*$"
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
INTEGER_AT_MOST = 2**31 - 1


def has_control_character(text: str, *, allowed: str = "") -> bool:
    """Whether the text holds a control character or half a surrogate pair."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed for c in text)


class TextField(serializers.CharField):
    """A JSON string without control characters; line breaks where `multiline`."""

    default_error_messages = {
        "not_text": _("应为文本。"),
        "control_character": _("含有不可见的控制字符。"),
    }

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.allowed = "\r\n\t" if multiline else ""
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers and booleans, which the parent would turn into text."""
        if not isinstance(data, str):
            self.fail("not_text")
        if has_control_character(data, allowed=self.allowed):
            self.fail("control_character")
        return super().to_internal_value(data)


class NumberField(serializers.IntegerField):
    """A JSON integer that fits a database column; text and booleans are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", INTEGER_AT_MOST)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Refuse what the parent would convert; 1.0 is an integer in JSON Schema."""
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "uuid"})
class IdentityField(serializers.UUIDField):
    """A UUID in its usual spelling."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Refuse integers, braces and `urn:`, which the parent would take."""
        if not isinstance(data, str) or not UUID_TEXT.fullmatch(data):
            self.fail("invalid", value=data)
        return uuid.UUID(data)
