"""The background job that carries a change of divisions out."""

from django.utils.translation import gettext as _

from registry.services.division_carrying import division_change_apply
from submissions.jobs import job_running


def division_change_job(job_id: int) -> None:
    """Run the job. Parameters: `change`."""
    with job_running(job_id) as running:
        change = division_change_apply(
            actor=running.job.requested_by,
            change_id=int(running.job.parameters["change"]),
            progress=lambda done, total: running.progress(done, total, _("正在移交普查对象")),
        )
        number = change.carried.get("registry.unit", 0)
        running.progress(
            number,
            number,
            _("区划变更已办结：%(change)s，移交普查对象 %(units)d 个。")
            % {"change": change, "units": number},
        )
