"""What the app does: runs of a table, frozen releases, publications."""

from summaries.services.releasing import (
    ReleaseOrder,
    release_compute,
    release_download,
    release_request,
    release_sign,
)
from summaries.services.runs import (
    SummaryOrder,
    summary_compute,
    summary_download,
    summary_request,
)

__all__ = [
    "ReleaseOrder",
    "SummaryOrder",
    "release_compute",
    "release_download",
    "release_request",
    "release_sign",
    "summary_compute",
    "summary_download",
    "summary_request",
]
