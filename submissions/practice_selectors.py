"""Reading one's own attempts at practice sets."""

from accounts.models import User
from submissions.models import PracticeAttempt
from submissions.practice.sets import practice_sets

ATTEMPTS_SHOWN = 200


def attempts_of(user: User) -> list[PracticeAttempt]:
    """The person's attempts, newest first. One query."""
    own = PracticeAttempt.objects.filter(person=user)
    return list(own.order_by("-pk")[:ATTEMPTS_SHOWN])


def attempt_of(user: User, pk: int) -> PracticeAttempt | None:
    """One's own attempt; None for anybody else's, and for a set that is no more. One query."""
    attempt = PracticeAttempt.objects.filter(person=user, pk=pk).first()
    return attempt if attempt is not None and attempt.set_code in practice_sets() else None
