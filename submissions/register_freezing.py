"""The background job that freezes the register of a division."""

from django.utils.translation import gettext as _

from registry.services.freezing import register_freeze
from submissions.jobs import job_running


def register_freeze_job(job_id: int) -> None:
    """Run the job. Parameters: `division`."""
    with job_running(job_id) as running:
        freeze = register_freeze(
            actor=running.job.requested_by,
            division_code=running.job.parameters["division"],
            progress=lambda done: running.progress(done, 0, _("正在封存名录")),
        )
        running.progress(
            freeze.unit_count,
            freeze.unit_count,
            _("已冻结 %(count)d 个普查对象，校验值 %(digest)s。")
            % {"count": freeze.unit_count, "digest": freeze.digest},
        )
