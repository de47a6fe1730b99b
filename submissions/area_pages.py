"""What the page of areas that report shows: levels, how many are there, which forms they owe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.enums import Permission
from accounts.models import User
from accounts.scopes import Jurisdiction
from instruments.scoping import area_forms
from instruments.selectors import form_titles
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import areas_missing, areas_registered, division_get
from submissions.presenters.items import localised

LEVEL_NAMES = {
    DivisionLevel.PROVINCE: "province",
    DivisionLevel.CITY: "city",
    DivisionLevel.COUNTY: "county",
    DivisionLevel.TOWN: "town",
    DivisionLevel.VILLAGE: "village",
}


@dataclass(frozen=True)
class AreaLevel:
    """One level inside a division: how many of its divisions report, how many do not yet."""

    level: DivisionLevel
    registered: int
    missing: int
    forms: Sequence[tuple[str, str]]

    @property
    def label(self) -> str:
        """地级, 县级 …"""
        return str(self.level.label)


def own_division(user: User) -> Division | None:
    """The largest division for which this person loads the frame."""
    prefixes = [
        scope.prefix
        for scope in user.scopes_for(Permission.FRAME_LOAD)
        if isinstance(scope, Jurisdiction)
    ]
    if not prefixes:
        return None
    return division_get(min(prefixes, key=len).ljust(12, "0"))


def area_levels(division: Division) -> list[AreaLevel]:
    """Levels at and below a division for which there are forms. Two queries a level."""
    titles = form_titles()
    found = []
    for level, name in LEVEL_NAMES.items():
        codes = area_forms(name)
        if level < division.level or not codes:
            continue
        found.append(
            AreaLevel(
                level=level,
                registered=areas_registered(division.code, level),
                missing=areas_missing(division.code, level).count(),
                forms=[(code, localised(titles.get(code))) for code in codes],
            )
        )
    return found
