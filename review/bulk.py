"""Signing off many routine cases at once: what would be approved, what would not and why."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.hashing import content_hash
from review.deciding import Ready
from review.enums import Decision
from review.models import CaseClaim, ReviewDecision
from review.selectors import QueueFilter, queue_of, waiting_for
from submissions.enums import FailureKind
from submissions.models import Case, EditFailure, Submission

CASES_AT_MOST = 10_000
EXAMPLES = 5
NAMED_AT_MOST = 500


@dataclass
class Exceptional:
    """Cases that are left for a person, all for one reason."""

    reason: str | Promise
    number: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)  # case, unit

    def add(self, case: Case) -> None:
        """One more."""
        self.number += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((case.pk, f"{case.form_code} {case.unit.name}"))


@dataclass(frozen=True)
class BulkPreview:
    """What a bulk sign-off would do. `token` binds the act to exactly this."""

    ready: list[Ready]
    named: list[tuple[int, str]]  # the first of them: case, form and unit
    forms: list[tuple[str, int]]  # how many of each form
    exceptions: list[Exceptional]
    more: bool  # the queue is longer than what is done at once
    token: str


# In this order: the first that holds is the reason.
REASONS: dict[str, str | Promise] = {
    "own_work": _("您填报、答复过，或在另一层级审核过"),
    "is_claimed": _("他人已领取，正在审核"),
    "must_sign": _("本普查阶段的审核结论须签名，请先打开签名密钥"),
    "failed_to_run": _("有审核关系未能执行"),
    "has_hard": _("有强制性错误或豁免，须逐份审核"),
    "is_explained": _("有核实性说明，须逐份审核"),
    "was_returned": _("退回后重报，须逐份审核"),
}


def bulk_preview(*, actor: User, narrowed: QueueFilter, signs: bool = False) -> BulkPreview:
    """The oldest cases at the person's own level, sorted into routine ones and exceptions.

    One query. A routine case has no hard finding, no explanation, and has never been returned.
    `signs`: the person's signing key is open.
    """
    ready: list[Ready] = []
    named: list[tuple[int, str]] = []
    forms: Counter[str] = Counter()
    exceptions: dict[str, Exceptional] = defaultdict(lambda: Exceptional(""))
    number = 0
    for number, case in enumerate(_cases(actor, narrowed), start=1):
        if number > CASES_AT_MOST:
            break
        reason = next((name for name in REASONS if _holds(case, name, signs=signs)), "")
        if not reason:
            top = case.review_level == case.exercise.top_level
            decision = Decision.FINALISE if top else Decision.APPROVE
            # `newest` is the query's own column
            ready.append(Ready(case.pk, case.newest, decision))  # type: ignore[attr-defined]
            forms[case.form_code] += 1
            if len(named) < NAMED_AT_MOST:
                named.append((case.pk, f"{case.form_code} {case.unit.name}"))
            continue
        exceptions[reason].reason = REASONS[reason]
        exceptions[reason].add(case)
    return BulkPreview(
        ready=ready,
        named=named,
        forms=sorted(forms.items()),
        exceptions=[exceptions[name] for name in REASONS if name in exceptions],
        more=number > CASES_AT_MOST,
        token=content_hash(as_plain(ready)),
    )


def as_plain(ready: Sequence[Ready]) -> list[list[int | str]]:
    """The list as it is hashed and written down."""
    return [[one.case, one.submission, str(one.decision)] for one in ready]


def _cases(actor: User, narrowed: QueueFilter) -> Iterator[Case]:
    failures = EditFailure.objects.filter(case=OuterRef("pk"))
    others = queue_of(actor).filter(pk=OuterRef("pk")).order_by()
    newest = Submission.objects.filter(case=OuterRef("pk")).order_by("-number")
    cases = (
        waiting_for(actor, narrowed)
        .select_related("unit", "exercise")
        .annotate(
            own_work=~Exists(others),
            is_claimed=Exists(
                CaseClaim.objects.filter(
                    case=OuterRef("pk"),
                    level=OuterRef("review_level"),
                    lapses_at__gt=timezone.now(),
                ).exclude(claimed_by=actor)
            ),
            failed_to_run=Exists(failures.filter(kind=FailureKind.FAILED_TO_RUN)),
            has_hard=Exists(failures.hard()),
            is_explained=Exists(failures.exclude(explanation="")),
            was_returned=Exists(
                ReviewDecision.objects.filter(case=OuterRef("pk"), decision=Decision.RETURN)
            ),
            newest=Subquery(newest.values("pk")[:1]),
        )
        .order_by("submitted_at", "pk")[: CASES_AT_MOST + 1]
    )
    yield from cases.iterator(chunk_size=2000)


def _holds(case: Case, reason: str, *, signs: bool) -> bool:
    if reason == "must_sign":
        return case.exercise.requires_signature and not signs
    return bool(getattr(case, reason))
