"""Deciding about a submitted form, and the questions that go back with it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api_fields import has_control_character
from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.services.signing_keys import Signer
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.selectors import definition_data
from review.deciding import Decided, decision_refusals, decisions_write
from review.enums import ACTIONS, CHOSEN_REASONS, Decision, ReturnReason
from review.models import ReviewDecision
from submissions.guards import holds_pen
from submissions.models import Case, ItemQuery, Submission
from submissions.policies import is_open_for_filling, is_running
from submissions.selectors import submission_latest
from submissions.transitions import case_transition

TEXT_LENGTH_AT_MOST = 1000
QUERIES_AT_MOST = 200


class Question(NamedTuple):
    """A question to the filler, pinned to a cell; a blank cell asks about the whole form."""

    cell: str
    text: str


@transaction.atomic
def decision_record(  # noqa: PLR0913  the fields of a decision
    *,
    case_id: int,
    decision: Decision,
    actor: User,
    reason_codes: Sequence[str] = (),
    note: str = "",
    queries: Iterable[tuple[str, str]] = (),
    submission_id: int | None = None,
    signer: Signer | None = None,
) -> ReviewDecision:
    """Decide about the newest submission of a case; the case moves in the same transaction.

    `submission_id` is the submission the reviewer saw: where another one has come in meanwhile
    the decision is refused. Questions go with a return only, to the person who submitted. The
    opened key of `signer` signs the decision; an exercise may demand that.
    Raises `NotAllowed`, `Conflict` (a guard of the workflow, `stale_submission`) or `Invalid`.
    """
    case = _case_locked(case_id)
    submission = submission_latest(case)
    newest = {case.pk: submission} if submission is not None else {}
    seen = {case.pk: submission_id} if submission_id is not None else {}
    for refusal in decision_refusals(
        cases=[case], newest=newest, seen=seen, actor=actor, signer=signer
    ).values():
        raise refusal
    note = _clean(note)
    questions = [Question(cell.strip(), _clean(text, cell)) for cell, text in queries]
    _check(decision, reason_codes, note, questions)
    level = case.review_level
    case = case_transition(
        case_id=case_id, action=ACTIONS[decision], actor=actor, reason=_words(reason_codes, note)
    )
    assert submission is not None  # noqa: S101  what is under review has been submitted
    _check_cells(submission, questions)
    recorded = decisions_write(
        decided=[Decided(case, submission, level)],
        decision=decision,
        actor=actor,
        signer=signer,
        reason_codes=reason_codes,
        note=note,
    )[0]
    _raise_queries(recorded, questions)
    return recorded


@transaction.atomic
def query_answer(*, query_id: int, actor: User, text: str) -> ItemQuery:
    """Answer a reviewer's question. An answer may be reworded until the form is submitted again.

    Raises `NotAllowed`, `Conflict` where it is not the filler's turn, or `Invalid`.
    """
    query = ItemQuery.objects.filter(pk=query_id).first()
    if query is None:
        raise Missing(_("没有这条疑问。"))
    case = _case_locked(query.case_id)
    if not actor.has_perm(Permission.QUERY_ANSWER, case):
        raise NotAllowed(_("只有填报方可以答复疑问。"))
    if not is_open_for_filling(case) or not is_running(case.exercise):
        raise Conflict(_("本表现在不能填报，答复没有保存。"), code="case_locked", cell=query.cell)
    holds_pen(case, actor)
    newest = submission_latest(case)
    if query.answered_at and newest is not None and newest.pk != query.submission_id:
        raise Conflict(
            _("这条疑问已随上次提交答复，不能再改。"), code="query_closed", cell=query.cell
        )
    text = _clean(text, query.cell)
    if not text:
        raise Invalid(_("请写明答复。"), code="answer_required", cell=query.cell)
    query.answer = text
    query.answered_at = timezone.now()
    query.answered_by = actor
    query.save(update_fields=["answer", "answered_at", "answered_by"])
    audit_record(
        action=AuditAction.QUERY_ANSWERED,
        actor=actor,
        subject=case,
        detail={"query": query.pk, "cell": query.cell, "answer": text},
    )
    return query


def _case_locked(case_id: int) -> Case:
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Missing(_("没有这份普查表。"))
    return case


def _clean(text: str, cell: str = "") -> str:
    text = text.strip()
    if has_control_character(text, allowed="\r\n\t"):
        raise Invalid(_("文字中有不可见的控制字符。"), code="control_character", cell=cell or None)
    if len(text) > TEXT_LENGTH_AT_MOST:
        raise Invalid(
            _("文字过长，最多 %(length)d 个字。") % {"length": TEXT_LENGTH_AT_MOST},
            code="text_too_long",
            cell=cell or None,
        )
    return text


def _words(reason_codes: Sequence[str], note: str) -> str:
    """The reasons and the note in one sentence, for the audit event and the filler."""
    labels = [str(ReturnReason(code).label) for code in reason_codes]
    return _("；").join([*labels, *([note] if note else [])])


def _check(
    decision: Decision, reason_codes: Sequence[str], note: str, questions: Sequence[Question]
) -> None:
    if decision != Decision.RETURN:
        if reason_codes or questions:
            raise Invalid(_("只有退回时才写退回原因和疑问。"), code="only_with_a_return")
        return
    if not reason_codes:
        raise Invalid(_("退回须选择至少一个原因。"), code="reason_required")
    if unknown := sorted(set(reason_codes) - {reason.value for reason in CHOSEN_REASONS}):
        raise Invalid(
            _("没有“%(code)s”这个退回原因。") % {"code": unknown[0]}, code="reason_unknown"
        )
    if ReturnReason.OTHER in reason_codes and not note:
        raise Invalid(_("选择“其他”时请写明意见。"), code="note_required")


def _check_cells(submission: Submission, questions: Sequence[Question]) -> None:
    """Raise `Invalid` for a question without words or about a cell the form does not have."""
    if len(questions) > QUERIES_AT_MOST:
        raise Invalid(
            _("一次最多提出 %(count)d 条疑问。") % {"count": QUERIES_AT_MOST},
            code="too_many_queries",
        )
    known = cells_of(submission) if questions else frozenset()
    for question in questions:
        if not question.text:
            raise Invalid(
                _("请写明疑问的内容。"), code="query_text_required", cell=question.cell or None
            )
        if question.cell and question.cell not in known:
            raise Invalid(
                _("本表没有“%(cell)s”这个指标。") % {"cell": question.cell},
                code="unknown_cell",
                cell=question.cell,
            )


def cells_of(submission: Submission) -> frozenset[str]:
    """Every cell of the submitted form, blank ones too, in all its rows."""
    cells: list[str] = []
    for section in definition_data(submission.instrument_version_id)["sections"]:
        slugs = [item["slug"] for item in section["items"]]
        group = section.get("group")
        if group:
            rows = submission.document["rows"].get(group, [])
            cells += [f"{group}/{row}/{slug}" for row in rows for slug in slugs]
        else:
            cells += slugs
    return frozenset(cells)


def _raise_queries(decision: ReviewDecision, questions: Sequence[Question]) -> None:
    for question in questions:
        query = ItemQuery.objects.create(
            case=decision.case,
            division_code=decision.division_code,
            submission=decision.submission,
            cell=question.cell,
            text=question.text,
            raised_at=decision.decided_at,
            raised_by=decision.decided_by,
            addressed_to_id=decision.submission.submitted_by_id,
        )
        audit_record(
            action=AuditAction.QUERY_RAISED,
            actor=decision.decided_by,
            subject=decision.case,
            detail={"query": query.pk, "cell": query.cell, "text": query.text},
        )
