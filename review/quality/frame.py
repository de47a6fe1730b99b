"""The frame that a sample is drawn from: every submitted form, frozen into a file and hashed.

Forms come first, then units that left the register, each in the byte order of their codes.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform

from accounts.enums import Level
from accounts.scopes import prefix_range
from registry.enums import UnitStatus
from registry.models import RegisterFreeze, Unit
from registry.prefixes import significant_digits
from review.quality.drawing import FrameLine
from review.quality.enums import SamplePart
from review.quality.plan import QualityPlan
from submissions.enums import CaseStatus
from submissions.models import Case, CollectionExercise, Submission

FOLDER = Path("quality-frames")
CHUNK = 5000
# A submission is in force while a level looks at it or has signed it off.
IN_FORCE = (CaseStatus.UNDER_REVIEW, CaseStatus.FINAL)
LEFT_THE_REGISTER = (
    UnitStatus.CLOSED,
    UnitStatus.OUT_OF_SCOPE,
    UnitStatus.DUPLICATE,
    UnitStatus.NOT_FOUND,
)
# A lot lies in a division of the level below; a county's own lots lie in the county.
LOT_DIGITS = {Level.NATIONAL: 2, Level.PROVINCE: 4, Level.CITY: 6, Level.COUNTY: 6}
LARGE, SMALL, ANY_SIZE = "large", "small", "all"
ADDED, OLD = "added", "old"


class FrozenFrame(NamedTuple):
    """Where the file is, what it says of itself."""

    path: str
    digest: str
    lines: int


def frame_keep(
    *, exercise: CollectionExercise, division_code: str, level: Level, plan: QualityPlan
) -> FrozenFrame:
    """Write the frame as it is now. Streams; the file's name is its digest."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    digest, count = Hash(SM3()), 0
    with (
        NamedTemporaryFile(dir=folder, delete=False) as file,
        gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed,
    ):
        for line in _lines(exercise, division_code, level, plan):
            text = f"{line.text()}\n".encode()
            digest.update(text)
            packed.write(text)
            count += 1
    name = digest.finalize().hex()
    path = FOLDER / f"{name}.txt.gz"
    Path(file.name).replace(Path(settings.MEDIA_ROOT) / path)
    return FrozenFrame(str(path), name, count)


def frame_lines(path: str) -> Iterator[FrameLine]:
    """The lines of a frozen frame. Raises OSError where the file is gone, ValueError where it is
    damaged."""
    with gzip.open(Path(settings.MEDIA_ROOT) / path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            yield FrameLine.read(line.rstrip("\n"))


def _lines(
    exercise: CollectionExercise, division_code: str, level: Level, plan: QualityPlan
) -> Iterator[FrameLine]:
    prefix = significant_digits(division_code)
    digits = LOT_DIGITS[level]
    age = _Ages(prefix)
    sizes = _Sizes(exercise, prefix, plan)
    rows = _in_force(exercise, prefix).values_list(
        "case__unit__code",
        "case__form_code",
        "receipt_code",
        "hash",
        "case__division_code",
        "case__unit__kind",
        "case__unit_id",
        "case__unit__registered_at",
    )
    for code, form, receipt, content, place, kind, unit, since in rows.iterator(chunk_size=CHUNK):
        lot = f"{SamplePart.FORM}/{place[:digits].ljust(12, '0')}/{kind}"
        stratum = f"{sizes.of(kind, unit)}/{age.of(place, since)}"
        yield FrameLine(f"{code}/{form}", receipt, content, lot, stratum)
    left = _inside(Unit.objects.filter(status__in=LEFT_THE_REGISTER), "division_code", prefix)
    for code, status, place in (
        left.order_by("code").values_list("code", "status", "division_code").iterator()
    ):
        lot = f"{SamplePart.REMOVED}/{place[:digits].ljust(12, '0')}/"
        yield FrameLine(code, "", "", lot, status)


def _in_force(exercise: CollectionExercise, prefix: str) -> QuerySet[Submission]:
    newer = Submission.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    found = Submission.objects.filter(
        ~Exists(newer), case__exercise=exercise, case__status__in=IN_FORCE, case__is_owed=True
    )
    return _inside(found, "case__division_code", prefix).order_by(
        "case__unit__code", "case__form_code"
    )


def frame_size_now(exercise: CollectionExercise, division_code: str) -> int:
    """How many forms a frame would hold now. One query."""
    cases = Case.objects.filter(exercise=exercise, status__in=IN_FORCE, is_owed=True)
    return _inside(cases, "division_code", significant_digits(division_code)).count()


def _inside(rows: QuerySet[Any], field: str, prefix: str) -> QuerySet[Any]:
    low, high = prefix_range(prefix)
    return rows.filter(**{f"{field}__gte": low, f"{field}__lt": high}) if high else rows


class _Ages:
    """Whether a unit came after the register of its place was frozen."""

    def __init__(self, prefix: str) -> None:
        self.frozen: dict[str, datetime] = {
            significant_digits(code): at
            for code, at in RegisterFreeze.objects.values_list("division_code", "known_at")
            if significant_digits(code).startswith(prefix)
            or prefix.startswith(significant_digits(code))
        }

    def of(self, place: str, since: datetime) -> str:
        """`added` or `old`; where nothing has been frozen nothing was added."""
        for digits in (6, 4, 2, 0):
            frozen = self.frozen.get(place[:digits])
            if frozen is not None:
                return ADDED if since > frozen else OLD
        return OLD


class _Sizes:
    """How large a unit is, by the item that the plan names for its class. One query a class."""

    def __init__(self, exercise: CollectionExercise, prefix: str, plan: QualityPlan) -> None:
        self.kinds = {
            kind: measure
            for kind in plan.data["size"]
            if (measure := plan.size_measure(kind)) is not None
        }
        self.large: dict[str, set[int]] = {}
        for kind, measure in self.kinds.items():
            answers = (
                _in_force(exercise, prefix)
                .filter(case__form_code=measure["form"])
                .annotate(
                    answer=KeyTextTransform(measure["item"], KeyTextTransform("values", "document"))
                )
                .values_list("case__unit_id", "answer")
            )
            self.large[kind] = {
                unit
                for unit, answer in answers.order_by().iterator(chunk_size=CHUNK)
                if is_large(answer, measure)
            }

    def of(self, kind: str, unit: int) -> str:
        """`large`, `small`, or `all` for a class without a measure."""
        if kind not in self.kinds:
            return ANY_SIZE
        return LARGE if unit in self.large[kind] else SMALL


def is_large(answer: str | None, measure: Mapping[str, Any]) -> bool:
    """Whether an answer is one of the plan's codes, or not below its figure. A blank is small."""
    if not answer:
        return False
    if "codes" in measure:
        return answer in measure["codes"]
    try:
        return Decimal(answer) >= Decimal(measure["at_least"])
    except InvalidOperation:
        return False
