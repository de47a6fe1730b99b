"""The background job that voids or opens again many forms, each by the same door as one."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import Refusal
from submissions.jobs import job_running
from submissions.models import TwoPersonRequest
from submissions.phase_enums import TwoPersonKind
from submissions.services.closing_many import ACTIONS, cases_meant
from submissions.transitions import case_transition

STEP = 50  # cases of one transaction


def cases_close_job(job_id: int) -> None:
    """Run the job. Parameters: `request`, which two people agreed on.

    Forms that have come into the state since the request stay as they are: nobody saw them.
    Delivered again it goes on with what is left.
    """
    with job_running(job_id) as running:
        request = TwoPersonRequest.objects.get(pk=running.job.parameters["request"])
        kind = TwoPersonKind(request.kind)
        meant = cases_meant(kind, request.parameters)
        keys = list(
            meant.filter(status_changed_at__lte=request.requested_at).values_list("pk", flat=True)
        )
        refused = 0
        for start in range(0, len(keys), STEP):
            running.progress(start, len(keys), _("正在办理"))
            with transaction.atomic():
                for key in keys[start : start + STEP]:
                    try:
                        case_transition(
                            case_id=key,
                            action=ACTIONS[kind],
                            actor=running.job.requested_by,
                            reason=request.reason,
                        )
                    except Refusal:
                        refused += 1
        running.progress(
            len(keys),
            len(keys),
            _("办理 %(done)d 份，未办理 %(refused)d 份。")
            % {"done": len(keys) - refused, "refused": refused},
        )
