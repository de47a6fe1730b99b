"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="summaries.tasks.summary_run")
def summary_run(job_id: int) -> None:
    """Compute the summary that the job stands for."""
    from summaries.services import summary_compute

    summary_compute(job_id=job_id)


@shared_task(name="summaries.tasks.data_export_run")
def data_export_run(job_id: int) -> None:
    """Write the export that the job stands for."""
    from summaries.exports.computing import export_compute

    export_compute(job_id=job_id)


@shared_task(name="summaries.tasks.exports_expire_run")
def exports_expire_run() -> int:
    """Delete the files of exports that have been kept long enough."""
    from summaries.exports.services import exports_expire

    return exports_expire()
