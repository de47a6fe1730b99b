"""What a level's signature covers, and whether it still fits what is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts import sm2
from audit.enums import AuditAction
from audit.hashing import canonical_json
from audit.selectors import details_of_action
from audit.witnesses import KEY
from review.models import DecisionSignature, ReviewDecision
from submissions.models import Submission
from submissions.verification import batched, submission_is_intact


def signed_content(decision: ReviewDecision, *, fingerprint: str) -> dict[str, Any]:
    """The statement that is signed: which exact content, what was decided, by whom, when."""
    submission = decision.submission
    return {
        "submission": submission.hash,
        "receipt": submission.receipt_code,
        "level": decision.level,
        "decision": decision.decision,
        "reasons": list(decision.reason_codes),
        "note": decision.note,
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": decision.decided_by_id,
        "key": fingerprint,
        **({"decided_for": decision.decided_for_id} if decision.decided_for_id else {}),
    }


@dataclass(frozen=True)
class SignatureCheck:
    """One level's decision with its signature, judged now."""

    decision: ReviewDecision
    signature: DecisionSignature | None

    @property
    def is_valid(self) -> bool:
        """Whether the signature is this person's over exactly what is stored."""
        signature = self.signature
        if signature is None or signature.key.user_id != self.decision.decided_by_id:
            return False
        key = signature.key
        revoked = key.revoked_at is not None and key.revoked_at < self.decision.decided_at
        message = canonical_json(signed_content(self.decision, fingerprint=key.fingerprint))
        return not revoked and sm2.verify(
            bytes(key.public_key), message, bytes(signature.signature)
        )


@dataclass(frozen=True)
class Verification:
    """What `/verify` says of a receipt: no answer of the form is shown."""

    submission: Submission
    is_intact: bool
    checks: list[SignatureCheck]


def submission_verified(code: str) -> Verification | None:
    """The submission of a receipt code, recomputed. Three queries."""
    submission = (
        Submission.objects.select_related("case__unit", "case__exercise", "submitted_by")
        .filter(receipt_code=code)
        .first()
    )
    if submission is None:
        return None
    decisions = submission.decisions.select_related(
        "decided_by", "decided_for", "submission", "signature__key"
    ).order_by("pk")
    return Verification(submission, submission_is_intact(submission), checks_of(decisions))


def checks_of(decisions: Iterable[ReviewDecision]) -> list[SignatureCheck]:
    """Every decision with the judgement of its signature."""
    return [SignatureCheck(one, getattr(one, "signature", None)) for one in decisions]


def signature_faults() -> Iterable[str]:
    """Every signature of the store that no longer fits, in words for the operator. Streams."""
    rows = DecisionSignature.objects.select_related("key", "decision__submission")
    for signature in rows.order_by("pk").iterator(chunk_size=2000):
        if not SignatureCheck(signature.decision, signature).is_valid:
            decision = signature.decision
            yield f"case {decision.case_id}: the signature of decision {decision.pk} does not fit"


def decision_faults() -> Iterable[str]:
    """Signatures that the log knows of and that are gone or another's. Streams; one query a chunk."""
    kept = details_of_action(AuditAction.DECISION_KEPT).iterator(2000)
    for chunk in batched(kept, 2000):
        keys = {detail[KEY]["pk"]: detail["key"] for _case, detail in chunk if "key" in detail}
        signed = dict(
            DecisionSignature.objects.filter(decision__in=list(keys)).values_list(
                "decision_id", "key__fingerprint"
            )
        )
        for pk, fingerprint in keys.items():
            if pk not in signed:
                yield f"decision {pk}: its signature is missing"
            elif signed[pk] != fingerprint:
                yield f"decision {pk} was signed with another key, by the log"
