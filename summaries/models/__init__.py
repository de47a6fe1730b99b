"""The tables of the summaries app, one file per model."""

from summaries.models.daily_figure import DailyFigure
from summaries.models.data_export import DataExport
from summaries.models.dispatch_report import DispatchReport
from summaries.models.progress_count import ProgressCount
from summaries.models.publication import PublicationTable, ReleasePublication
from summaries.models.release import (
    ReleaseFrame,
    ReleasePart,
    ReleaseRun,
    ReleaseSignature,
    ReleaseTable,
    SummaryRelease,
)
from summaries.models.reminder import Reminder, ReminderReading
from summaries.models.summary_part import SummaryPart
from summaries.models.summary_run import SummaryRun

__all__ = [
    "DailyFigure",
    "DataExport",
    "DispatchReport",
    "ProgressCount",
    "PublicationTable",
    "ReleaseFrame",
    "ReleasePart",
    "ReleasePublication",
    "ReleaseRun",
    "ReleaseSignature",
    "ReleaseTable",
    "Reminder",
    "ReminderReading",
    "SummaryPart",
    "SummaryRelease",
    "SummaryRun",
]
