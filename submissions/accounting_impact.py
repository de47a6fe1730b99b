"""Background jobs of a new coefficient version: what it would change, and deriving again."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Refusal
from instruments.accounting_targets import accounting_targets
from instruments.coefficient_selectors import version_in_force
from instruments.models import CoefficientVersion
from instruments.selectors import codelists_current
from submissions.enums import ExerciseStatus, Provenance
from submissions.jobs import RunningJob, job_running
from submissions.models import Case, CoefficientImpact, Response
from submissions.policies import is_open_for_filling
from submissions.services.accounting import accounting_compute, values_derive_again
from submissions.services.unit_forms import UnitForms, unit_forms_of

CHUNK = 100
DERIVED = Provenance.DERIVED.value
AMOUNT = "discharged"
COLUMNS = ("unit", "name", "division", "form", "cell", "before", "after", "open")


@dataclass
class Line:
    """Totals of one county and pollutant."""

    units: set[int] = field(default_factory=set)
    cells: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)


@dataclass
class Impact:
    """What would change, summed as the units are read."""

    units: set[int] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)
    locked: set[int] = field(default_factory=set)
    cells: int = 0
    lines: dict[tuple[str, str], Line] = field(default_factory=lambda: defaultdict(Line))

    def content(self) -> dict[str, Any]:
        """As stored and shown; amounts are plain decimals."""
        names = codelists_current()["POLL"]
        measures = {entry["code"]: str(entry.get("extra", "")) for entry in names.entries}
        return {
            "units": len(self.units),
            "cases": len(self.cases),
            "cells": self.cells,
            "locked_units": len(self.locked),
            "lines": [
                {
                    "county": county,
                    "pollutant": pollutant,
                    "measure": measures.get(pollutant, ""),
                    "units": len(line.units),
                    "cells": line.cells,
                    "before": f"{line.before:f}",
                    "after": f"{line.after:f}",
                }
                for (county, pollutant), line in sorted(self.lines.items())
            ],
        }


def accounting_impact_job(job_id: int) -> None:
    """Run the job. Parameters: `version`. Safe to run again: it only reads."""
    with job_running(job_id) as running:
        version = CoefficientVersion.objects.get(pk=running.job.parameters["version"])
        path = Path("jobs") / str(running.job.pk) / "impact.csv"
        whole = Path(settings.MEDIA_ROOT) / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        impact = Impact()
        with whole.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for rows in _changes(running, version, impact):
                writer.writerows(rows)
        CoefficientImpact.objects.update_or_create(
            job=running.job,
            defaults={
                "version": version,
                "compared_with": version_in_force(),
                "content": impact.content(),
                "computed_at": timezone.now(),
            },
        )
        running.result_path = str(path)
        running.result_name = _("系数影响_v%(number)d.csv") % {"number": version.number}


def cases_accounted() -> list[int]:
    """Every G106-1 of a running exercise that has been accounted, in the order of the divisions."""
    cases = Case.objects.filter(
        form_code=accounting_targets().form,
        exercise__status=ExerciseStatus.OPEN,
        accounting_run__isnull=False,
    )
    return list(cases.order_by("division_code", "pk").values_list("pk", flat=True))


def _changes(
    running: RunningJob, version: CoefficientVersion, impact: Impact
) -> Iterator[list[tuple[str, ...]]]:
    waiting = cases_accounted()
    for start in range(0, len(waiting), CHUNK):
        running.progress(start, len(waiting), _("正在比较"))
        for forms, source in unit_forms_of(waiting[start : start + CHUNK]):
            yield _unit_changes(forms, source, version, impact)
    running.progress(len(waiting), len(waiting), _("比较完毕"))


def _unit_changes(
    forms: UnitForms, source: Response, version: CoefficientVersion, impact: Impact
) -> list[tuple[str, ...]]:
    """The lines of one unit, counted into the impact."""
    is_open = is_open_for_filling(source.case)
    rows: list[tuple[str, ...]] = []
    for cell in accounting_compute(forms, source, version).cells:
        before = cell.response.cells.get(cell.path, {}).get(DERIVED, {}).get("v", "")
        if before == cell.value:
            continue
        unit = forms.unit
        case = cell.response.case
        rows.append(
            (
                unit.code,
                unit.name,
                case.division_code,
                case.form_code,
                cell.path,
                before,
                cell.value,
                "1" if is_open else "0",
            )
        )
        if not is_open:
            impact.locked.add(unit.pk)
            continue
        impact.units.add(unit.pk)
        impact.cases.add(case.pk)
        impact.cells += 1
        if cell.response is source and cell.path.endswith(f"/{AMOUNT}"):
            pollutant = forms.plain(source)["values"].get(
                cell.path.replace(f"/{AMOUNT}", "/pollutant"), ""
            )
            line = impact.lines[case.division_code[:6].ljust(12, "0"), pollutant]
            line.units.add(unit.pk)
            line.cells += 1
            line.before += Decimal(before or 0)
            line.after += Decimal(cell.value or 0)
    return rows


def accounting_apply_job(job_id: int) -> None:
    """Run the job: derive again whatever is open. Safe to run again: equal results change nothing."""
    with job_running(job_id) as running:
        waiting = cases_accounted()
        changed = untouched = 0
        for done, pk in enumerate(waiting):
            if done % CHUNK == 0:
                running.progress(done, len(waiting), _("正在重新核算"))
            try:
                changed += values_derive_again(case_id=pk, actor=running.job.requested_by).changed
            except Refusal:  # under review or final: left alone, and said so
                untouched += 1
        sentence = apply_sentence(changed=changed, untouched=untouched)
        running.progress(len(waiting), len(waiting), sentence)


def apply_sentence(*, changed: int, untouched: int) -> str:
    """What deriving again did, in one sentence."""
    return _("改动 %(changed)d 格；%(untouched)d 份在审核中或已定稿，没有改动。") % {
        "changed": changed,
        "untouched": untouched,
    }
