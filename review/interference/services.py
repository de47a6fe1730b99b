"""Writing down what looking into a sign came to."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api_fields import has_control_character
from accounts.enums import Permission
from accounts.exceptions import Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from review.enums import LookConclusion
from review.interference.models import InterferenceFinding, InterferenceNote

TEXT_LENGTH_AT_MOST = 2000


@transaction.atomic
def interference_note_write(
    *, actor: User, finding_id: int, conclusion: str, text: str
) -> InterferenceNote:
    """Add a conclusion; an earlier one stays. Raises `Missing`, `NotAllowed` or `Invalid`.

    Nobody clears a sign about the own acts.
    """
    finding = InterferenceFinding.objects.filter(pk=finding_id).first()
    if finding is None:
        raise Missing(_("没有这条迹象。"))
    if not actor.has_perm(Permission.INTERFERENCE_VIEW, finding):
        raise NotAllowed(_("您不能核实这条迹象。"))
    if finding.person_id == actor.pk:
        raise NotAllowed(_("涉及本人的迹象须由他人核实。"), code="own_finding")
    if conclusion not in LookConclusion.values:
        raise Invalid(_("请选择结论。"), code="conclusion_required", cell="conclusion")
    text = text.strip()
    if not text:
        raise Invalid(_("请写明核实情况。"), code="text_required", cell="text")
    if has_control_character(text, allowed="\r\n\t"):
        raise Invalid(_("文字中有不可见的控制字符。"), code="control_character", cell="text")
    if len(text) > TEXT_LENGTH_AT_MOST:
        raise Invalid(
            _("文字过长，最多 %(length)d 个字。") % {"length": TEXT_LENGTH_AT_MOST},
            code="text_too_long",
            cell="text",
        )
    note = InterferenceNote.objects.create(
        finding=finding,
        division_code=finding.division_code,
        conclusion=conclusion,
        text=text,
        written_at=timezone.now(),
        written_by=actor,
    )
    audit_record(
        action=AuditAction.INTERFERENCE_NOTED,
        actor=actor,
        subject=finding,
        detail={"kind": finding.signal, "status": conclusion},
    )
    return note
