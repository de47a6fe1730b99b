"""Taking a waiting case in hand, putting it back, and taking it away from whoever has it."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Conflict, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from review.models import CaseClaim
from review.selectors import queue_of
from submissions.enums import CaseStatus
from submissions.models import Case

# A working day. Whoever needs longer claims again; whoever has gone home blocks nobody tomorrow.
CLAIM_LASTS = timedelta(hours=8)
LISTED_AT_MOST = 200


def claims_held(cases: Sequence[Case]) -> dict[int, CaseClaim]:
    """The claims that hold on these cases, by case, with whose they are. One query."""
    found = CaseClaim.objects.holding().filter(case__in=cases).select_related("claimed_by")
    return {claim.case_id: claim for claim in found}


def claims_listed(actor: User) -> list[CaseClaim]:
    """The claims on cases that this person sees, longest held first. One query."""
    cases = Case.objects.visible_to(actor).order_by()
    found = CaseClaim.objects.holding().filter(case__in=cases)
    return list(
        found.select_related("claimed_by", "case__unit").order_by("claimed_at", "pk")[
            :LISTED_AT_MOST
        ]
    )


def may_take_back(actor: User, case: Case) -> bool:
    """Whether this person looks after the queue: closes cases there, from the level on at which it is."""
    if case.status != CaseStatus.UNDER_REVIEW:
        return False
    order = list(Level)
    own = actor.levels_for(Permission.CASE_CLOSE, case)
    return max(map(order.index, own), default=-1) >= order.index(Level(case.review_level))


@transaction.atomic
def case_claim(*, case_id: int, actor: User) -> CaseClaim:
    """Take a case in hand until it is decided, handed back, or some hours have gone by.

    Claimed again by the same person, the hours begin anew. Raises `NotAllowed` where the case does
    not wait for this person, `Conflict` where another one has it.
    """
    case = _locked(case_id)
    if not queue_of(actor).filter(pk=case.pk).exists():
        raise NotAllowed(_("本表不在您的待审核队列中，不能领取。"), code="not_in_your_queue")
    held = claims_held([case]).get(case.pk)
    if held is not None and held.claimed_by_id != actor.pk:
        raise claimed_by_another(held)
    now = timezone.now()
    claim, _created = CaseClaim.objects.update_or_create(
        case=case,
        defaults={
            "level": case.review_level,
            "claimed_by": actor,
            "claimed_at": now,
            "lapses_at": now + CLAIM_LASTS,
        },
    )
    audit_record(
        action=AuditAction.CASE_CLAIMED,
        actor=actor,
        subject=case,
        detail={"level": case.review_level, "until": claim.lapses_at.isoformat()},
    )
    return claim


@transaction.atomic
def case_hand_back(*, case_id: int, actor: User) -> None:
    """Put a case back into the queue. Raises `Conflict` where this person does not have it."""
    case = _locked(case_id)
    held = claims_held([case]).get(case.pk)
    if held is None or held.claimed_by_id != actor.pk:
        raise Conflict(_("您没有领取本表。"), code="not_claimed")
    held.delete()
    audit_record(
        action=AuditAction.CASE_HANDED_BACK,
        actor=actor,
        subject=case,
        detail={"level": case.review_level},
    )


@transaction.atomic
def case_take_back(*, case_id: int, actor: User) -> None:
    """Take a claim away from whoever has it: whoever closes cases there may, and it is recorded.

    Raises `NotAllowed`, or `Conflict` where nobody has the case.
    """
    case = _locked(case_id)
    if not may_take_back(actor, case):
        raise NotAllowed(_("只有本级或上级普查办可以收回已领取的普查表。"))
    held = claims_held([case]).get(case.pk)
    if held is None:
        raise Conflict(_("本表没有人领取。"), code="not_claimed")
    held.delete()
    audit_record(
        action=AuditAction.CASE_TAKEN_BACK,
        actor=actor,
        subject=case,
        detail={"level": case.review_level, "from": str(held.claimed_by)},
    )


def claimed_by_another(claim: CaseClaim) -> Conflict:
    """What is to be said where somebody else has the case."""
    return Conflict(
        _("%(name)s 已于 %(at)s 领取本表，正在审核。")
        % {
            "name": claim.claimed_by.full_name,
            "at": timezone.localtime(claim.claimed_at).strftime("%m-%d %H:%M"),
        },
        code="claimed",
    )


def _locked(case_id: int) -> Case:
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    if case is None:
        raise Missing(_("没有这份普查表。"))
    return case
