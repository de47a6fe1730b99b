"""Background work of this app. A task imports its service inside the body."""

from celery import shared_task


@shared_task(name="submissions.tasks.frame_load_run")
def frame_load_run(job_id: int) -> None:
    """Load an uploaded list of units: the job's parameters name the file."""
    from submissions.frame_loading import frame_load_job

    frame_load_job(job_id)


@shared_task(name="submissions.tasks.list_screen_run")
def list_screen_run(job_id: int) -> None:
    """Compare an authority's list with the register: the parameters name the list."""
    from submissions.list_screening import list_screen_job

    list_screen_job(job_id)


@shared_task(name="submissions.tasks.register_freeze_run")
def register_freeze_run(job_id: int) -> None:
    """Freeze the register: the parameters name the division."""
    from submissions.register_freezing import register_freeze_job

    register_freeze_job(job_id)


@shared_task(name="submissions.tasks.cross_check_run")
def cross_check_run(job_id: int) -> None:
    """Compare the units of the job's division with each other."""
    from submissions.cross_checking import cross_check_job

    cross_check_job(job_id)


@shared_task(name="submissions.tasks.division_change_run")
def division_change_run(job_id: int) -> None:
    """Carry an approved change of divisions out: the parameters name it."""
    from submissions.division_changing import division_change_job

    division_change_job(job_id)


@shared_task(name="submissions.tasks.change_impact_run")
def change_impact_run(job_id: int) -> None:
    """What a drafted change of a form or code list would do: the parameters name it."""
    from submissions.change_impact import change_impact_job

    change_impact_job(job_id)


@shared_task(name="submissions.tasks.change_apply_run")
def change_apply_run(job_id: int) -> None:
    """Bring the cases that may be filled to the version in force: the parameters name the form."""
    from submissions.change_applying import change_apply_job

    change_apply_job(job_id)


@shared_task(name="submissions.tasks.waivers_lapse_run")
def waivers_lapse_run() -> int:
    """Count cases again whose waivers have ended."""
    from submissions.services.waived import waivers_lapse

    return waivers_lapse()


@shared_task(name="submissions.tasks.jobs_requeue_run")
def jobs_requeue_run() -> int:
    """Send again what the queue has lost."""
    from submissions.job_sweeping import jobs_requeue

    return jobs_requeue()


@shared_task(name="submissions.tasks.accounting_impact_run")
def accounting_impact_run(job_id: int) -> None:
    """What a version of the coefficient library would change: the parameters name the version."""
    from submissions.accounting_impact import accounting_impact_job

    accounting_impact_job(job_id)


@shared_task(name="submissions.tasks.accounting_apply_run")
def accounting_apply_run(job_id: int) -> None:
    """Derive again, with the library in force, what is open for filling."""
    from submissions.accounting_impact import accounting_apply_job

    accounting_apply_job(job_id)


@shared_task(name="submissions.tasks.cases_close_run")
def cases_close_run(job_id: int) -> None:
    """Void or open again what two people agreed on: the parameters name the request."""
    from submissions.cases_closing import cases_close_job

    cases_close_job(job_id)


@shared_task(name="submissions.tasks.training_reset_run")
def training_reset_run(job_id: int) -> None:
    """Open the cases of a training exercise's new round: the parameters name it."""
    from submissions.training import training_reset_job

    training_reset_job(job_id)


@shared_task(name="submissions.tasks.audit_export_run")
def audit_export_run(job_id: int) -> None:
    """Write a part of the audit log into a file: the parameters hold the search."""
    from submissions.audit_exporting import audit_export_job

    audit_export_job(job_id)


@shared_task(name="submissions.tasks.fact_snapshot_run")
def fact_snapshot_run(job_id: int) -> None:
    """Bring the facts up to date: the parameters name the exercise and the basis."""
    from submissions.facts.jobs import fact_snapshot_job

    fact_snapshot_job(job_id)


@shared_task(name="submissions.tasks.batch_part_run")
def batch_part_run(job_id: int) -> None:
    """Judge one part of a batch run: the parameters name it."""
    from submissions.batch_editing.running import batch_part_job

    batch_part_job(job_id)
