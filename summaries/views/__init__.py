"""The pages of the app."""

from summaries.views.publications import PublicationFile, ReleaseImport, ReleasePublish
from summaries.views.releases import (
    ReleaseCompare,
    ReleaseDetail,
    ReleaseList,
    ReleaseOrderView,
    ReleaseProof,
    ReleaseRunDetail,
    ReleaseSign,
    ReleaseTablePage,
    ReleaseUnits,
)
from summaries.views.runs import (
    ProgressView,
    SummaryDetail,
    SummaryList,
    SummaryOrderView,
    SummaryWorkbook,
)

__all__ = [
    "ProgressView",
    "PublicationFile",
    "ReleaseCompare",
    "ReleaseDetail",
    "ReleaseImport",
    "ReleaseList",
    "ReleaseOrderView",
    "ReleaseProof",
    "ReleasePublish",
    "ReleaseRunDetail",
    "ReleaseSign",
    "ReleaseTablePage",
    "ReleaseUnits",
    "SummaryDetail",
    "SummaryList",
    "SummaryOrderView",
    "SummaryWorkbook",
]
