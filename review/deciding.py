"""What one decision and ten thousand have in common: when they are refused, and how they are kept."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Missing, NotAllowed, Refusal
from accounts.models import User
from accounts.services.signing_keys import Signer
from audit.enums import AuditAction
from audit.hashing import canonical_json
from audit.services import Act, audit_record_many
from review.claiming import claimed_by_another, claims_held
from review.enums import ACTIONS, Decision
from review.models import CaseClaim, DecisionSignature, ReviewDecision
from review.signing import signed_content
from submissions.models import Case, Submission
from submissions.transitions import cases_transition


class Ready(NamedTuple):
    """A case that is to be approved: the submission that was looked at, and the decision."""

    case: int
    submission: int
    decision: Decision


class Decided(NamedTuple):
    """A case that has moved, the submission that was decided about, the level that decided."""

    case: Case
    submission: Submission
    level: str


def decision_refusals(
    *,
    cases: Sequence[Case],
    newest: Mapping[int, Submission],
    seen: Mapping[int, int],
    actor: User,
    signer: Signer | None,
) -> dict[int, Refusal]:
    """The cases about which this person may not decide now, each with what is to be said.

    `newest` and `seen` are by case: the submission there is, and the id of the one that the person
    looked at. The conditions of the workflow itself come with the move.
    """
    refused: dict[int, Refusal] = {}
    claims = claims_held(cases)
    signed = signed_at_another_level(cases, actor)
    for case in cases:
        submission, claim = newest.get(case.pk), claims.get(case.pk)
        if not actor.has_perm(Permission.CASE_REVIEW, case):
            refused[case.pk] = NotAllowed(_("您无权审核本表。"))
        elif case.pk in seen and submission is not None and submission.pk != seen[case.pk]:
            refused[case.pk] = Conflict(
                _("本表已重新提交，请核对新的内容后再审核。"), code="stale_submission"
            )
        elif claim is not None and claim.claimed_by_id != actor.pk:
            refused[case.pk] = claimed_by_another(claim)
        elif case.pk in signed:
            refused[case.pk] = NotAllowed(
                _("您或您代理的人已在另一层级审核过这次提交，同一人不能审核两级。"),
                code="another_level",
            )
        elif signer is None and case.exercise.requires_signature:
            refused[case.pk] = Conflict(
                _("本普查阶段的审核结论须签名，请先打开签名密钥。"), code="signature_required"
            )
    return refused


def signed_at_another_level(cases: Sequence[Case], actor: User) -> set[int]:
    """The cases whose present submission this person, or whom they act for, decided elsewhere.

    One query.
    """
    persons = {actor.pk}
    for case in cases:
        principal = actor.acts_for(Permission.CASE_REVIEW, case, case.review_level)
        if principal is not None:
            persons.add(principal)
    decisions = ReviewDecision.objects.filter(
        Q(decided_by__in=persons) | Q(decided_for__in=persons),
        case__in=cases,
        decided_at__gte=F("case__submitted_at"),
    ).values_list("case_id", "level", "decided_by", "decided_for")
    by_case = {case.pk: case for case in cases}
    found = set()
    for case_id, level, decided_by, decided_for in decisions:
        case = by_case[case_id]
        acting = {actor.pk, actor.acts_for(Permission.CASE_REVIEW, case, case.review_level)}
        if level != case.review_level and acting & {decided_by, decided_for} - {None}:
            found.add(case_id)
    return found


def decisions_write(
    *,
    decided: Sequence[Decided],
    decision: Decision,
    actor: User,
    signer: Signer | None,
    reason_codes: Sequence[str] = (),
    note: str = "",
) -> list[ReviewDecision]:
    """Keep decisions about cases that have just moved, each with its own signature. Three inserts.

    With the decision a claim ends.
    """
    CaseClaim.objects.filter(case__in=[one.case for one in decided]).delete()
    rows = ReviewDecision.objects.bulk_create(
        ReviewDecision(
            case=one.case,
            division_code=one.case.division_code,
            submission=one.submission,
            level=one.level,
            decision=decision,
            reason_codes=list(dict.fromkeys(reason_codes)),
            note=note,
            decided_at=one.case.status_changed_at,
            decided_by=actor,
            decided_for_id=actor.acts_for(Permission.CASE_REVIEW, one.case, one.level),
        )
        for one in decided
    )
    if signer is not None:
        fingerprint = signer.key.fingerprint
        signatures = signer.sign_each(
            [canonical_json(signed_content(row, fingerprint=fingerprint)) for row in rows]
        )
        DecisionSignature.objects.bulk_create(
            DecisionSignature(decision=row, key=signer.key, signature=signature)
            for row, signature in zip(rows, signatures, strict=True)
        )
    # the log's own copy of which key signed: a signature that is taken away or swapped is missed
    signed_by = {"key": signer.key.fingerprint} if signer else {}
    audit_record_many(
        actor=actor,
        acts=[
            Act(
                AuditAction.DECISION_KEPT,
                row.case,
                {"decision": decision, "level": row.level, **signed_by},
                kept=row,
            )
            for row in rows
        ],
    )
    return rows


@transaction.atomic
def decisions_record(
    *, ready: Sequence[Ready], actor: User, signer: Signer | None = None
) -> dict[int, Refusal]:
    """Approve cases without note or question, all in one transaction and a dozen statements.

    By the same conditions as one decision: `decision_refusals`, then the guards of the workflow.
    Returns what was refused, by case; everything else is decided.
    """
    locked = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("exercise")
        .filter(pk__in=[one.case for one in ready])
        .order_by("pk")
    )
    cases = {case.pk: case for case in locked}
    newest = {
        submission.case_id: submission
        for submission in Submission.objects.filter(case__in=cases.values())
        .defer("document", "explanations", "waivers")
        .order_by("case_id", "-number")
        .distinct("case_id")
    }
    refused: dict[int, Refusal] = {
        one.case: Missing(_("没有这份普查表。")) for one in ready if one.case not in cases
    }
    refused |= decision_refusals(
        cases=list(cases.values()),
        newest=newest,
        seen={one.case: one.submission for one in ready},
        actor=actor,
        signer=signer,
    )
    levels = {case.pk: case.review_level for case in cases.values()}
    for decision in dict.fromkeys(one.decision for one in ready):
        moved = cases_transition(
            case_ids=[
                one.case for one in ready if one.decision == decision and one.case not in refused
            ],
            action=ACTIONS[decision],
            actor=actor,
        )
        refused |= moved.refused
        decisions_write(
            decided=[Decided(case, newest[case.pk], levels[case.pk]) for case in moved.cases],
            decision=decision,
            actor=actor,
            signer=signer,
        )
    return refused
