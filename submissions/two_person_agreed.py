"""Whether an act rests on a request that a second person is confirming."""

from django.utils.translation import gettext as _

from accounts.exceptions import NotAllowed
from accounts.models import User
from submissions.models import TwoPersonRequest
from submissions.phase_enums import TwoPersonKind
from submissions.two_person_acts import Parameters


def agreement_check(
    agreed: TwoPersonRequest | None, kind: TwoPersonKind, parameters: Parameters, actor: User
) -> None:
    """Raise `NotAllowed` (`needs_two_persons`) unless `agreed` is another person's request for this."""
    is_this = agreed is not None and agreed.kind == kind and agreed.parameters == dict(parameters)
    if agreed is None or not is_this or agreed.requested_by_id == actor.pk:
        raise NotAllowed(
            _("此项办理须两人：请先申请，由另一人复核后执行。"), code="needs_two_persons"
        )
