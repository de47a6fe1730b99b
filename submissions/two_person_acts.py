"""The acts that need two people: who may, what is shown beforehand, and what is then done.

An app above registers its own act the same way. The function that does an act asks for nothing
again and is called by `two_person_confirm` alone, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.enums import Permission
from accounts.models import User
from submissions.models import TwoPersonRequest
from submissions.phase_enums import TwoPersonKind

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class TwoPersonAct:
    """One kind of act.

    `check` raises a refusal where the act makes no sense; it is asked again before it is done.
    `place` is the division code that the permission is asked for, blank for the nation.
    `preview` are names and counts of what would follow, for people.
    `carry_out` does it and returns what is kept as the result.
    """

    permission: Permission
    place: Callable[[Parameters], str]
    label: Callable[[Parameters], str]
    check: Callable[[User, Parameters], None]
    preview: Callable[[Parameters], dict[str, Any]]
    carry_out: Callable[[User, TwoPersonRequest], dict[str, Any]]


ACTS: dict[TwoPersonKind, TwoPersonAct] = {}


def act_register(kind: TwoPersonKind, act: TwoPersonAct) -> None:
    """Make an act known; once for each kind."""
    ACTS[kind] = act
