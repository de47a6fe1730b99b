"""The only writers of instruments and code lists."""

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
    "instrument_publish",
    "instrument_set_publish",
]
