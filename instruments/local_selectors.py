"""Reading what provinces add to the national forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from instruments.checking import Fault, Source, check_extension, fitting
from instruments.extending import extended, names
from instruments.models import InstrumentVersion
from instruments.selectors import (
    EXERCISE,
    PROVINCE_DIGITS,
    codelists_current,
    version_current,
    versions_current,
)


def local_numbered(code: str, division: str, number: str) -> InstrumentVersion | None:
    """A province's version by its number as typed, the current one where blank.

    None where the province adds nothing. Raises InstrumentVersion.DoesNotExist for a number that
    is none of its versions.
    """
    versions = InstrumentVersion.objects.select_related("instrument", "base", "published_by")
    series = versions.filter(
        instrument__exercise_code=EXERCISE, instrument__code=code, division_code=division
    )
    if not number:
        return series.order_by("-number").first()
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise InstrumentVersion.DoesNotExist(f"{number!r} is not a version number")
    return series.get(number=int(number))


def additions_left_out(version: InstrumentVersion) -> set[str]:
    """Slugs and rule ids that a new national version had no place for. One query."""
    before = InstrumentVersion.objects.filter(
        instrument_id=version.instrument_id,
        division_code=version.division_code,
        number=version.number - 1,
    ).first()
    if before is None or before.base_id == version.base_id:
        return set()
    return names(before.added) - names(version.added)


def local_versions_of(code: str, division: str) -> list[int]:
    """Numbers of a province's versions of one form, newest first."""
    series = InstrumentVersion.objects.filter(
        instrument__exercise_code=EXERCISE, instrument__code=code, division_code=division
    )
    return list(series.order_by("-number").values_list("number", flat=True))


def local_versions(code: str = "", division_code: str = "") -> list[InstrumentVersion]:
    """The current versions of provinces that add items, of one form or one province or all."""
    versions = InstrumentVersion.objects.local().current()
    if code:
        versions = versions.filter(instrument__code=code)
    if division_code:
        versions = versions.filter(division_code=division_code[:PROVINCE_DIGITS])
    versions = versions.filter(instrument__exercise_code=EXERCISE)
    return list(
        versions.select_related("instrument", "base", "published_by").order_by(
            "division_code", "instrument__sequence", "instrument__code"
        )
    )


def extension_faults(*, code: str, division: str, extension: Any) -> list[Fault]:
    """Everything wrong with what a province would add to the current national version.

    Raises InstrumentVersion.DoesNotExist.
    """
    base = version_current(code)
    lists, others = surroundings(code)
    source = Source(f"{code}/{division}", extension)
    return check_extension(source, base.definition, division, lists, others)


@dataclass(frozen=True)
class Renewed:
    """A province's additions in another national version, and the faults of what has no place."""

    definition: dict[str, Any]
    extension: dict[str, Any]
    left_out: list[Fault]


def additions_renewed(base: dict[str, Any]) -> dict[str, Renewed]:
    """What every province's form would be with this national definition, by its two digits."""
    code = str(base["code"])
    versions = local_versions(code)
    if not versions:
        return {}
    lists, others = surroundings(code)
    found = {}
    for version in versions:
        division = version.division_code
        extension, left_out = fitting(version.added, base, division, lists, others)
        found[division] = Renewed(extended(base, extension, division), extension, left_out)
    return found


def surroundings(code: str) -> tuple[dict[str, frozenset[str]], list[Source]]:
    """The code lists, and the other forms, that a definition of this form may refer to."""
    lists = {name: values.codes for name, values in codelists_current().items()}
    others = [v for v in versions_current() if v.instrument.code != code]
    return lists, [Source(v.instrument.code, v.definition) for v in others]
