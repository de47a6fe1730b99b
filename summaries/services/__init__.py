"""What the app does: runs of a table, frozen releases, publications."""

from summaries.services.importing import ImportOrder, release_import
from summaries.services.publishing import publication_compute, publication_request
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
    "ImportOrder",
    "ReleaseOrder",
    "SummaryOrder",
    "publication_compute",
    "publication_request",
    "release_compute",
    "release_download",
    "release_import",
    "release_request",
    "release_sign",
    "summary_compute",
    "summary_download",
    "summary_request",
]
