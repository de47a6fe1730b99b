"""The only writers of instruments and code lists."""

from instruments.services.coefficients import coefficients_load, coefficients_publish
from instruments.services.extending import extension_publish
from instruments.services.publishing import (
    Publication,
    PublishReport,
    codelist_publish,
    instrument_publish,
    instrument_set_publish,
)

__all__ = [
    "Publication",
    "PublishReport",
    "codelist_publish",
    "coefficients_load",
    "coefficients_publish",
    "extension_publish",
    "instrument_publish",
    "instrument_set_publish",
]
