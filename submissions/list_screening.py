"""The background job that screens a list of an authority (筛选建库)."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from registry.enums import RowOutcome
from registry.frame.files import rows_streamed
from registry.frame.report import LoadReport, RefusedRow, RowError
from registry.frame.workbooks import error_workbook
from registry.models import SourceList
from registry.screening.places import Gazetteer
from registry.services.list_reading import source_list_read
from registry.services.list_screening import source_list_screen
from submissions.frame_loading import cases_open_waiting
from submissions.jobs import RunningJob, job_running

REFUSED_AT_MOST = 100_000  # rows in the workbook; whoever has more has mistaken a column


def list_screen_job(job_id: int) -> None:
    """Run the job. Parameters: `list`, `open_cases`. Safe to run again at any point."""
    with job_running(job_id) as running:
        parameters = running.job.parameters
        source_list = SourceList.objects.select_related("imported_by").get(pk=parameters["list"])
        gazetteer = Gazetteer.load()
        if not source_list.is_read:
            source_list_read(
                source_list,
                progress=lambda done: running.progress(done, 0, _("正在读取名录")),
                gazetteer=gazetteer,
            )
        counts = source_list_screen(
            source_list,
            progress=lambda done: running.progress(
                done, source_list.rows_read, _("正在与名录库比对")
            ),
            gazetteer=gazetteer,
        )
        if parameters["open_cases"]:
            cases_open_waiting(running)
        _keep_refused(running, source_list)
        total = source_list.rows_read
        running.progress(total, total, outcome_sentence(total, counts))


def outcome_sentence(total: int, counts: dict[str, int]) -> str:
    """Every row accounted for, in one sentence."""
    return _(
        "共 %(total)d 行：新登记 %(created)d，归并 %(merged)d，待人工判断 %(waiting)d，未采用 %(refused)d。"
    ) % {
        "total": total,
        **{
            str(outcome): counts.get(outcome, 0)
            for outcome in RowOutcome.values
            if outcome != RowOutcome.READ
        },
    }


def _keep_refused(running: RunningJob, source_list: SourceList) -> None:
    refused = source_list.rows.filter(outcome=RowOutcome.REFUSED).order_by("number")
    rows = {row.number: row for row in refused[:REFUSED_AT_MOST]}
    if not rows:
        return
    report = LoadReport(is_dry_run=False, header=source_list.header, total=source_list.rows_read)
    whole = Path(settings.MEDIA_ROOT)
    # a row refused while it was compared has not kept its cells: they are in the file
    for number, cells in rows_streamed(whole / source_list.path):
        if row := rows.get(number):
            errors = [RowError(**problem) for problem in row.problems]
            report.refused_rows.append(RefusedRow(number, cells, errors))
    path = Path("jobs") / str(running.job.pk) / "refused.xlsx"
    (whole / path).parent.mkdir(parents=True, exist_ok=True)
    error_workbook(report, whole / path)
    running.result_path = str(path)
    running.result_name = _("未采用的行_%(name)s.xlsx") % {"name": Path(source_list.name).stem}
