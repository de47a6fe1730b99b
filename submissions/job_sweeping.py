"""Jobs that the queue has lost go into it again.

A worker takes a task off the broker's list before it notes that it holds it. A machine that is cut
off just then takes the task along, and no redelivery finds it. The job's row knows better: a job
that waits while the queue is empty, or runs without a sign of life, is sent again. A task that
comes twice does no harm: only one worker can take the job (`submissions.jobs.job_running`).
"""

from datetime import timedelta
from typing import Any

from celery import current_app
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from submissions.enums import JobState
from submissions.jobs import SILENT_AFTER, job_send
from submissions.models import Job

# A worker needs a moment between taking a task and taking its job.
WAITED_FOR = timedelta(seconds=45)
JOBS_AT_ONCE = 500


def jobs_requeue(*, waited_for: timedelta = WAITED_FOR) -> int:
    """Send again what waits while the queue is empty or runs in silence; returns how many."""
    now = timezone.now()
    waits = Q(state=JobState.QUEUED, created_at__lt=now - waited_for)
    silent = Q(state=JobState.RUNNING, heartbeat_at__lt=now - SILENT_AFTER - waited_for)
    lost = list(Job.objects.filter(waits | silent).order_by("pk")[:JOBS_AT_ONCE])
    if not lost or _tasks_waiting():
        return 0
    for job in lost:
        job_send(job)
    return len(lost)


def _tasks_waiting() -> int:
    """How many tasks are in the broker's queue; a broker that does not answer is no empty one."""
    queue = current_app.conf.task_default_queue
    try:
        with current_app.connection_for_read() as broker:
            channel: Any = broker.default_channel  # its stubs lack the method
            try:
                declared = channel.queue_declare(queue, passive=True)
            except broker.channel_errors:  # Redis keeps no empty list
                return 0
            return int(declared.message_count)
    except OperationalError:
        return 1
