"""Making a publication of a release: disclosure control as a job, and the record of its outcome."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from submissions.enums import JobKind
from submissions.jobs import job_running, job_start
from submissions.models import Job
from summaries.definitions import SummaryTable
from summaries.disclosure.marking import Marked, rules_written, table_marked
from summaries.disclosure.rules import Rules
from summaries.disclosure.suppression import CannotProtect
from summaries.enums import ReleaseOrigin
from summaries.models import PublicationTable, ReleasePublication, ReleaseTable, SummaryRelease
from summaries.release_lines import PROVINCE_DIGITS


@transaction.atomic
def publication_request(*, actor: User, release: SummaryRelease) -> Job:
    """Start disclosure control of a release. Raises `NotAllowed`, `Conflict`."""
    if not actor.has_perm(Permission.SUMMARY_RELEASE, release):
        raise NotAllowed(_("您不能生成这个版本的发布版。"))
    if release.origin != ReleaseOrigin.COMPUTED:
        raise Conflict(_("导入的版本没有各单位的数，不能做保密处理。"), code="imported_release")
    return job_start(
        kind=JobKind.SUMMARY_PUBLISH,
        parameters={
            "release": release.pk,
            "rules": content_hash(rules_written(release.exercise.code)),
        },
        actor=actor,
        division_code=release.division_code,
    )


def publication_compute(*, job_id: int) -> None:
    """Run the job: each table suppressed and attacked. A figure that stays exposed ends it."""
    with job_running(job_id) as running:
        job = running.job
        release = SummaryRelease.objects.select_related("exercise").get(
            pk=job.parameters["release"]
        )
        written = rules_written(release.exercise.code)
        if content_hash(written) != job.parameters["rules"]:
            raise Conflict(_("保密规则已经改变，请重新生成。"), code="rules_changed")
        rules = Rules.from_dict(written)
        marked: dict[str, Marked] = {}
        for number, (code, raw) in enumerate(release.definitions.items()):
            running.progress(
                number, len(release.definitions), _("正在做保密处理：%(code)s") % {"code": code}
            )
            marked[code] = _table(release, SummaryTable.from_dict(raw), rules)
        _store(release, dict(written), marked, job)
        running.progress(len(marked), len(marked))


def _table(release: SummaryRelease, table: SummaryTable, rules: Rules) -> Marked:
    contents = {
        _prefix(one): one.content
        for one in ReleaseTable.objects.filter(release=release, table_code=table.code)
    }
    try:
        marked = table_marked(table, contents, rules)
    except CannotProtect as error:
        raise Conflict(
            _("%(table)s 有数无法保密，不能发布这张表。") % {"table": table.number},
            code="cannot_protect",
        ) from error
    if marked.exposed:
        raise Conflict(
            _("%(table)s 有 %(count)d 个应保密的数仍可推算。")
            % {"table": table.number, "count": marked.exposed},
            code="exposed",
        )
    return marked


def _prefix(stored: ReleaseTable) -> str:
    prefix = stored.division_code[:PROVINCE_DIGITS]
    return "" if prefix == "00" else prefix


@transaction.atomic
def _store(
    release: SummaryRelease, written: dict[str, Any], marked: dict[str, Marked], job: Job
) -> None:
    audit = {
        code: {"primary": one.primary, "secondary": one.secondary, "exposed": one.exposed}
        for code, one in marked.items()
    }
    marks = {code: one.marks for code, one in marked.items()}
    publication = ReleasePublication.objects.create(
        release=release,
        rules=written,
        audit=audit,
        content_hash=content_hash(
            {"release": release.content_hash, "rules": written, "marks": marks}
        ),
        published_at=timezone.now(),
        published_by=job.requested_by,
    )
    for stored in release.tables.iterator(chunk_size=20):
        PublicationTable.objects.create(
            publication=publication,
            table=stored,
            marks=marks[stored.table_code].get(_prefix(stored), {}),
        )
    audit_record(
        action=AuditAction.RELEASE_PUBLISHED,
        actor=job.requested_by,
        subject=release,
        detail={"hash": publication.content_hash},
    )
