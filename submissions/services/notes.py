"""Writing notes beside a cell, and settling a thread."""

import re
import unicodedata

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.evaluation.definition import split_path
from instruments.selectors import definition_for
from submissions.models import Case, Note, NoteThread, Response
from submissions.policies import is_running

NOTE_LENGTH_AT_MOST = 1000
MENTIONS_AT_MOST = 10
# a user name as accounts are made; an address such as name@example is no mention
MENTION = re.compile(r"(?<![\w.@+-])@([\w.+-]*\w)")


@transaction.atomic
def note_write(
    *, case_id: int, actor: User, text: str, cell: str = "", thread_id: int | None = None
) -> Note:
    """Begin a thread at a cell, or go on with one; a settled thread is open again.

    Raises `Invalid` for an empty or overlong text, a cell that the form does not have, or an @
    name of nobody who may see the case.
    """
    case = Case.objects.select_related("exercise").filter(pk=case_id).first()
    if case is None:
        raise Missing(_("没有这份普查表。"))
    _check_may_write(case, actor)
    text = _checked(text)
    mentions = _mentioned(text, case)
    now = timezone.now()
    thread = _thread(case, thread_id)
    if thread is None:
        _check_cell(case, cell)
        thread = NoteThread.objects.create(
            case=case, division_code=case.division_code, cell=cell, opened_at=now, opened_by=actor
        )
    elif thread.resolved_at is not None:
        thread.resolved_at = thread.resolved_by = None
        thread.save(update_fields=["resolved_at", "resolved_by"])
    note = Note.objects.create(
        thread=thread, text=text, written_at=now, written_by=actor, mentions=mentions
    )
    audit_record(
        action=AuditAction.NOTE_WRITTEN,
        actor=actor,
        subject=case,
        detail={"cell": thread.cell, "number": thread.pk},
        kept=note,
    )
    return note


@transaction.atomic
def thread_resolve(*, thread_id: int, actor: User) -> NoteThread:
    """Call a thread settled; it stays readable. Raises `Conflict` where it is already."""
    thread = (
        NoteThread.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case__exercise")
        .filter(pk=thread_id)
        .first()
    )
    if thread is None:
        raise Missing(_("没有这条批注。"))
    _check_may_write(thread.case, actor)
    if thread.resolved_at is not None:
        raise Conflict(_("这条批注已经解决。"), code="thread_resolved")
    thread.resolved_at, thread.resolved_by = timezone.now(), actor
    thread.save(update_fields=["resolved_at", "resolved_by"])
    audit_record(
        action=AuditAction.NOTE_RESOLVED,
        actor=actor,
        subject=thread.case,
        detail={"cell": thread.cell, "number": thread.pk},
    )
    return thread


def _check_may_write(case: Case, actor: User) -> None:
    if not actor.has_perm(Permission.NOTE_WRITE, case):
        raise NotAllowed(_("您不能在本表写批注。"))
    if not is_running(case.exercise):
        raise Conflict(_("本次普查填报已结束，不能再办理。"), code="exercise_closed")


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(_("请写明批注内容。"), code="note_empty")
    if len(text) > NOTE_LENGTH_AT_MOST:
        raise Invalid(
            _("批注过长，最多 %(length)d 个字。") % {"length": NOTE_LENGTH_AT_MOST},
            code="note_too_long",
        )
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise Invalid(_("批注中有不可见的控制字符。"), code="control_character")
    return text


def _mentioned(text: str, case: Case) -> list[int]:
    names = list(dict.fromkeys(MENTION.findall(text)))
    if len(names) > MENTIONS_AT_MOST:
        raise Invalid(
            _("一条批注最多提到 %(count)d 个人。") % {"count": MENTIONS_AT_MOST},
            code="too_many_mentions",
        )
    people = {user.username: user for user in User.objects.filter(username__in=names)}
    for name in names:
        person = people.get(name)
        if person is None or not person.has_perm(Permission.CASE_VIEW, case):
            raise Invalid(
                _("没有账号“%(name)s”，或其看不到本表。") % {"name": name}, code="unknown_person"
            )
    return [people[name].pk for name in names]


def _thread(case: Case, thread_id: int | None) -> NoteThread | None:
    if thread_id is None:
        return None
    thread = (
        NoteThread.objects.select_for_update(no_key=True).filter(pk=thread_id, case=case).first()
    )
    if thread is None:
        raise Missing(_("没有这条批注。"))
    return thread


def _check_cell(case: Case, cell: str) -> None:
    """The form has this cell, in a row that is there. Two queries at most."""
    if not cell:
        return
    group, row, _slug = split_path(cell)
    is_known = definition_for(case.instrument_version_id).item_at(cell) is not None
    if is_known and group:
        is_known = row in Response.objects.values_list("rows", flat=True).get(case=case).get(
            group, []
        )
    if not is_known:
        raise Invalid(_("本表没有这个指标。"), code="unknown_cell", cell=cell)
