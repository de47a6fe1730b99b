"""Measuring how long a rule takes, on demand, over a sample of the answers there are."""

from time import perf_counter_ns

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from instruments.evaluation.checks import RuleCheck
from instruments.evaluation.engine import Compiled, Context
from instruments.evaluation.record import Answers
from instruments.evaluation.trial import outcomes_of, rule_check_of
from submissions.models import Case, RuleMeasurement
from submissions.rule_catalogue import rule_entry
from submissions.services.unit_forms import unit_forms_read

SAMPLE = 50
ROUNDS = 5
Sample = tuple[Compiled, RuleCheck, Answers, Context]


@transaction.atomic
def rule_measure(*, form_code: str, rule_id: str, actor: User) -> RuleMeasurement:
    """Run a rule over the newest answered cases this person oversees, five times each.

    The time is that of reading the rule's values and judging it, not of the database. Raises
    `Conflict` where nobody has answered yet (`nothing_to_measure`).
    """
    if not actor.can_anywhere(Permission.FINDING_REPORT_VIEW):
        raise NotAllowed(_("您的职责不包括此项操作。"))
    entry = rule_entry(form_code, rule_id)
    if entry is None:
        raise Missing(_("没有这条审核关系。"))
    sample = _sample(actor, form_code, rule_id)
    if not sample:
        raise Conflict(_("辖区内还没有填报数据可供测定。"), code="nothing_to_measure")
    times, rows = _timed(sample)
    measured = RuleMeasurement.objects.create(
        form_code=form_code,
        rule_id=rule_id,
        instrument_version_id=entry.version_id,
        case_count=len(sample),
        row_count=rows,
        mean_microseconds=sum(times) / len(times) / 1_000,
        p95_microseconds=sorted(times)[(len(times) * 95 - 1) // 100] / 1_000,
        measured_at=timezone.now(),
        measured_by=actor,
    )
    audit_record(
        action=AuditAction.RULE_MEASURED,
        actor=actor,
        division_code=actor.division_code,
        detail={"code": form_code, "rule": rule_id, "count": len(sample)},
    )
    return measured


def _sample(actor: User, form_code: str, rule_id: str) -> list[Sample]:
    cases = Case.objects.visible_to(actor, Permission.FINDING_REPORT_VIEW)
    answered = cases.filter(form_code=form_code, response__version__gt=0).with_names()
    found: list[Sample] = []
    for case in answered.order_by("-updated_at")[:SAMPLE]:
        forms = unit_forms_read(case)
        response = forms.of(case.pk)
        compiled = forms.compiled(response)
        check = rule_check_of(compiled, rule_id)
        if check is not None:
            found.append((compiled, check, forms.plain(response), forms.context()))
    return found


def _timed(sample: list[Sample]) -> tuple[list[int], int]:
    """Nanoseconds of every run, and how many rows were judged in one round."""
    times, rows = [], 0
    for compiled, check, answers, context in sample:
        rows += len(outcomes_of(compiled, check, answers, context))  # and the plan is warm
        for _round in range(ROUNDS):
            began = perf_counter_ns()
            outcomes_of(compiled, check, answers, context)
            times.append(perf_counter_ns() - began)
    return times, rows
