"""Reading the coefficient library: what is in force, and its search page by keyset."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

from instruments.models import (
    Coefficient,
    CoefficientPublication,
    CoefficientVersion,
    Confidence,
    Medium,
)
from instruments.models.coefficient import CoefficientQuerySet

INDUSTRIAL = "industrial"
PAGE = 50
_PARTS = ("product", "raw_material", "process", "scale", "section", "treatment")


def version_in_force(name: str = INDUSTRIAL) -> CoefficientVersion | None:
    """The version of the set that accounting uses now. One query."""
    newest = (
        CoefficientPublication.objects.filter(version__coefficient_set__name=name)
        .select_related("version__coefficient_set")
        .order_by("-pk")
        .first()
    )
    return newest.version if newest else None


def coefficient_versions(name: str = INDUSTRIAL) -> list[CoefficientVersion]:
    """Every version of the set, newest first, with its publications. Two queries."""
    versions = CoefficientVersion.objects.filter(coefficient_set__name=name)
    return list(
        versions.select_related("loaded_by", "coefficient_set")
        .prefetch_related("publications__published_by")
        .order_by("-number")
    )


@dataclass(frozen=True)
class CoefficientSearch:
    """What the list is narrowed to; blank means everything."""

    text: str = ""
    industry: str = ""
    product: str = ""
    raw_material: str = ""
    process: str = ""
    scale: str = ""
    section: str = ""
    treatment: str = ""
    pollutant: str = ""
    medium: str = ""
    confidence: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "CoefficientSearch":
        """From a query string; what is not a known choice counts as not asked."""
        names = [field.name for field in fields(cls)]
        values = {
            name: query.get("q" if name == "text" else name, "").replace("\x00", "").strip()[:100]
            for name in names
        }
        if not re.fullmatch(r"\d{2,4}", values["industry"]):
            values["industry"] = ""
        for name, known in (("medium", Medium.values), ("confidence", Confidence.values)):
            if values[name] not in known:
                values[name] = ""
        return cls(**values)


@dataclass(frozen=True)
class CoefficientPage:
    """One page and the keys before and after it (blank at either end)."""

    coefficients: list[Coefficient]
    before: str
    after: str


def coefficients_found(
    version: CoefficientVersion, search: CoefficientSearch
) -> CoefficientQuerySet:
    """The rows of one version that match, unordered."""
    found = Coefficient.objects.filter(version=version)
    for word in search.text.split():
        found = found.filter(search_text__contains=word)
    if search.industry:
        codes = [search.industry[:n] for n in (2, 3, 4) if len(search.industry) >= n]
        found = found.filter(industries__overlap=codes)
    for name in _PARTS:
        if value := getattr(search, name):
            found = found.filter(**{f"{name}__contains": value})
    for name in ("pollutant", "medium", "confidence"):
        if value := getattr(search, name):
            found = found.filter(**{name: value})
    return found


def coefficient_page(
    found: CoefficientQuerySet, *, before: str = "", after: str = "", size: int = PAGE
) -> CoefficientPage:
    """One page in the order of the file. One query, at any depth."""
    if _is_key(before):
        rows = list(found.filter(pk__lt=int(before)).order_by("-pk")[: size + 1])
        page = rows[:size][::-1]
        return CoefficientPage(page, _key(page[:1]) if len(rows) > size else "", _key(page[-1:]))
    if _is_key(after):
        found = found.filter(pk__gt=int(after))
    rows = list(found.order_by("pk")[: size + 1])
    page = rows[:size]
    return CoefficientPage(
        page,
        _key(page[:1]) if _is_key(after) else "",
        _key(page[-1:]) if len(rows) > size else "",
    )


def _is_key(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,18}", text))


def _key(rows: list[Coefficient]) -> str:
    return str(rows[0].pk) if rows else ""


@lru_cache(maxsize=32)
def pollutants_of(version_id: int) -> tuple[str, ...]:
    """The pollutants of a version, most frequent spelling first by name. Read once per process."""
    names = Coefficient.objects.filter(version_id=version_id).values_list("pollutant", flat=True)
    return tuple(sorted(set(names.order_by().distinct())))


def coefficient_version(number: str = "", name: str = INDUSTRIAL) -> CoefficientVersion | None:
    """A version by its number as typed; the one in force where blank, None where there is none.

    Raises CoefficientVersion.DoesNotExist for any other number.
    """
    if not number:
        return version_in_force(name)
    if not re.fullmatch(r"[0-9]{1,8}", number):
        raise CoefficientVersion.DoesNotExist(f"{number!r} is not a version number")
    return CoefficientVersion.objects.select_related("coefficient_set").get(
        coefficient_set__name=name, number=int(number)
    )
