"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="summaries.tasks.summary_run")
def summary_run(job_id: int) -> None:
    """Compute the summary that the job stands for."""
    from summaries.services import summary_compute

    summary_compute(job_id=job_id)
