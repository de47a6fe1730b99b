"""What a drafted change of a form or code list would do to the cases there are. Changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from instruments.differences import items_removed
from instruments.evaluation.definition import Definition, split_path
from instruments.evaluation.engine import Compiled, Finding, compile_definition, evaluate
from instruments.local_selectors import additions_renewed
from instruments.selectors import PROVINCE_DIGITS, published_now, versions_current
from registry.models import Unit
from submissions.change_outcomes import (
    Outcome,
    Weighed,
    base_of,
    cases_concerned,
    chunks_of,
    forms_changed,
    impact_key,
    outcome_of,
    weigh,
)
from submissions.enums import ChangeKind
from submissions.jobs import RunningJob, job_running
from submissions.models import EditFailure, FormChange, Response
from submissions.services.unit_forms import UnitForms, unit_forms_of


@dataclass
class _Impact:
    """Sums over the cases read so far."""

    statuses: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    provinces: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rules: dict[tuple[str, str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    lost: Counter[str] = field(default_factory=Counter)

    def content(self, lost_labels: Mapping[str, Mapping[str, str]], units: int) -> dict[str, Any]:
        """As stored and shown."""
        return {
            "statuses": dict(self.statuses),
            "outcomes": {outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "provinces": [
                {"province": province, **counts}
                for province, counts in sorted(self.provinces.items())
            ],
            "rules": [
                {"rule": rule, "severity": severity, "message": message, **counts}
                for (rule, severity, message), counts in sorted(self.rules.items())
            ],
            "lost": [
                {"slug": slug, "label": dict(lost_labels[slug]), "cases": cases}
                for slug, cases in sorted(self.lost.items())
            ],
            "units_reconsidered": units,
        }


@dataclass(frozen=True)
class Hypothesis:
    """The rules and lists as they would be. `compiled` is by two digits of a province; "" for all
    others; empty where only a code list changes.
    """

    compiled: Mapping[str, Compiled]
    codelists: Mapping[str, frozenset[str]]

    def findings(self, forms: UnitForms, response: Response) -> list[Finding]:
        """What the rules would say of this form."""
        context = forms.context()
        context = type(context)(
            forms=context.forms,
            owed=context.owed,
            register=context.register,
            codelists=self.codelists,
            params=context.params,
        )
        return list(evaluate(self._compiled(forms, response), forms.plain(response), context))

    def _compiled(self, forms: UnitForms, response: Response) -> Compiled:
        if not self.compiled:
            return forms.compiled(response)
        province = response.case.division_code[:PROVINCE_DIGITS]
        return self.compiled.get(province, self.compiled[""])


def hypothesis_of(change: FormChange) -> Hypothesis:
    """Compiled once for the whole preview."""
    published = published_now()
    if change.kind == ChangeKind.CODELIST:
        codes = frozenset(entry["code"] for entry in change.content)
        return Hypothesis({}, {**published.codelists, change.code: codes})
    others = [Definition.from_dict(v.definition) for v in versions_current()]
    by_name = {other.form_name: other for other in others if other.code != change.code}
    definitions = {
        "": change.content,
        **{
            division: renewed.definition
            for division, renewed in additions_renewed(change.content).items()
        },
    }
    compiled = {
        division: compile_definition(Definition.from_dict(definition), by_name, strict=False)
        for division, definition in definitions.items()
    }
    return Hypothesis(compiled, published.codelists)


def change_impact_job(job_id: int) -> None:
    """Run the job. Parameters: `change`. Safe to run again: it only reads, and stores its result."""
    with job_running(job_id) as running:
        change = FormChange.objects.get(pk=running.job.parameters["change"])
        base = base_of(change.kind, change.code)
        key = impact_key(change, base)
        content = impact_compute(change, running)
        FormChange.objects.filter(pk=change.pk, content_hash=change.content_hash).update(
            impact=content, impact_key=key, impact_at=timezone.now()
        )


def impact_compute(change: FormChange, running: RunningJob | None = None) -> dict[str, Any]:
    """Read every case concerned once, a chunk at a time. About four queries a chunk."""
    hypothesis = hypothesis_of(change)
    removed = _removed(change)
    impact = _Impact()
    for forms, response, stored in _cases(change, running):
        case = response.case
        impact.statuses[case.status] += 1
        province = impact.provinces[case.division_code[:PROVINCE_DIGITS]]
        province["cases"] += 1
        weighed = weigh(stored, _findings(hypothesis, forms, response))
        _count_rules(impact, weighed)
        outcome = outcome_of(case.status, change.reopen, has_new_hard=weighed.has_new_hard)
        impact.outcomes[outcome] += 1
        province[outcome] += 1
        for slug in _slugs(response) & removed.keys():
            impact.lost[slug] += 1
    return impact.content(removed, _units_reconsidered(change))


def _findings(hypothesis: Hypothesis, forms: UnitForms, response: Response) -> list[Finding]:
    """A form that nobody has touched has no findings yet, and no blanks that matter."""
    return hypothesis.findings(forms, response) if response.version else []


def _count_rules(impact: _Impact, weighed: Weighed) -> None:
    for finding in weighed.appearing:
        key = (finding.rule_id, str(finding.severity), finding.message["zh"])
        impact.rules[key]["appearing"] += 1
    for failure in weighed.disappearing:
        key = (failure.rule_id, failure.severity, failure.message_zh)
        impact.rules[key]["disappearing"] += 1


def _removed(change: FormChange) -> dict[str, Mapping[str, str]]:
    if change.kind == ChangeKind.CODELIST:
        return {}
    base = base_of(change.kind, change.code)
    return items_removed(getattr(base, "definition", {}), change.content)


def _slugs(response: Response) -> set[str]:
    return {split_path(path)[2] for path in response.plain()["values"]}


def _units_reconsidered(change: FormChange) -> int:
    """Units whose owed forms are derived again, because the form says anew who fills it."""
    kinds = kinds_reconsidered(change)
    return Unit.objects.filter(kind__in=kinds).count() if kinds else 0


def kinds_reconsidered(change: FormChange) -> list[str]:
    """Kinds of units whose owed forms a change of `owed_when` or `unit_kinds` may alter."""
    if change.kind == ChangeKind.CODELIST or change.base_version is None:
        return []
    before, after = change.base_version.definition, change.content
    keys = ("owed_when", "unit_kinds")
    if all(before.get(key) == after.get(key) for key in keys):
        return []
    return sorted({*before["unit_kinds"], *after["unit_kinds"]})


def _cases(
    change: FormChange, running: RunningJob | None
) -> Iterator[tuple[UnitForms, Response, list[EditFailure]]]:
    cases = cases_concerned(forms_changed(change.kind, change.code))
    for chunk in chunks_of(cases, running, _("正在比较")):
        stored: dict[int, list[EditFailure]] = defaultdict(list)
        for failure in EditFailure.objects.filter(case_id__in=chunk):
            stored[failure.case_id].append(failure)
        for forms, response in unit_forms_of(chunk):
            yield forms, response, stored[response.case_id]
