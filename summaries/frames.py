"""The frame of a summary: whose submissions are in it, and where each unit stood at the time.

A frame is read once and kept with a release: submissions never change, so the same frame gives the
same figures for ever, whatever becomes of the register.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from accounts.enums import PREFIX_LENGTHS
from accounts.scopes import prefix_range
from instruments.selectors import definition_for
from registry.enums import OverlayKind
from registry.models import Overlay
from registry.prefixes import significant_digits
from registry.successions import succeeded, successions
from review.selectors import submissions_in_force
from submissions.models import Case, CollectionExercise, Submission
from summaries.arithmetic import Form
from summaries.definitions import UNITS_FORM
from summaries.enums import INDUSTRY_DIGITS, Axis

COUNTY_DIGITS = PREFIX_LENGTHS[3]
DOCUMENTS = 500  # how many documents are read at once
ELSEWHERE = ""  # the row of what lies in no known child, names no industry, lies in no basin


@dataclass(frozen=True)
class FrameUnit:
    """One unit with its submissions in force: form and submission, in order."""

    unit_id: int
    division_code: str
    industry: str
    basins: tuple[str, ...]
    submissions: tuple[tuple[str, int], ...]

    def as_row(self) -> list[Any]:
        """For JSON."""
        pairs = [[form, pk] for form, pk in self.submissions]
        return [self.unit_id, self.division_code, self.industry, list(self.basins), pairs]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> "FrameUnit":
        """From JSON."""
        unit_id, division, industry, basins, pairs = row
        return cls(
            unit_id, division, industry, tuple(basins), tuple((form, pk) for form, pk in pairs)
        )


@dataclass(frozen=True)
class FrameOrder:
    """What a frame is of: everything but the place."""

    exercise: CollectionExercise
    level: str
    as_of: datetime
    forms: Sequence[str]


class Basins:
    """Which basins a place and a unit lie in. Two queries and one for each basin."""

    def __init__(self) -> None:
        self._places: list[tuple[str, str]] = []
        self._units: dict[int, list[str]] = {}
        self.names: dict[str, str] = {}
        overlays = list(Overlay.objects.filter(kind=OverlayKind.BASIN).order_by("code"))
        by_prefix = successions() if overlays else {}
        for overlay in overlays:
            self.names[overlay.code] = overlay.name
            for place in overlay.places:
                prefix = significant_digits(succeeded(place, by_prefix))
                self._places.append((prefix, overlay.code))
            for unit_id in overlay.units.values_list("pk", flat=True):
                self._units.setdefault(unit_id, []).append(overlay.code)

    def of(self, unit_id: int, division_code: str) -> tuple[str, ...]:
        """The codes of the basins, each once, in order."""
        found = {code for prefix, code in self._places if division_code.startswith(prefix)}
        return tuple(sorted(found | set(self._units.get(unit_id, ()))))


def frame_of(order: FrameOrder, place: Q, basins: Basins) -> list[FrameUnit]:
    """The units of a place (a county at a time) in the order of their numbers. One query."""
    submissions = submissions_in_force(
        exercise=order.exercise, level=order.level, as_of=order.as_of
    ).filter(place, case__form_code__in=order.forms)
    rows = sorted(
        submissions.values_list(
            "case__unit_id",
            "case__division_code",
            "case__form_code",
            "pk",
            "case__unit__industry_codes",
        ),
        key=lambda row: row[:4],
    )
    return [
        FrameUnit(
            unit_id,
            division,
            (industries or [ELSEWHERE])[0],
            basins.of(unit_id, division),
            tuple((row[2], row[3]) for row in own),
        )
        for (unit_id, division, industries), own in (
            ((*key, own_rows[0][4]), own_rows)
            for key, grouped in groupby(rows, key=lambda row: row[:2])
            for own_rows in [list(grouped)]
        )
    ]


def counties_within(exercise: CollectionExercise, prefix: str) -> list[str]:
    """The six digits under which this exercise has cases; a city's own forms stand under its code."""
    cases = Case.objects.filter(exercise=exercise)
    low, high = prefix_range(prefix)
    if high is not None:
        cases = cases.filter(division_code__gte=low, division_code__lt=high)
    digits = cases.order_by().values_list(Substr("division_code", 1, COUNTY_DIGITS)).distinct()
    return sorted(code for (code,) in digits)


def place_of(prefix: str) -> Q:
    """The cases under a prefix."""
    low, high = prefix_range(prefix)
    if high is None:
        return Q()
    return Q(case__division_code__gte=low, case__division_code__lt=high)


def units_read(frame: Iterable[FrameUnit]) -> Iterator[tuple[FrameUnit, list[Form]]]:
    """Each unit with its forms. Reads some hundred documents at a time."""
    for chunk in _chunks(frame):
        documents = _documents([pk for unit in chunk for _form, pk in unit.submissions])
        for unit in chunk:
            forms = []
            for code, pk in unit.submissions:
                version, document = documents[pk]
                items = definition_for(version).items_by_slug
                forms.append(Form(unit.unit_id, "", code, items, document))
            yield unit, forms


def _chunks(frame: Iterable[FrameUnit]) -> Iterator[list[FrameUnit]]:
    chunk: list[FrameUnit] = []
    size = 0
    for unit in frame:
        chunk.append(unit)
        size += len(unit.submissions)
        if size >= DOCUMENTS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _documents(keys: Sequence[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    found: QuerySet[Submission, Any] = Submission.objects.filter(pk__in=keys)
    return {
        pk: (version, document)
        for pk, version, document in found.values_list("pk", "instrument_version_id", "document")
    }


def keys_of(axis: str, unit: FrameUnit, forms: Sequence[Form]) -> tuple[str, ...]:
    """The rows of an axis that a unit belongs to; divisions are the caller's, by prefix."""
    if axis in INDUSTRY_DIGITS:
        return (unit.industry[: INDUSTRY_DIGITS[axis]],)
    if axis == Axis.SIZE:
        return (size_of(forms),)
    if axis == Axis.BASIN:
        return unit.basins or (ELSEWHERE,)
    raise ValueError(axis)


def size_of(forms: Sequence[Form]) -> str:
    """The size that the unit states itself (企业规模); blank where it states none."""
    for form in forms:
        if form.code == UNITS_FORM:
            return str(form.document["values"].get("size", ""))
    return ELSEWHERE


def frame_packed(frame: Iterable[FrameUnit]) -> bytes:
    """For keeping: about six bytes for each submission."""
    rows = [unit.as_row() for unit in frame]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 9)


def frame_unpacked(packed: bytes) -> list[FrameUnit]:
    """What `frame_packed` kept."""
    return [FrameUnit.from_row(row) for row in json.loads(zlib.decompress(packed))]
