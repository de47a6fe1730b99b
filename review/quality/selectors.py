"""Reading samples, checks and what they found."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from accounts.enums import LEVEL_OF_PREFIX, Level, Permission
from accounts.models import User
from accounts.scopes import Jurisdiction
from instruments.selectors import definition_for
from registry.counts import within
from registry.coverage_rates import Rate
from registry.coverage_selectors import coverage_lines
from registry.models import Division
from registry.prefixes import significant_digits
from registry.selectors import divisions_below
from review.models import QualityCheck, QualityLot, QualitySample, ReviewDecision
from review.quality.drawing import DrawnLot, draw, draw_digest, frame_digest, seed_of
from review.quality.enums import CheckStage, RedrawFault, SamplePart, SampleStage
from review.quality.frame import frame_lines
from review.quality.rates import Counted, Stratum, rates_by, stratified_rate
from submissions.models import Case
from submissions.presenters.items import localised
from submissions.selectors import without_own_work


def level_of(division_code: str) -> Level | None:
    """The level that draws in a division; None below the county."""
    return LEVEL_OF_PREFIX.get(len(significant_digits(division_code)))


def is_of_level(actor: User, permission: Permission, division_code: str) -> bool:
    """Whether the person has the permission as one of this very division, not of one above it."""
    prefix = significant_digits(division_code)
    return any(
        isinstance(scope, Jurisdiction) and prefix in scope.prefixes and scope.level is not None
        for scope in actor.scopes_for(permission)
    )


@dataclass
class Redraw:
    """What came out when a sample was drawn again from its frozen frame."""

    faults: list[RedrawFault] = field(default_factory=list)
    lots: list[DrawnLot] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Nothing differs from what is on record."""
        return not self.faults


def redraw(sample: QualitySample) -> Redraw:
    """Draw again: the file's digest, the seed, and every lot and check. Reads the whole frame."""
    found = Redraw()
    try:
        digest = frame_digest(frame_lines(sample.frame_path))
    except (OSError, EOFError, ValueError, zlib.error):
        return Redraw([RedrawFault.FRAME_UNREADABLE])
    if digest != sample.frame_digest:
        found.faults.append(RedrawFault.FRAME_CHANGED)
    if sample.drawn_at is None:
        return found
    if seed_of(sample.frame_digest, sample.public_source, sample.public_value) != sample.seed:
        found.faults.append(RedrawFault.SEED_CHANGED)
    lines = frame_lines(sample.frame_path)
    found.lots = draw(lines, seed=sample.seed, level=sample.level, plan=sample.quality_plan)
    if draw_digest(found.lots) != sample.draw_digest:
        found.faults.append(RedrawFault.DRAW_CHANGED)
    drawn = {(code, place) for lot in found.lots for place, (code, _s) in enumerate(lot.codes, 1)}
    if drawn != set(sample.checks.values_list("code", "rank")):
        found.faults.append(RedrawFault.CHECKS_CHANGED)
    return found


def samples_of(actor: User, division_code: str) -> QuerySet[QualitySample]:
    """Samples of the division and below, the newest first, with how far they are."""
    closed = Count("checks", filter=Q(checks__stage=CheckStage.CLOSED))
    return (
        QualitySample.objects.visible_to(actor)
        .filter(division_code__startswith=significant_digits(division_code))
        .select_related("frozen_by", "exercise")
        .annotate(checks_closed=closed, checks_all=Count("checks"))
        .order_by("-pk")
    )


def lots_from_above(actor: User, division: Division, *, at_most: int = 50) -> list[QualityLot]:
    """Lots inside the division that closed samples of higher levels judged, the newest first."""
    lots = QualityLot.objects.visible_to(actor).filter(sample__stage=SampleStage.CLOSED)
    above = [
        division.prefix[:digits].ljust(12, "0")
        for digits in LEVEL_OF_PREFIX
        if digits < len(division.prefix)
    ]
    lots = within(lots, division.prefix).filter(sample__division_code__in=above)
    return list(lots.select_related("sample").order_by("-sample", "unit_kind")[:at_most])


def lots_of(sample: QualitySample) -> list[QualityLot]:
    """Lots with how many of their checks are closed and how many failed."""
    closed = Q(checks__stage=CheckStage.CLOSED)
    return list(
        sample.lots.annotate(
            checks_closed=Count("checks", filter=closed),
            failed=Count("checks", filter=Q(checks__is_nonconforming=True)),
        ).select_related("decided_by")
    )


def open_units(actor: User) -> list[int]:
    """Units that the person is checking blind now. One query."""
    return list(
        QualityCheck.objects.filter(checker=actor, stage=CheckStage.OPEN, case__isnull=False)
        .order_by("unit_id")
        .values_list("unit_id", flat=True)
        .distinct()
    )


def is_independent(actor: User, check: QualityCheck) -> bool:
    """Whether the person had no hand in what is checked: neither filled nor reviewed it."""
    if check.case_id is None:
        unit = check.unit
        entered = {unit.registered_by_id, unit.amended_by_id}
        changes = unit.frame_changes.filter(
            Q(change__requested_by=actor) | Q(change__decided_by=actor)
        )
        verified = unit.verifications.filter(verified_by=actor)
        return actor.pk not in entered and not changes.exists() and not verified.exists()
    own = without_own_work(Case.objects.filter(pk=check.case_id), actor).exists()
    decided = ReviewDecision.objects.filter(case=check.case_id, decided_by=actor)
    return own and not decided.exists()


@dataclass(frozen=True)
class SampleRates:
    """What a sample says of its frame: key items and others; classes, forms and items."""

    key: Rate
    other: Rate
    failing: Rate  # forms that do not conform
    by_class: dict[str, Rate]
    by_form: dict[str, Rate]
    by_item: dict[tuple[str, str], Rate]  # form, item
    removed_wrongly: Rate


def sample_rates(sample: QualitySample) -> SampleRates:
    """Rates from the closed checks, weighted by stratum. Two queries."""
    strata = _strata(sample.lots.all(), sample.checks.all())
    forms = [(s.size, s.checks) for s in strata if s.part == SamplePart.FORM]
    left = [(s.size, s.checks) for s in strata if s.part == SamplePart.REMOVED]
    items = [
        (
            size,
            [
                {f"{form_of(c)}/{slug}": Counted(*pair) for slug, pair in c.tallies.items()}
                for c in checks
            ],
        )
        for size, checks in forms
    ]
    return SampleRates(
        key=_rate(forms, "key"),
        other=_rate(forms, "other"),
        failing=_rate(forms, "form"),
        by_class=_rates_by(forms, lambda check: check.lot.unit_kind),
        by_form=_rates_by(forms, form_of),
        by_item={_split(name): one for name, one in rates_by(items).items()},
        removed_wrongly=_rate(left, "form"),
    )


@dataclass(frozen=True)
class QualityLine:
    """漏查率, 重复率 and 差错率 of a division, from its closed blocks and samples."""

    name: str
    code: str
    missing: Rate | None
    duplicate: Rate | None
    key: Rate
    other: Rate
    failing: Rate


def quality_lines(actor: User, division: Division) -> list[QualityLine]:
    """The division and those of the level below that have something. About six queries."""
    coverage = {line.code: line for line in coverage_lines(actor, division)}
    lots = QualityLot.objects.visible_to(actor).filter(sample__stage=SampleStage.CLOSED)
    checks = QualityCheck.objects.visible_to(actor).filter(sample__stage=SampleStage.CLOSED)
    checks = within(checks, division.prefix).filter(lot__part=SamplePart.FORM)
    strata = _strata(within(lots, division.prefix), checks)
    lines = []
    for place in [division, *divisions_below(division.code)]:
        own = [s for s in strata if s.place.startswith(place.prefix)]
        covered = coverage.get(place.code)
        if place.code != division.code and not own and covered is None:
            continue
        forms = [(stratum.size, stratum.checks) for stratum in own]
        lines.append(
            QualityLine(
                place.name,
                place.code,
                covered.missing if covered else None,
                covered.duplicate if covered else None,
                _rate(forms, "key"),
                _rate(forms, "other"),
                _rate(forms, "form"),
            )
        )
    return lines


Group = tuple[int, Sequence[QualityCheck]]  # how many the frame holds, and those checked


def _rate(groups: Sequence[Group], what: str) -> Rate:
    return stratified_rate(
        [Stratum(n, [_counted(c, what) for c in checks]) for n, checks in groups]
    )


def _rates_by(groups: Sequence[Group], key: Callable[[QualityCheck], str]) -> dict[str, Rate]:
    return rates_by([(n, [{key(c): _counted(c, "all")} for c in checks]) for n, checks in groups])


def _split(name: str) -> tuple[str, str]:
    form, _slash, item = name.partition("/")
    return form, item


def form_of(check: QualityCheck) -> str:
    """The form's code, from the code that was drawn: `unit/form`."""
    return check.code.rpartition("/")[2]


def _counted(check: QualityCheck, what: str) -> Counted:
    key = Counted(check.key_errors or 0, check.key_checked or 0)
    other = Counted(check.other_errors or 0, check.other_checked or 0)
    if what == "key":
        return key
    if what == "other":
        return other
    if what == "form":
        return Counted(int(bool(check.is_nonconforming)), 1)
    return Counted(key.errors + other.errors, key.checked + other.checked)


class _Stratum(NamedTuple):
    part: str
    place: str
    size: int
    checks: Sequence[QualityCheck]


def _strata(lots: QuerySet[QualityLot], checks: QuerySet[QualityCheck]) -> list[_Stratum]:
    by_key = {lot.pk: lot for lot in lots}
    found: dict[tuple[int, str], list[QualityCheck]] = defaultdict(list)
    closed = checks.filter(stage=CheckStage.CLOSED).defer("cells", "rows", "document")
    for check in closed.order_by("pk"):
        lot = by_key.get(check.lot_id)
        if lot is not None:
            check.lot = lot
            found[lot.pk, check.stratum].append(check)
    strata = []
    for (key, name), members in found.items():
        lot = by_key[key]
        strata.append(_Stratum(lot.part, lot.division_code, lot.strata[name][0], members))
    return strata


def item_names(sample: QualitySample) -> dict[tuple[str, str], str]:
    """Form and item → official code and name, of every form that was checked. One query."""
    versions = sample.checks.filter(case__isnull=False).values_list(
        "case__form_code", "submission__instrument_version_id"
    )
    return {
        (form, item.slug): f"{item.code} {localised(item.label)}".strip()
        for form, version in versions.distinct()
        for item in definition_for(version).items
    }
