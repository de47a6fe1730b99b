"""Conditions on a move that need the case, its history and the person. Each refuses in words."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Permission
from accounts.exceptions import Conflict, NotAllowed
from accounts.models import User
from instruments.accounting_targets import accounting_targets
from submissions.accounting_rows import inputs_hash
from submissions.enums import CaseStatus, FailureKind, Holder, Level, Severity
from submissions.models import AccountingRun, Case, EditFailure, ItemQuery, Response
from submissions.phase_enums import Work
from submissions.policies import (
    closed_words,
    filling_works,
    holds_the_pen,
    is_filling_in_phase,
    is_review_in_phase,
    is_running,
)
from submissions.selectors import without_own_work


def exercise_open(case: Case, actor: User) -> None:
    """After an exercise is closed nothing moves."""
    if not is_running(case.exercise):
        raise Conflict(_("本次普查填报已结束，不能再办理。"), code="exercise_closed")


def filling_open(case: Case, actor: User) -> None:
    """Filling and submitting end with their phase and its deadline in the case's area."""
    if not is_filling_in_phase(case):
        raise Conflict(closed_words(case, filling_works(case)), code="phase_closed")


def review_open(case: Case, actor: User) -> None:
    """Reviewing begins and ends with its phases in the case's area."""
    if not is_review_in_phase(case):
        raise Conflict(closed_words(case, {Work.REVIEW}), code="phase_closed")


def holds_pen(case: Case, actor: User) -> None:
    """A case that was handed over is filled, explained and submitted by its holder alone."""
    if not holds_the_pen(actor, case):
        raise Conflict(
            _("本表现在“%(holder)s”，您这里没有保存。需要修改的，请先收回或请对方交回。")
            % {"holder": Holder(case.holder).label},
            code="held_elsewhere",
        )


def is_owed(case: Case, actor: User) -> None:
    """A form the unit does not owe is kept, not submitted."""
    if not case.is_owed:
        raise Conflict(_("按现有信息，该普查对象不需要填报本表，不必提交。"), code="case_not_owed")


def reviews_at_this_level(case: Case, actor: User) -> None:
    """The case waits for the level at which this person stands over it."""
    if case.review_level not in actor.levels_for(Permission.CASE_REVIEW, case):
        raise NotAllowed(
            _("本表现由“%(level)s”审核，不在您的审核层级。")
            % {"level": case.get_review_level_display()},
            code="not_your_level",
        )


def not_signed_above(case: Case, actor: User) -> None:
    """An office undoes nothing that a higher level is looking at or has signed."""
    is_final = case.status == CaseStatus.FINAL
    reached = case.exercise.top_level if is_final else case.review_level
    order = list(Level)
    own = actor.levels_for(Permission.CASE_CLOSE, case)
    if reached and max(map(order.index, own), default=-1) < order.index(Level(reached)):
        raise NotAllowed(
            _("本表已到“%(level)s”，只有该级或以上普查办可以作废或重新开放。")
            % {"level": Level(reached).label},
            code="above_your_level",
        )


def lot_not_signed_above(case: Case, actor: User) -> None:
    """A level takes back the forms of a failing lot as far up as it stands itself."""
    reached = case.exercise.top_level if case.status == CaseStatus.FINAL else case.review_level
    order = list(Level)
    own = actor.levels_for(Permission.QUALITY_DRAW, case)
    if max(map(order.index, own), default=-1) < order.index(Level(reached)):
        raise NotAllowed(
            _("本表已到“%(level)s”，须由该级或以上退回。") % {"level": Level(reached).label},
            code="above_your_level",
        )


def signed_last(case: Case, actor: User) -> None:
    """What was approved at the top is opened by the top alone."""
    if case.exercise.top_level not in actor.levels_for(Permission.CASE_REVIEW, case):
        raise NotAllowed(
            _("本表由“%(level)s”定稿，更正也由该级批准。")
            % {"level": Level(case.exercise.top_level).label},
            code="not_your_level",
        )


def own_work_among(cases: Sequence[Case], actor: User) -> set[int]:
    """The cases in which this person, or whom they act for, has entered something.

    One query for the person, one for each whose deputy they are here.
    """
    by_person: dict[int, set[int]] = {actor.pk: {case.pk for case in cases}}
    for case in cases:
        principal = actor.acts_for(Permission.CASE_REVIEW, case, case.review_level)
        if principal is not None:
            by_person.setdefault(principal, set()).add(case.pk)
    worked: set[int] = set()
    for person, ids in by_person.items():
        clean = without_own_work(Case.objects.filter(pk__in=ids), person)
        worked |= ids - set(clean.values_list("pk", flat=True))
    return worked


def not_own_work(case: Case, actor: User) -> None:
    """Nobody reviews what they entered, explained, answered or submitted. One query."""
    if own_work_among([case], actor):
        raise NotAllowed(_("您或您代理的人填报或提交过本表，不能审核自己的数据。"), code="own_work")


def below_the_top(case: Case, actor: User) -> None:
    """At the top there is no higher level: finalise instead."""
    if case.review_level == case.exercise.top_level:
        raise Conflict(_("已到最高审核层级，请直接定稿。"), code="at_the_top")


def at_the_top(case: Case, actor: User) -> None:
    """Only the top level finalises."""
    if case.review_level != case.exercise.top_level:
        raise Conflict(_("尚未到最高审核层级，不能定稿。"), code="below_the_top")


def failed_to_run_among(cases: Sequence[Case], actor: User) -> set[int]:
    """The cases with a rule that could not run. One query."""
    failed = EditFailure.objects.filter(case__in=cases, kind=FailureKind.FAILED_TO_RUN)
    return set(failed.values_list("case_id", flat=True))


def no_rule_failed_to_run(case: Case, actor: User) -> None:
    """A rule that could not run counts as failed."""
    if failed_to_run_among([case], actor):
        raise Conflict(_("有审核关系未能执行，请联系上级普查机构。"), code="rule_failed_to_run")


def open_hard_among(cases: Sequence[Case], actor: User) -> set[int]:
    """The cases with a hard finding that no waiver sets aside today. One query."""
    failures = EditFailure.objects.filter(case__in=cases).hard().blocking()
    return set(failures.values_list("case_id", flat=True))


def no_open_hard_failures(case: Case, actor: User) -> None:
    """A hard finding stops the case where it is, unless a waiver sets it aside today."""
    count = EditFailure.objects.filter(case=case).hard().blocking().count()
    if count:
        raise Conflict(
            ngettext(
                "还有 %(count)d 个强制性错误，请改正后再办理。",
                "还有 %(count)d 个强制性错误，请改正后再办理。",
                count,
            )
            % {"count": count},
            code="hard_failures",
            details={"errors": _first_findings(case, Severity.HARD)},
        )


def soft_failures_explained(case: Case, actor: User) -> None:
    """Every soft finding carries an explanation or is waived today."""
    count = EditFailure.objects.filter(case=case).unexplained().blocking().count()
    if count:
        raise Conflict(
            ngettext(
                "还有 %(count)d 个核实性问题没有说明，请填写说明后再提交。",
                "还有 %(count)d 个核实性问题没有说明，请填写说明后再提交。",
                count,
            )
            % {"count": count},
            code="soft_failures_unexplained",
            details={"errors": _first_findings(case, Severity.SOFT)},
        )


def accounting_is_current(case: Case, actor: User) -> None:
    """Derived values belong to the inputs that are submitted with them. Three queries for a G106-1."""
    if case.form_code != accounting_targets().form:
        return
    run = AccountingRun.objects.filter(case=case).first()
    response = Response.objects.get(case=case)
    if run is None:
        return
    measured = {
        r.case.form_code: r.plain()
        for r in Response.objects.filter(
            case__unit_id=case.unit_id,
            case__exercise_id=case.exercise_id,
            case__form_code__in=list(accounting_targets().monitoring),
            case__is_owed=True,
        )
        .exclude(case__status=CaseStatus.VOID)
        .select_related("case")
    }
    now = inputs_hash(response.plain(), case.unit.industry_codes, measured)
    if run.inputs_hash != now:
        raise Conflict(_("核算以后又改了数据，请重新核算后再提交。"), code="accounting_stale")


def queries_answered(case: Case, actor: User) -> None:
    """Every question of a reviewer is answered before the case is submitted again."""
    count = ItemQuery.objects.filter(case=case).unanswered().count()
    if count:
        raise Conflict(
            ngettext(
                "还有 %(count)d 个审核疑问没有答复，请答复后再提交。",
                "还有 %(count)d 个审核疑问没有答复，请答复后再提交。",
                count,
            )
            % {"count": count},
            code="queries_unanswered",
        )


# Guards that cost a query, with the one query that finds every case they may refuse. A guard is
# asked of these cases alone: it is the guard that refuses, and it asks the same condition.
SCREENS: dict[Callable[[Case, User], None], Callable[[Sequence[Case], User], set[int]]] = {
    not_own_work: own_work_among,
    no_rule_failed_to_run: failed_to_run_among,
    no_open_hard_failures: open_hard_among,
}


def _first_findings(case: Case, severity: Severity) -> list[dict[str, str | None]]:
    failures = EditFailure.objects.filter(case=case, severity=severity, explanation="")
    return [
        {
            "code": failure.rule_id,
            "message": failure.message_zh,
            "cell": failure.cells[0] if failure.cells else None,
        }
        for failure in failures.blocking()[:20]
    ]
