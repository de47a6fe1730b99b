"""Handing a case over between the unit's respondent and the enumerator, and taking it back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from submissions.enums import Holder
from submissions.handover_selectors import has_respondent
from submissions.models import Case, CaseHandover, Response
from submissions.policies import is_open_for_filling, is_running, side_of

NOTE_LENGTH_AT_MOST = 500


@transaction.atomic
def case_hand_over(
    *, case_id: int, actor: User, holder: str, note: str = "", seen: int | None = None
) -> CaseHandover:
    """Let only `holder` fill the case from now on; `Holder.BOTH` lets either side again.

    The respondent may hand over what the respondent holds or both may fill; the enumerator's side
    may always, which is how a case is taken back. `seen` is the number of the hand-over that the
    person saw, 0 for none: another one since then refuses this. Raises `NotAllowed`, `Invalid`,
    or `Conflict` (`case_locked`, `handed_meanwhile`, `no_respondent`, `held_elsewhere`).
    """
    cases = Case.objects.select_for_update(of=("self",), no_key=True)
    case = cases.select_related("exercise", "unit").filter(pk=case_id).first()
    if case is None:
        raise Missing(_("没有这份普查表。"))
    if not actor.has_perm(Permission.RESPONSE_SAVE, case):
        raise NotAllowed(_("您不能填报本表，也不能交办。"))
    last = CaseHandover.objects.filter(case=case).order_by("-number").first()
    number = last.number if last else 0
    _check(case, actor, holder, note)
    if seen is not None and seen != number:
        raise Conflict(_("他人刚刚交办过本表，请刷新后再办理。"), code="handed_meanwhile")
    handover = CaseHandover.objects.create(
        case=case,
        number=number + 1,
        holder=holder,
        note=note.strip(),
        response_version=Response.objects.values_list("version", flat=True).get(case=case),
        handed_at=timezone.now(),
        handed_by=actor,
    )
    case.holder = holder
    case.save(update_fields=["holder", "updated_at"])
    audit_record(
        action=AuditAction.CASE_HANDED_OVER,
        actor=actor,
        subject=case,
        detail={"holder": holder, "note": handover.note, "number": handover.number},
        kept=handover,
    )
    return handover


def _check(case: Case, actor: User, holder: str, note: str) -> None:
    if holder not in Holder.values:
        raise Invalid(_("请选择交给谁填报。"), code="holder_unknown")
    if len(note.strip()) > NOTE_LENGTH_AT_MOST:
        raise Invalid(
            _("留言最多 %(most)d 个字。") % {"most": NOTE_LENGTH_AT_MOST}, code="note_too_long"
        )
    if not is_running(case.exercise) or not is_open_for_filling(case):
        raise Conflict(_("本表现在不能填报，不能交办。"), code="case_locked")
    if case.holder == holder:
        raise Conflict(
            _("本表已经是“%(holder)s”。") % {"holder": Holder(holder).label}, code="held_already"
        )
    side = side_of(actor, case)
    if side == Holder.RESPONDENT and case.holder == Holder.ENUMERATOR:
        raise Conflict(_("本表现由普查员填报，请联系普查员交回。"), code="held_elsewhere")
    if holder == Holder.RESPONDENT and not has_respondent(case.unit_id):
        raise Conflict(_("该普查对象还没有填报账号，请先由账号管理员开设。"), code="no_respondent")
