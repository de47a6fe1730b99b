"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="submissions.tasks.frame_load_run")
def frame_load_run(job_id: int) -> None:
    """Load an uploaded list of units: the job's parameters name the file."""
    from submissions.frame_loading import frame_load_job

    frame_load_job(job_id)


@shared_task(name="submissions.tasks.waivers_lapse_run")
def waivers_lapse_run() -> int:
    """Count cases again whose waivers have ended."""
    from submissions.services.waived import waivers_lapse

    return waivers_lapse()
