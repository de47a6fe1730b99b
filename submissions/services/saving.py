"""Saving cells: idempotent, optimistic, merged cell by cell, never overwriting another's work."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from audit.hashing import content_hash
from submissions.guards import holds_pen
from submissions.models import Case, CorrectionRequest, EditFailure, Response, ResponseRevision
from submissions.policies import is_fillers_turn, is_running, why_not_filled
from submissions.services.changes import Change, Clash, Edition, SetCell, cells_since, changes_parse
from submissions.services.deriving import cases_derive_from
from submissions.services.findings import findings_refresh, responses_reading
from submissions.services.revisions import RevisionStamp, revision_append
from submissions.services.unit_forms import UnitForms, unit_forms_lock

DEVICE_LENGTH_AT_MOST = 100


@dataclass(frozen=True)
class SaveRequest:
    """One save as the client asked for it."""

    case_id: int
    actor: User
    save_id: uuid.UUID
    base_version: int
    changes: Sequence[Change]
    device: str
    request_hash: str


@dataclass(frozen=True)
class SaveResult:
    """What the client needs to go on: the version, others' changes since its base, the findings."""

    response: Response
    cells: dict[str, str]
    failures: list[EditFailure]

    @property
    def version(self) -> int:
        """The version to base the next save on."""
        return self.response.version


def response_save(
    *,
    case_id: int,
    actor: User,
    save_id: uuid.UUID,
    base_version: int,
    changes: Sequence[Any],
    device: str = "",
) -> SaveResult:
    """Save changes to a response. The same save sent again is answered again and stored once.

    Raises `Invalid` (unknown cell, row, group or value that cannot be stored), `NotAllowed`, and
    `Conflict` with code `save_conflict` (others changed the same cells differently: nothing is
    stored, `conflicts` lists them), `save_id_reused`, or `case_locked`.
    """
    request = SaveRequest(
        case_id=case_id,
        actor=actor,
        save_id=save_id,
        base_version=base_version,
        changes=changes_parse(changes),
        device=device[:DEVICE_LENGTH_AT_MOST],
        request_hash=content_hash(
            {"case": case_id, "actor": actor.pk, "base": base_version, "changes": list(changes)}
        ),
    )
    try:
        return _save(request)
    except IntegrityError as error:
        # the same id at the same moment on another case: the unique constraint decided
        if "save_id" in str(error):
            raise _reused() from error
        raise


@transaction.atomic
def _save(request: SaveRequest) -> SaveResult:
    forms = unit_forms_lock(case_id=request.case_id)
    response = forms.of(request.case_id)
    if not request.actor.has_perm(Permission.RESPONSE_SAVE, response.case):
        raise NotAllowed(_("您不能填报本表。"))
    earlier = ResponseRevision.objects.filter(save_id=request.save_id).first()
    if earlier is not None:
        return _answer_again(request, response, earlier)
    check_open_for_filling(response)
    check_within_correction(response.case, request.changes)
    holds_pen(response.case, request.actor)
    if request.base_version > response.version:
        raise Invalid(_("填报版本不对，请刷新页面。"), code="unknown_base_version")

    now = timezone.now()
    edition = _apply(request, forms, response, now)
    if edition.clashes:
        raise _conflict(edition.clashes)
    _record(request, response, edition, now)
    forms.forget(response)
    failures = _refresh(request, forms, response, edition)
    cells = cells_since(response, request.base_version, but=response.version)
    return SaveResult(response, cells, failures)


def check_open_for_filling(response: Response) -> None:
    """Raise `Conflict` unless it is the filler's turn, the exercise runs and the phase is open."""
    case = response.case
    if not is_running(case.exercise):
        raise Conflict(_("本次普查填报已结束，数据没有保存。"), code="case_locked")
    if not is_fillers_turn(case):
        raise Conflict(
            _("本表现为“%(status)s”，不能填报，数据没有保存。")
            % {"status": case.get_status_display()},
            code="case_locked",
        )
    if why := why_not_filled(case):
        raise Conflict(
            _("%(why)s数据没有保存。") % {"why": why},
            code="phase_closed",
        )


def check_within_correction(case: Case, changes: Sequence[Change]) -> None:
    """Raise `Conflict` for a cell that an approved correction does not name. One query or none."""
    if case.correction_id is None:
        return
    cells = CorrectionRequest.objects.get(pk=case.correction_id).cells
    if not cells:
        return
    for change in changes:
        cell = change.cell if isinstance(change, SetCell) else f"{change.group}/{change.row}"
        if cell not in cells:
            raise Conflict(
                _("本次更正只批准了部分指标，“%(cell)s”不在其中，数据没有保存。") % {"cell": cell},
                code="outside_correction",
                cell=cell,
            )


def _apply(request: SaveRequest, forms: UnitForms, response: Response, now: datetime) -> Edition:
    edition = Edition(
        response=response,
        definition=forms.definition(response),
        base_version=request.base_version,
        actor_id=request.actor.pk,
        at=now,
        removed_since_base=_removed_since(response, request.base_version),
    )
    edition.apply(request.changes)
    return edition


def _removed_since(response: Response, version: int) -> frozenset[tuple[str, str]]:
    """Rows that saves after `version` took out. No query for a save that is up to date."""
    if version >= response.version:
        return frozenset()
    patches = ResponseRevision.objects.filter(response=response, number__gt=version).values_list(
        "patch", flat=True
    )
    return frozenset(
        (change["group"], change["row"])
        for patch in patches
        for change in patch
        if change["op"] == "remove_row"
    )


def _record(request: SaveRequest, response: Response, edition: Edition, now: datetime) -> None:
    stamp = RevisionStamp(
        actor=request.actor,
        at=now,
        device=request.device,
        save_id=request.save_id,
        request_hash=request.request_hash,
    )
    revision_append(response=response, patch=edition.patch, stamp=stamp)


def _refresh(
    request: SaveRequest, forms: UnitForms, response: Response, edition: Edition
) -> list[EditFailure]:
    """Bring findings up to date here and in the forms that read this one."""
    affected = [response, *responses_reading(forms, response)] if edition.patch else [response]
    if edition.patch:
        changed = cases_derive_from(forms=forms, actor=request.actor)
        affected = list(dict.fromkeys([*affected, *changed]))
    found = findings_refresh(forms=forms, responses=affected, now=edition.at)
    return found[response.case_id]


def _answer_again(
    request: SaveRequest, response: Response, earlier: ResponseRevision
) -> SaveResult:
    if (
        earlier.response_id != response.pk
        or earlier.actor_id != request.actor.pk
        or earlier.request_hash != request.request_hash
    ):
        raise _reused()
    cells = cells_since(response, request.base_version, but=earlier.number)
    failures = list(EditFailure.objects.filter(case_id=response.case_id))
    return SaveResult(response, cells, failures)


def _reused() -> Conflict:
    return Conflict(_("这个保存编号已经用于其他内容，数据没有保存。"), code="save_id_reused")


def _conflict(clashes: Sequence[Clash]) -> Conflict:
    names = dict(
        User.objects.filter(pk__in={clash.by for clash in clashes if clash.by}).values_list(
            "pk", "full_name"
        )
    )
    conflicts = [
        {
            "cell": clash.cell,
            "yours": clash.yours,
            "theirs": clash.theirs,
            "by": names.get(clash.by, "") if clash.by else "",
            "at": clash.at,
        }
        for clash in clashes
    ]
    return Conflict(
        _("有 %(count)d 处已被他人改动，请比较后再保存。") % {"count": len(conflicts)},
        code="save_conflict",
        cell=clashes[0].cell,
        details={"conflicts": conflicts},
    )
