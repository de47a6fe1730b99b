"""The tables of the summaries app, one file per model."""

from summaries.models.data_export import DataExport
from summaries.models.progress_count import ProgressCount
from summaries.models.summary_part import SummaryPart
from summaries.models.summary_run import SummaryRun

__all__ = ["DataExport", "ProgressCount", "SummaryPart", "SummaryRun"]
