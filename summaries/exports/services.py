"""Asking for an export, taking it away, and letting its file go after its days."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.bars import refuse_while_checking
from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.selectors import form_titles
from registry.models import Division
from registry.selectors import division_get
from submissions.enums import JobKind
from submissions.jobs import job_start
from submissions.models import CollectionExercise
from summaries.enums import APPROVAL_LEVELS, ExportFormat
from summaries.exports.sealing import PASSWORD_AT_LEAST
from summaries.models import DataExport
from summaries.selectors import exercise_current

FOLDER = Path("exports")
REASON_AT_LEAST = 4  # characters


@dataclass(frozen=True)
class ExportOrder:
    """What a person asks for. `approval_level` blank: the working data."""

    form_codes: tuple[str, ...]
    division_code: str
    approval_level: str
    file_format: str
    reason: str
    since: datetime | None = None
    with_confidential: bool = False


def folder_of(export: DataExport) -> Path:
    """Where its files lie while and after they are written."""
    return Path(settings.MEDIA_ROOT) / FOLDER / str(export.pk)


@transaction.atomic
def export_request(*, actor: User, order: ExportOrder) -> DataExport:
    """Start an export; the same one asked for while it is written is that one.

    Raises `Invalid` and `NotAllowed`.
    """
    exercise, division = _checked(order)
    refuse_while_checking(actor)
    if not actor.has_perm(Permission.DATA_EXPORT, Place(division.code)):
        raise NotAllowed(_("您不能导出这个区划的数据。"))
    if order.with_confidential and not actor.has_perm(
        Permission.CONFIDENTIAL_EXPORT, Place(division.code)
    ):
        raise NotAllowed(_("您不能导出保密指标，请选择遮盖。"))
    titles = form_titles()
    forms = [code for code in titles if code in set(order.form_codes)]
    job = job_start(
        kind=JobKind.DATA_EXPORT,
        parameters={
            "exercise": exercise.code,
            "forms": forms,
            "approval_level": order.approval_level,
            "format": order.file_format,
            "since": order.since.isoformat() if order.since else "",
            "reason": order.reason,
            "masked": not order.with_confidential,
            "by": actor.pk,
        },
        actor=actor,
        division_code=division.code,
    )
    found = DataExport.objects.filter(job=job).first()
    if found is not None:
        return found
    now = timezone.now()
    export = DataExport.objects.create(
        job=job,
        number=f"DC{timezone.localtime(now):%Y%m%d}-{job.pk}",
        exercise=exercise,
        form_codes=forms,
        division_code=division.code,
        division_name=division.full_name,
        approval_level=order.approval_level,
        file_format=order.file_format,
        since=order.since,
        reason=order.reason,
        is_masked=not order.with_confidential,
        requested_at=now,
    )
    audit_record(
        action=AuditAction.EXPORT_REQUESTED,
        actor=actor,
        subject=export,
        detail={
            "number": export.number,
            "reason": export.reason,
            "forms": forms,
            "level": export.approval_level,
            "format": export.file_format,
            "masked": export.is_masked,
        },
    )
    return export


def _checked(order: ExportOrder) -> tuple[CollectionExercise, Division]:
    if not order.form_codes or not set(order.form_codes) <= set(form_titles()):
        raise Invalid(_("请选择要导出的普查表。"), code="unknown_form")
    if order.file_format not in ExportFormat.values:
        raise Invalid(_("请选择导出格式。"), code="unknown_format")
    if len(order.reason.strip()) < REASON_AT_LEAST:
        raise Invalid(_("请写明用途，至少四个字。"), code="no_reason")
    exercise = exercise_current()
    if exercise is None:
        raise Invalid(_("没有正在进行的普查。"), code="no_exercise")
    allowed = [level for level in APPROVAL_LEVELS if level in exercise.levels]
    if order.approval_level and order.approval_level not in allowed:
        raise Invalid(_("请选择审核层级。"), code="unknown_level")
    if order.since is not None and order.since > timezone.now():
        raise Invalid(_("起始时间不能晚于现在。"), code="since_ahead")
    division = division_get(order.division_code)
    if division is None:
        raise Invalid(_("没有这个区划代码。"), code="unknown_division")
    return exercise, division


def export_download(*, actor: User, export: DataExport, password: str = "") -> Path:
    """Record that a person takes the file away, and give its path. With a password it leaves the
    portal sealed; the password itself is kept nowhere.

    Raises `NotAllowed`, `Conflict` while there is none, `Missing` once it has been deleted.
    """
    place = Place(export.division_code)
    refuse_while_checking(actor)
    if not actor.has_perm(Permission.DATA_EXPORT, place):
        raise NotAllowed(_("您不能下载这次导出的数据。"))
    if not export.is_masked and not actor.has_perm(Permission.CONFIDENTIAL_EXPORT, place):
        raise NotAllowed(_("文件含保密指标，您不能下载。"))
    if export.completed_at is None:
        raise Conflict(_("导出还没有完成，不能下载。"), code="export_not_ready")
    whole = Path(settings.MEDIA_ROOT) / export.path
    if not export.path or not whole.is_file():
        raise Missing(_("文件已过保留期，请重新导出。"))
    if password and len(password) < PASSWORD_AT_LEAST:
        raise Invalid(
            _("压缩包密码至少 %(n)d 个字符。") % {"n": PASSWORD_AT_LEAST}, code="password_too_short"
        )
    audit_record(
        action=AuditAction.EXPORT_DOWNLOADED,
        actor=actor,
        subject=export,
        detail={"number": export.number, "hash": export.file_hash, "sealed": bool(password)},
    )
    return whole


def exports_expire() -> int:
    """Delete the files whose days are over; the rows stay. Returns their number."""
    old = DataExport.objects.filter(kept_until__lt=timezone.localdate()).exclude(path="")
    number = 0
    for export in old.iterator():
        shutil.rmtree(folder_of(export), ignore_errors=True)
        DataExport.objects.filter(pk=export.pk).update(path="")
        number += 1
    return number
