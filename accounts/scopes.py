"""Where a person may act: a jurisdiction (a division-code prefix) or one own unit."""

from dataclasses import dataclass
from typing import Any

from accounts.enums import (
    LEVEL_OF_PREFIX,
    PREFIX_LENGTHS,
    ROLE_PERMISSIONS,
    Level,
    Permission,
    Role,
)


def prefix_of(division_code: str, level: int) -> str:
    """The significant digits of a 12-digit division code of `level` (0 nation … 5 village)."""
    return division_code[: PREFIX_LENGTHS[level]]


def prefix_range(prefix: str) -> tuple[str, str | None]:
    """The half-open range of codes under `prefix`: `"3301"` → `("3301", "3302")`.

    The upper end is None for the nation. Codes are digits, so the successor of the last digit is
    a digit or `:` (the character after `9`), which holds under the "C" collation.
    """
    if not prefix:
        return "", None
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


@dataclass(frozen=True)
class Confinement:
    """A subject that one level keeps to itself for now: its own people who hold `permission`.

    Neither the levels below nor those above see it, whatever else they may see there.
    """

    prefix: str
    permission: Permission

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of these people."""
        return frozenset(role for role, held in ROLE_PERMISSIONS.items() if self.permission in held)


@dataclass(frozen=True)
class Jurisdiction:
    """A division and everything below it."""

    prefix: str
    role: Role
    former: tuple[str, ...] = ()  # prefixes that what lies here had before a change of divisions
    deputy_for: int | None = None  # the person in whose place one acts here

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Every prefix of a row inside: histories keep the code of their time."""
        return (self.prefix, *self.former)

    def covers(self, subject: Any) -> bool:
        """Whether the subject's own division lies inside."""
        code = getattr(subject, "division_code", None)
        if not isinstance(code, str) or not code.startswith(self.prefixes):
            return False
        confined: Confinement | None = getattr(subject, "confinement", None)
        if confined is None:
            return True
        return confined.prefix in self.prefixes and self.role in confined.roles

    @property
    def level(self) -> Level | None:
        """The level of sign-off of this jurisdiction; None below the county but for a supervisor."""
        if self.role == Role.SUPERVISOR:
            return Level.SUPERVISOR
        return LEVEL_OF_PREFIX.get(len(self.prefix))


@dataclass(frozen=True)
class OwnUnit:
    """A respondent's one unit."""

    unit_id: int
    role: Role
    prefix = None
    level = None

    def covers(self, subject: Any) -> bool:
        """Whether the subject is the unit or belongs to it."""
        if getattr(subject, "confinement", None) is not None:
            return False
        return getattr(subject, "unit_id", None) == self.unit_id


Scope = Jurisdiction | OwnUnit


@dataclass(frozen=True)
class Place:
    """A subject that is only a place: for asking about a division as such."""

    division_code: str
    unit_id: int | None = None
