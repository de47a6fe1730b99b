"""Waivers, asked for and approved through the services."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import User
from submissions.enums import WaiverAct
from submissions.models import Case, RuleWaiver
from submissions.services import waiver_decide, waiver_request

REASON = "该厂为全国唯一的试验线，产量按设计即超过常规上限"


def day(offset: int) -> dt.date:
    """Today and so many days."""
    return timezone.localdate() + dt.timedelta(days=offset)


def ask(case: Case, actor: User, rule: str = "A1-R02", *, days: int = 30) -> RuleWaiver:
    """A request that nobody has decided about."""
    return waiver_request(
        case_id=case.pk, rule_id=rule, reason=REASON, valid_until=day(days), actor=actor
    )


def approve(waiver: RuleWaiver, actor: User) -> RuleWaiver:
    """Approve it."""
    return waiver_decide(waiver_id=waiver.pk, act=WaiverAct.APPROVE, actor=actor)


def revoke(waiver: RuleWaiver, actor: User) -> RuleWaiver:
    """Revoke it."""
    return waiver_decide(
        waiver_id=waiver.pk, act=WaiverAct.REVOKE, actor=actor, note="试验线七月已经拆除"
    )
