"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="accounts.tasks.days_anchor_run")
def days_anchor_run() -> int:
    """Anchor the days that have ended."""
    from accounts.anchoring import days_anchor

    return days_anchor()
