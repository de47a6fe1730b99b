"""The policy of changes: which facts each kind touches, who approves it, how long it can be undone.

A table, so that a change of policy is a reviewed diff. Levels are the highest jurisdiction that is
needed: a county's change is approved by the county's office, a change order (after the register
is frozen) by the city's; what takes a unit out of the census, by the province's.
"""

from dataclasses import dataclass

from accounts.enums import Level
from registry.enums import FrameChangeKind as K
from registry.enums import UnitStatus

PREFIX_AT_MOST = {Level.COUNTY: 6, Level.CITY: 4, Level.PROVINCE: 2, Level.NATIONAL: 0}
UNDO_DAYS = 15


@dataclass(frozen=True)
class ChangePolicy:
    """One kind of change."""

    facts: tuple[str, ...] = ()  # what the request says anew
    status: UnitStatus | None = None  # what the unit becomes
    needs_evidence: bool = True
    level: Level = Level.COUNTY
    level_when_frozen: Level = Level.CITY


POLICIES: dict[K, ChangePolicy] = {
    K.BIRTH: ChangePolicy(needs_evidence=False),
    K.DEATH: ChangePolicy(status=UnitStatus.CLOSED, level_when_frozen=Level.PROVINCE),
    K.SUSPENSION: ChangePolicy(status=UnitStatus.SUSPENDED_ALL_YEAR),
    K.RESUMPTION: ChangePolicy(status=UnitStatus.OPERATING, needs_evidence=False),
    K.MOVE: ChangePolicy(facts=("division_code", "address", "longitude", "latitude")),
    K.RENAME: ChangePolicy(facts=("name", "credit_code", "organisation_code")),
    K.RECLASSIFICATION: ChangePolicy(facts=("kind", "industry_codes")),
    K.OUT_OF_SCOPE: ChangePolicy(status=UnitStatus.OUT_OF_SCOPE, level_when_frozen=Level.PROVINCE),
    K.NOT_FOUND: ChangePolicy(status=UnitStatus.NOT_FOUND, level_when_frozen=Level.PROVINCE),
    K.MERGE: ChangePolicy(status=UnitStatus.DUPLICATE, level_when_frozen=Level.PROVINCE),
    K.SPLIT: ChangePolicy(),
}


def approval_level(kind: K, *, is_change_order: bool) -> Level:
    """Whose office approves."""
    policy = POLICIES[kind]
    return policy.level_when_frozen if is_change_order else policy.level
