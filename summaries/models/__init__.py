"""The tables of the summaries app, one file per model."""

from summaries.models.daily_figure import DailyFigure
from summaries.models.data_export import DataExport
from summaries.models.dispatch_report import DispatchReport
from summaries.models.progress_count import ProgressCount
from summaries.models.reminder import Reminder, ReminderReading
from summaries.models.summary_part import SummaryPart
from summaries.models.summary_run import SummaryRun

__all__ = [
    "DailyFigure",
    "DataExport",
    "DispatchReport",
    "ProgressCount",
    "Reminder",
    "ReminderReading",
    "SummaryPart",
    "SummaryRun",
]
