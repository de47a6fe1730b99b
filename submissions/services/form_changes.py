"""Changing a published form or code list: draft, weigh, publish. Nothing changes before the last."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from instruments.definition_files import CodeListFile
from instruments.models import CodeListVersion, InstrumentVersion
from instruments.services import codelist_publish, instrument_publish
from submissions.change_outcomes import base_of, impact_key
from submissions.change_selectors import change_faults
from submissions.enums import ChangeKind, JobKind, ReopenPolicy
from submissions.jobs import job_start
from submissions.models import Case, FormChange, Job, TwoPersonRequest
from submissions.phase_enums import TwoPersonKind
from submissions.two_person_acts import Parameters, TwoPersonAct, act_register
from submissions.two_person_agreed import agreement_check

NATION = Place("")


@transaction.atomic
def change_draft(
    *, actor: User, kind: str, code: str, content: Any, reason: str, reopen: str
) -> FormChange:
    """Keep a checked draft. Raises NotAllowed, Missing, or Invalid with `details["faults"]`."""
    _may(actor)
    base = _base(kind, code)
    _check(kind, code, content, reason, reopen)
    if content_hash(content) == base.content_hash:
        raise Invalid(_("内容与现行版本相同，没有改动。"), code="change_empty")
    now = timezone.now()
    change = FormChange.objects.create(
        kind=kind,
        code=code,
        content=content,
        content_hash=content_hash(content),
        reason=reason.strip(),
        reopen=reopen,
        created_at=now,
        created_by=actor,
        amended_at=now,
        base_version=base if isinstance(base, InstrumentVersion) else None,
        base_codelist=base if isinstance(base, CodeListVersion) else None,
    )
    _record(AuditAction.CHANGE_DRAFTED, actor, change)
    return change


@transaction.atomic
def change_amend(
    *, actor: User, change_id: int, content: Any, reason: str, reopen: str
) -> FormChange:
    """Change a draft; an impact weighed before no longer holds. Raises Conflict once published."""
    change = _draft(actor, change_id)
    _check(change.kind, change.code, content, reason, reopen)
    base = _base(change.kind, change.code)
    change.content, change.content_hash = content, content_hash(content)
    change.reason, change.reopen = reason.strip(), reopen
    change.amended_at = timezone.now()
    change.base_version = base if isinstance(base, InstrumentVersion) else None
    change.base_codelist = base if isinstance(base, CodeListVersion) else None
    change.save()
    _record(AuditAction.CHANGE_DRAFTED, actor, change)
    return change


@transaction.atomic
def change_withdraw(*, actor: User, change_id: int) -> FormChange:
    """Give a draft up; it stays readable."""
    change = _draft(actor, change_id)
    change.withdrawn_at, change.withdrawn_by = timezone.now(), actor
    change.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record(AuditAction.CHANGE_WITHDRAWN, actor, change)
    return change


@transaction.atomic
def change_weigh(*, actor: User, change_id: int) -> Job:
    """Ask what a draft would do to the cases there are. Nothing is changed."""
    change = _draft(actor, change_id)
    return job_start(
        kind=JobKind.CHANGE_IMPACT,
        parameters={"change": change.pk, "key": _key(change)},
        actor=actor,
        division_code="",
    )


@transaction.atomic
def change_publish(*, actor: User, change_id: int, agreed: TwoPersonRequest | None = None) -> Job:
    """Publish the version, then bring the cases to it in the background.

    Once the census has forms, that needs two people (`needs_two_persons`). Raises `Conflict`
    (`impact_missing`) unless the impact was weighed for this very content against the version in
    force now.
    """
    change = _draft(actor, change_id)
    _check_weighed(change)
    if needs_two_people():
        agreement_check(agreed, TwoPersonKind.FORM_CHANGE, publish_parameters(change), actor)
    change.version_number = _published_number(actor, change)
    change.published_at, change.published_by = timezone.now(), actor
    change.save()
    _record(AuditAction.CHANGE_PUBLISHED, actor, change)
    return _apply(actor, change)


def needs_two_people() -> bool:
    """Whether a census is under way: somebody has a form to fill."""
    return Case.objects.exists()


def publish_parameters(change: FormChange) -> Parameters:
    """What a request to publish carries: this change with this very content."""
    return {"change": change.pk, "key": _key(change)}


def _check_weighed(change: FormChange) -> None:
    if change.impact is None or change.impact_key != _key(change):
        raise Conflict(
            _(
                "请先计算这次改版对现有普查表的影响，再发布。内容、处理方式或现行版本改变后须重新计算。"
            ),
            code="impact_missing",
        )


def change_apply_again(*, actor: User, change_id: int) -> Job:
    """Bring to the version what was returned since, or what a broken run has left."""
    _may(actor)
    change = FormChange.objects.filter(pk=change_id, published_at__isnull=False).first()
    if change is None:
        raise Missing(_("没有这次改版，或尚未发布。"))
    return _apply(actor, change)


def additions_apply(*, actor: User, code: str, division: str) -> Job:
    """Bring a province's cases that may be filled to its additions."""
    return job_start(
        kind=JobKind.LOCAL_APPLY,
        parameters={"code": code, "division": division},
        actor=actor,
        division_code=division,
    )


def _apply(actor: User, change: FormChange) -> Job:
    return job_start(
        kind=JobKind.CHANGE_APPLY,
        parameters={"change": change.pk},
        actor=actor,
        division_code="",
    )


def _published_number(actor: User, change: FormChange) -> int:
    if change.kind == ChangeKind.FORM:
        published = instrument_publish(actor=actor, definition=change.content)
    else:
        assert change.base_codelist is not None  # noqa: S101  held by a constraint
        title = change.base_codelist.code_list.title
        entries = tuple(change.content)
        published = codelist_publish(
            actor=actor, codelist=CodeListFile(change.code, title, entries)
        )
    return published.version.number


def _may(actor: User) -> None:
    if not actor.has_perm(Permission.INSTRUMENT_PUBLISH, NATION):
        raise NotAllowed(_("只有国家级普查办可以修改已发布的普查表和代码表。"))


def _draft(actor: User, change_id: int) -> FormChange:
    _may(actor)
    drafts = FormChange.objects.select_for_update(of=("self",), no_key=True)
    found = drafts.filter(pk=change_id).first()
    if found is None:
        raise Missing(_("没有这次改版。"))
    if not found.is_draft:
        raise Conflict(_("这次改版已经发布或撤回，不能再改。"), code="change_closed")
    return found


def _base(kind: str, code: str) -> InstrumentVersion | CodeListVersion:
    if kind not in ChangeKind.values:
        raise Invalid(_("请选择普查表或代码表。"), code="kind_unknown")
    try:
        return base_of(kind, code)
    except (InstrumentVersion.DoesNotExist, CodeListVersion.DoesNotExist):
        raise Missing(_("没有发布过这个普查表或代码表。")) from None


def _check(kind: str, code: str, content: Any, reason: str, reopen: str) -> None:
    if not reason.strip():
        raise Invalid(_("请写明修改理由。"), code="reason_required")
    if reopen not in ReopenPolicy.values:
        raise Invalid(_("请选择对已提交的普查表如何处理。"), code="reopen_unknown")
    faults = change_faults(kind, code, content)
    if faults:
        sentences = [str(fault) for fault in faults]
        raise Invalid(
            _("内容有 %(count)d 处错误，没有保存：%(first)s")
            % {"count": len(faults), "first": sentences[0]},
            code="definition_invalid",
            details={"faults": sentences},
        )


def _key(change: FormChange) -> str:
    return impact_key(change, _base(change.kind, change.code))


def _record(action: AuditAction, actor: User, change: FormChange) -> None:
    audit_record(
        action=action,
        actor=actor,
        subject=change,
        detail={"code": change.code, "reason": change.reason, "hash": change.content_hash},
    )


# --- with two people --------------------------------------------------------------------------
def _publish_check(actor: User, parameters: Parameters) -> None:
    change = _draft(actor, parameters["change"])
    _check_weighed(change)
    if parameters["key"] != _key(change):
        raise Conflict(_("申请以后草稿或现行版本又有改动，请重新申请。"), code="change_altered")


def _publish_label(parameters: Parameters) -> str:
    return _("发布改版：%(change)s") % {"change": FormChange.objects.get(pk=parameters["change"])}


def _publish_preview(parameters: Parameters) -> dict[str, Any]:
    impact = FormChange.objects.get(pk=parameters["change"]).impact or {}
    return {name: value for name, value in impact.items() if isinstance(value, int)}


def _publish(actor: User, request: TwoPersonRequest) -> dict[str, Any]:
    job = change_publish(actor=actor, change_id=request.parameters["change"], agreed=request)
    return {"job": job.pk}


act_register(
    TwoPersonKind.FORM_CHANGE,
    TwoPersonAct(
        permission=Permission.INSTRUMENT_PUBLISH,
        place=lambda _parameters: "",
        label=_publish_label,
        check=_publish_check,
        preview=_publish_preview,
        carry_out=_publish,
    ),
)
