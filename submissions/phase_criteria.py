"""What must hold before a phase begins or ends, each told by the system's own facts.

A criterion counts what stands in the way in an area: nothing in the way is 0. It is an index range
or a small table each, so that the page may ask for the nation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.scopes import prefix_range
from instruments.accounting_targets import accounting_targets
from instruments.coefficient_selectors import version_in_force
from instruments.models import InstrumentVersion
from registry.enums import BlockStage, RowOutcome, UnitKind, UnitStatus
from registry.models import (
    AreaAssignment,
    CoverageBlock,
    EnumerationArea,
    FieldVerification,
    RegisterFreeze,
    SourceRow,
    Unit,
)
from registry.prefixes import significant_digits
from submissions.enums import ALIVE_STATES, CaseStatus, JobKind
from submissions.models import (
    Case,
    CollectionExercise,
    CorrectionRequest,
    ExercisePhase,
    Job,
    PhaseDeadline,
)


@dataclass(frozen=True)
class Ground:
    """What a criterion is asked about: an exercise, an area, and the day."""

    exercise: CollectionExercise
    area_prefix: str
    on: date

    def within(self, rows: QuerySet[Any], field: str = "division_code") -> QuerySet[Any]:
        """The rows of the area."""
        low, high = prefix_range(self.area_prefix)
        return rows.filter(**{f"{field}__gte": low, f"{field}__lt": high}) if high else rows

    def cases(self) -> QuerySet[Case]:
        """The forms owed in the area in this exercise."""
        return self.within(Case.objects.filter(exercise=self.exercise, is_owed=True))

    def link(self, route: str, **query: str) -> str:
        """A list behind the figure, narrowed to the area."""
        narrowed = {**query, **({"division": self.area_prefix} if self.area_prefix else {})}
        return f"{reverse(route)}?{urlencode(narrowed)}"


@dataclass(frozen=True)
class Criterion:
    """One condition: its words, what counts against it, and where the list is."""

    label: str | Promise
    count: Callable[[Ground], int]
    url: Callable[[Ground], str]


@dataclass(frozen=True)
class Figure:
    """A criterion as it stands."""

    name: str
    label: str
    count: int
    url: str

    @property
    def is_met(self) -> bool:
        """Nothing stands in the way."""
        return self.count == 0


def _forms_published(_ground: Ground) -> int:
    return 0 if InstrumentVersion.objects.exists() else 1


def _register_not_frozen(ground: Ground) -> int:
    """No frozen register covers the area: not its own, not one above, nor all provinces in it."""
    covering = [
        ground.area_prefix[:length].ljust(12, "0")
        for length in (0, 2, 4, 6)
        if length <= len(ground.area_prefix)
    ]
    if RegisterFreeze.objects.filter(division_code__in=covering).exists():
        return 0
    below = set(ground.within(RegisterFreeze.objects.all()).values_list("division_code", flat=True))
    units = ground.within(Unit.objects.exclude(kind=UnitKind.AREA))
    for code in below:
        low, high = prefix_range(significant_digits(code))
        units = units.exclude(division_code__gte=low, division_code__lt=high)
    return units.count() or (0 if below else 1)


def _matches_undecided(ground: Ground) -> int:
    return ground.within(SourceRow.objects.filter(outcome=RowOutcome.WAITING)).count()


def _areas_without_enumerator(ground: Ground) -> int:
    staffed = AreaAssignment.objects.in_force().filter(area=OuterRef("pk"), role="enumerator")
    return ground.within(EnumerationArea.objects.open().filter(~Exists(staffed))).count()


def _units_unvisited(ground: Ground) -> int:
    """Units that nobody has verified on the ground, in areas that are to be listed."""
    visited = FieldVerification.objects.filter(unit=OuterRef("pk"))
    units = Unit.objects.filter(enumeration_area__isnull=False, status=UnitStatus.OPERATING)
    units = units.exclude(kind=UnitKind.AREA)
    return ground.within(units.filter(~Exists(visited))).count()


def _forms_unfinished(ground: Ground) -> int:
    """Forms still with their fillers, but for areas that were granted more time."""
    cases = ground.cases().filter(status__in=[CaseStatus.OPEN, CaseStatus.RETURNED])
    extended = PhaseDeadline.objects.filter(
        phase__exercise=ground.exercise, extension__isnull=False, due_on__gte=ground.on
    )
    excused = Q(pk__in=[])
    for prefix in set(extended.values_list("area_prefix", flat=True)):
        low, high = prefix_range(prefix)
        excused |= Q(division_code__gte=low, division_code__lt=high)
    return cases.exclude(excused).count()


def _accounted(ground: Ground) -> QuerySet[Case]:
    done = [CaseStatus.UNDER_REVIEW, CaseStatus.FINAL]
    return ground.cases().filter(form_code=accounting_targets().form, status__in=done)


def _accounting_stale(ground: Ground) -> int:
    """Submitted forms whose accounting rests on a library that is no longer in force."""
    current = version_in_force()
    stale = _accounted(ground).filter(accounting_run__isnull=False)
    return stale.exclude(accounting_run__coefficient_version=current).count() if current else 0


def _status(status: CaseStatus) -> Callable[[Ground], int]:
    return lambda ground: ground.cases().filter(status=status).count()


def _cases(status: CaseStatus) -> Callable[[Ground], str]:
    return lambda ground: ground.link("case_list", status=status)


CRITERIA: dict[str, Criterion] = {
    "forms_published": Criterion(
        _("普查表尚未发布"), _forms_published, lambda g: reverse("instrument_list")
    ),
    "register_not_frozen": Criterion(
        _("名录尚未冻结"), _register_not_frozen, lambda g: reverse("unit_list")
    ),
    "matches_undecided": Criterion(
        _("疑似重复待判断"), _matches_undecided, lambda g: reverse("match_queue")
    ),
    "areas_without_enumerator": Criterion(
        _("普查小区未派普查员"),
        _areas_without_enumerator,
        lambda g: g.link("enumeration_areas"),
    ),
    "units_unvisited": Criterion(
        _("在营普查对象未现场核实"), _units_unvisited, lambda g: g.link("unit_list")
    ),
    "forms_unfinished": Criterion(
        _("普查表未提交，也未获延期"), _forms_unfinished, _cases(CaseStatus.OPEN)
    ),
    "forms_returned": Criterion(
        _("退回的普查表未改正"), _status(CaseStatus.RETURNED), _cases(CaseStatus.RETURNED)
    ),
    "cases_waiting": Criterion(
        _("普查表待审核"), _status(CaseStatus.UNDER_REVIEW), _cases(CaseStatus.UNDER_REVIEW)
    ),
    "coefficients_missing": Criterion(
        _("产排污系数尚未启用"),
        lambda g: 0 if version_in_force() else 1,
        lambda g: reverse("coefficient_list"),
    ),
    "accounting_stale": Criterion(
        _("核算所用系数不是现行版本"),
        _accounting_stale,
        lambda g: g.link("case_list", form=accounting_targets().form),
    ),
    "accounting_missing": Criterion(
        _("应核算而未核算"),
        lambda g: _accounted(g).filter(accounting_run__isnull=True).count(),
        lambda g: g.link("case_list", form=accounting_targets().form),
    ),
    "summaries_running": Criterion(
        _("汇总还在进行"),
        lambda g: g.within(
            Job.objects.filter(kind=JobKind.SUMMARY_RUN, state__in=ALIVE_STATES)
        ).count(),
        lambda g: reverse("job_list"),
    ),
    "checks_open": Criterion(
        _("质量核查小区未核查完"),
        lambda g: g.within(CoverageBlock.objects.exclude(stage=BlockStage.CLOSED)).count(),
        lambda g: reverse("coverage"),
    ),
    "corrections_open": Criterion(
        _("定稿后更正未办结"),
        lambda g: g.within(
            CorrectionRequest.objects.filter(case__exercise=g.exercise).filter(
                Q(decision__isnull=True) | Q(case__correction=F("pk"))
            )
        ).count(),
        lambda g: reverse("correction_list"),
    ),
}


def figures_of(
    names: Sequence[str], exercise: CollectionExercise, area_prefix: str
) -> list[Figure]:
    """Each criterion with its figure. About one query each."""
    ground = Ground(exercise, area_prefix, timezone.localdate())
    return [
        Figure(
            name,
            str(CRITERIA[name].label),
            CRITERIA[name].count(ground),
            CRITERIA[name].url(ground),
        )
        for name in names
    ]


def criteria_of(phase: ExercisePhase, *, closing: bool) -> Sequence[str]:
    """The names of what must hold for the move."""
    return phase.exit_criteria if closing else phase.entry_criteria
