"""Decisions of many reviewers, one of whom approves faster than anybody can look."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.enums import Level, Role
from accounts.models import User
from review.enums import Decision
from review.models import ReviewDecision
from submissions.models import Case
from tests.people import account

APPROVALS = 25
PEERS = 10


def hasty_reviewer_make(case: Case, division) -> User:
    """Ten reviewers approve 25 times each, a minute or two apart; one every two seconds."""
    submission = case.submissions.get()
    begin = timezone.now() - dt.timedelta(days=2)
    rows = []
    reviewers = [
        account(f"peer{n}", Role.REVIEWER, division=division, full_name=f"审核{n}")
        for n in range(PEERS)
    ]
    for number, reviewer in enumerate(reviewers):
        step = 2 if number == 0 else 60 + 7 * number
        rows += [
            ReviewDecision(
                case=case,
                division_code=case.division_code,
                submission=submission,
                level=Level.COUNTY,
                decision=Decision.APPROVE,
                decided_at=begin + dt.timedelta(seconds=step * turn),
                decided_by=reviewer,
            )
            for turn in range(APPROVALS + 1)
        ]
    ReviewDecision.objects.bulk_create(rows)
    return reviewers[0]
