"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="review.tasks.bulk_review_run")
def bulk_review_run(job_id: int) -> None:
    """Sign off the routine cases of a queue: the parameters name the filter."""
    from review.bulk_reviewing import bulk_review_job

    bulk_review_job(job_id)


@shared_task(name="review.tasks.interference_scan_run")
def interference_scan_run(job_id: int) -> None:
    """Look for signs of interference in the job's division."""
    from review.interference.scanning import interference_scan_job

    interference_scan_job(job_id)


@shared_task(name="review.tasks.quality_frame_run")
def quality_frame_run(job_id: int) -> None:
    """Freeze a frame for quality control, or draw from it: the parameters say which."""
    from review.quality.jobs import quality_frame_job

    quality_frame_job(job_id)


@shared_task(name="review.tasks.lot_return_run")
def lot_return_run(job_id: int) -> None:
    """Return a lot that failed its acceptance sampling: the parameters name it."""
    from review.quality.jobs import lot_return_job

    lot_return_job(job_id)


@shared_task(name="review.tasks.escalations_run")
def escalations_run() -> int:
    """Tell the level above of what is overdue; what has been told is not told again."""
    from review.escalating import escalations_record

    return escalations_record()


@shared_task(name="review.tasks.peers_run")
def peers_run() -> int:
    """Measure the distributions that reviewers see beside a number."""
    from review.peer_measuring import peers_measure_all

    return peers_measure_all()
