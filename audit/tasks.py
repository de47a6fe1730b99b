"""The sealing worker."""

from celery import shared_task


@shared_task(name="audit.tasks.audit_seal")
def audit_seal() -> int:
    """Seal what has been recorded and read since the last seal."""
    from audit.services import audit_seal_all, reads_seal_all

    reads_seal_all()
    return audit_seal_all()
