"""Names of divisions in tables of the log."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(names: Mapping[str, str], code: str) -> str:
    """The name of a division, or its code where the register does not know it."""
    return names.get(code, code)
