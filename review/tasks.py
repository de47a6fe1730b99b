"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="review.tasks.bulk_review_run")
def bulk_review_run(job_id: int) -> None:
    """Sign off the routine cases of a queue: the parameters name the filter."""
    from review.bulk_reviewing import bulk_review_job

    bulk_review_job(job_id)
