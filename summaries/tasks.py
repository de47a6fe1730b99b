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


@shared_task(name="summaries.tasks.dashboard_refresh_run")
def dashboard_refresh_run() -> int:
    """Count anew what the nation's dashboard counts from rows."""
    from summaries.dashboards.figures import nation_refresh

    return nation_refresh()


@shared_task(name="summaries.tasks.dispatches_make_run")
def dispatches_make_run() -> int:
    """Make the dispatch reports of the month before."""
    from summaries.dispatch.services import dispatches_make_all

    return dispatches_make_all()


@shared_task(name="summaries.tasks.days_record_run")
def days_record_run() -> int:
    """Write down where every county stands at the end of the day."""
    from summaries.dashboards.days import days_record

    return days_record()


@shared_task(name="summaries.tasks.exports_expire_run")
def exports_expire_run() -> int:
    """Delete the files of exports that have been kept long enough."""
    from summaries.exports.services import exports_expire

    return exports_expire()


@shared_task(name="summaries.tasks.release_run")
def release_run(job_id: int) -> None:
    """Make the release that the job stands for."""
    from summaries.services import release_compute

    release_compute(job_id=job_id)


@shared_task(name="summaries.tasks.publication_run")
def publication_run(job_id: int) -> None:
    """Make the publication that the job stands for."""
    from summaries.services import publication_compute

    publication_compute(job_id=job_id)
