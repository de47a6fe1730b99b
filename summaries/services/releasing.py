"""Making a release: the order, the computing, the proof, the freezing, the signature."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from accounts.services.signing_keys import Signer
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import division_get
from submissions.enums import JobKind
from submissions.jobs import RunningJob, job_running, job_start
from submissions.models import CollectionExercise
from summaries.checking import tables_faults
from summaries.definitions import SummaryTable, forms_to_read, tables_all
from summaries.enums import APPROVAL_LEVELS
from summaries.frames import (
    Basins,
    FrameOrder,
    counties_within,
    frame_of,
    frame_packed,
    place_of,
    units_read,
)
from summaries.models import ReleasePart, ReleaseRun, ReleaseSignature, SummaryRelease
from summaries.release_findings import findings_of
from summaries.release_lines import PROVINCE_DIGITS, AreaLines, nation_of
from summaries.release_names import DivisionNames, names_of
from summaries.release_storing import release_store
from summaries.selectors import exercise_current

NAME_AT_MOST = 60


@dataclass(frozen=True)
class ReleaseOrder:
    """What a person asks for; without a moment, now; without tables, all of them."""

    name: str
    division_code: str
    approval_level: str
    as_of: datetime | None = None
    table_codes: Sequence[str] = ()


@transaction.atomic
def release_request(*, actor: User, order: ReleaseOrder) -> ReleaseRun:
    """Start the making of a release. Raises `Invalid`, `Conflict` and `NotAllowed`."""
    division = _division_of(order)
    if not actor.has_perm(Permission.SUMMARY_RELEASE, Place(division.code)):
        raise NotAllowed(_("您不能为这个区划生成汇总版本。"))
    tables, exercise, as_of = _checked(order)
    name = order.name.strip()
    if SummaryRelease.objects.filter(division_code=division.code, name=name).exists():
        raise Conflict(_("已有同名的版本，请换一个名称。"), code="name_taken", cell="name")
    job = job_start(
        kind=JobKind.SUMMARY_RELEASE,
        parameters={
            "name": name,
            "exercise": exercise.code,
            "approval_level": order.approval_level,
            "as_of": order.as_of.isoformat() if order.as_of else "",
            "definitions": {table.code: table.content_hash for table in tables},
        },
        actor=actor,
        division_code=division.code,
    )
    run, is_new = ReleaseRun.objects.get_or_create(
        job=job,
        defaults={
            "exercise": exercise,
            "name": name,
            "division_code": division.code,
            "division_name": division.full_name,
            "approval_level": order.approval_level,
            "as_of": as_of,
            "definitions": {table.code: table.raw for table in tables},
        },
    )
    if is_new:
        audit_record(
            action=AuditAction.RELEASE_REQUESTED,
            actor=actor,
            subject=run,
            detail={"level": order.approval_level, "as_of": as_of.isoformat()},
        )
    return run


def _division_of(order: ReleaseOrder) -> Division:
    division = division_get(order.division_code)
    if division is None:
        raise Invalid(_("没有这个区划代码。"), code="unknown_division", cell="division")
    if division.level > DivisionLevel.PROVINCE:
        raise Invalid(
            _("汇总版本只为全国或一个省生成。"), code="division_too_small", cell="division"
        )
    return division


def _checked(order: ReleaseOrder) -> tuple[list[SummaryTable], CollectionExercise, datetime]:
    known = tables_all()
    codes = list(order.table_codes) or list(known)
    if any(code not in known for code in codes):
        raise Invalid(_("没有这张综合表。"), code="unknown_table", cell="tables")
    tables = [known[code] for code in sorted(set(codes))]
    if faults := tables_faults(tables):
        raise Invalid(
            _("综合表的定义与普查表不符：%(fault)s") % {"fault": faults[0]}, code="table_fault"
        )
    name = order.name.strip()
    if not name or len(name) > NAME_AT_MOST:
        raise Invalid(
            _("请填写版本名称，不超过 %d 个字。") % NAME_AT_MOST, code="name_required", cell="name"
        )
    exercise = exercise_current(tables[0].exercise)
    if exercise is None:
        raise Invalid(_("没有正在进行的普查。"), code="no_exercise")
    if order.approval_level not in APPROVAL_LEVELS or order.approval_level not in exercise.levels:
        raise Invalid(_("请选择审核层级。"), code="unknown_level", cell="level")
    now = timezone.now()
    as_of = order.as_of or now
    if as_of > now:
        raise Invalid(_("数据截至时间不能晚于现在。"), code="future", cell="as_of")
    return tables, exercise, as_of


def release_compute(*, job_id: int) -> None:
    """Run the job: province by province, each kept as soon as it is done, then the proof.

    Where the proof fails, or a rule could not run, there is no release: the job ends with the
    reason and the run keeps the list. Safe to run again.
    """
    with job_running(job_id) as running:
        run = ReleaseRun.objects.select_related("exercise", "job__requested_by").get(job_id=job_id)
        if SummaryRelease.objects.filter(run=run).exists():
            return
        making = _Making(run)
        provinces = making.provinces
        done = set(run.parts.values_list("prefix", flat=True))
        steps = len(provinces) + 2
        for number, prefix in enumerate(provinces):
            running.progress(
                number, steps, _("正在汇总：%(name)s") % {"name": making.names.name(prefix)}
            )
            if f"{prefix}:" not in done:
                making.province(prefix)
        _conclude(making, running, steps)


def _conclude(making: "_Making", running: RunningJob, steps: int) -> None:
    run = making.run
    running.progress(steps - 2, steps, _("正在核对"))
    making.nation()
    findings = findings_of(run, making.tables)
    run.findings = findings
    run.save(update_fields=["findings"])
    if findings:
        run.parts.all().delete()
        audit_record(
            action=AuditAction.RELEASE_REFUSED,
            actor=run.job.requested_by,
            subject=run,
            detail={"count": len(findings), "first": findings[0]["sentence"]},
        )
        raise Conflict(
            _("未通过核对，没有生成版本：%(first)s（共 %(count)d 项，见清单）")
            % {"first": findings[0]["sentence"], "count": len(findings)},
            code="proof_failed",
        )
    running.progress(steps - 1, steps, _("正在冻结"))
    with transaction.atomic():
        release = release_store(run, making.tables, timezone.now())
        audit_record(
            action=AuditAction.RELEASE_FROZEN,
            actor=run.job.requested_by,
            subject=release,
            detail={"hash": release.content_hash},
        )
        run.parts.all().delete()
    running.progress(steps, steps)


class _Making:
    """What the steps of one run share."""

    def __init__(self, run: ReleaseRun) -> None:
        self.run = run
        self.tables = [SummaryTable.from_dict(raw) for raw in run.definitions.values()]
        self.order = FrameOrder(
            run.exercise, run.approval_level, run.as_of, forms_to_read(self.tables)
        )
        self.basins = Basins()
        self.names = DivisionNames()
        self.is_nation = not run.division_code.rstrip("0")

    @cached_property
    def provinces(self) -> list[str]:
        """The provinces in which this exercise has cases; the release's own, for a province."""
        if not self.is_nation:
            return [self.run.division_code[:PROVINCE_DIGITS]]
        counties = counties_within(self.run.exercise, "")
        return sorted({county[:PROVINCE_DIGITS] for county in counties})

    @transaction.atomic
    def province(self, prefix: str) -> None:
        """Add up one province, county by county; keep its tables and the frames of its counties."""
        areas = [AreaLines(table) for table in self.tables]
        for county in counties_within(self.run.exercise, prefix):
            frame = frame_of(self.order, place_of(county), self.basins)
            if not frame:
                continue
            ReleasePart.objects.create(
                run=self.run,
                prefix=county,
                packed=frame_packed(frame),
                units=len(frame),
                submissions=sum(len(unit.submissions) for unit in frame),
            )
            for unit, forms in units_read(frame):
                for area in areas:
                    area.add_unit(unit, forms)
        ReleasePart.objects.bulk_create(
            [self._part(area.table, prefix, area.as_content()) for area in areas]
            + [ReleasePart(run=self.run, prefix=f"{prefix}:")]
        )

    def nation(self) -> None:
        """Bring the provinces together, one table at a time. Again where it is done: nothing."""
        if not self.is_nation:
            return
        done = set(self.run.parts.filter(prefix__startswith=":").values_list("prefix", flat=True))
        for table in self.tables:
            if f":{table.code}" not in done:
                content = nation_of(table, dict(self._of(table)))
                self._part(table, "", content).save(force_insert=True)

    def _of(self, table: SummaryTable) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for prefix in self.provinces:
            part = self.run.parts.filter(prefix=f"{prefix}:{table.code}").first()
            if part is not None:
                yield prefix, part.lines

    def _part(self, table: SummaryTable, prefix: str, content: dict[str, Any]) -> ReleasePart:
        content["names"] = names_of(table, content, self.names)
        return ReleasePart(run=self.run, prefix=f"{prefix}:{table.code}", lines=content)


@transaction.atomic
def release_sign(*, actor: User, release: SummaryRelease, signer: Signer | None) -> None:
    """Sign the content hash with the person's opened key. Raises `NotAllowed`, `Conflict`."""
    if not actor.has_perm(Permission.SUMMARY_RELEASE, release):
        raise NotAllowed(_("您不能签署这个版本。"))
    if signer is None:
        raise Conflict(_("请先打开签名密钥，再签署。"), code="key_closed")
    try:
        with transaction.atomic():
            ReleaseSignature.objects.create(
                release=release,
                key=signer.key,
                signature=signer.sign(release.content_hash.encode()),
                signed_at=timezone.now(),
                signed_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(_("您已经签署过这个版本。"), code="signed_before") from error
    audit_record(
        action=AuditAction.RELEASE_SIGNED,
        actor=actor,
        subject=release,
        detail={"hash": release.content_hash, "key": signer.key.fingerprint},
    )


def release_download(*, actor: User, release: SummaryRelease, what: str) -> None:
    """Record that a person takes figures of a release away. Raises `NotAllowed`."""
    if release not in SummaryRelease.objects.visible_to(actor).filter(pk=release.pk):
        raise NotAllowed(_("您不能下载这个版本。"))
    audit_record(
        action=AuditAction.RELEASE_DOWNLOADED,
        actor=actor,
        subject=release,
        detail={"what": what, "hash": release.content_hash},
    )
