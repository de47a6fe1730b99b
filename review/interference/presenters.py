"""Findings as words and rows, in the reader's language."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from instruments.selectors import definition_for, versions_current
from registry.selectors import division_name
from review.interference.models import InterferenceFinding, InterferenceRun
from review.interference.signals import SIGNALS, SIGNALS_BY_NAME, Signal
from review.interference.signals.thresholds import limit_title
from submissions.models import Case


@dataclass(frozen=True)
class FindingView:
    """What a page says of a finding."""

    finding: InterferenceFinding

    @property
    def signal(self) -> Signal:
        """The signal, with its words."""
        return SIGNALS_BY_NAME[self.finding.signal]

    @property
    def subject(self) -> str:
        """Who, or which county."""
        if self.finding.person is not None:
            return str(self.finding.person.full_name)
        return division_name(self.finding.subject.partition("/")[0].ljust(12, "0"))

    @cached_property
    def sentence(self) -> str:
        """The figures in one sentence."""
        figures = dict(self.finding.figures)
        if "direction" in figures:
            figures["direction"] = _("减少") if figures["direction"] == "down" else _("增加")
        if "field" in figures:
            figures["field"] = item_label(str(figures["field"]))
        if "limit" in figures:
            figures["limit"] = limit_title(str(figures["limit"]))
        return str(self.signal.sentence) % figures

    @property
    def chance(self) -> str:
        """The chance, as people write it."""
        return chance_shown(self.finding.chance)

    @property
    def adjusted(self) -> str:
        """After the correction for how many were judged."""
        return chance_shown(self.finding.adjusted)


def chance_shown(chance: float) -> str:
    """Two digits; below one in ten thousand as a power of ten, and no smaller than 10⁻¹⁵."""
    if chance < 1e-15:
        return "< 1e-15"
    return f"{chance:.2g}" if chance >= 1e-4 else f"{chance:.0e}"


def item_label(field: str) -> str:
    """form/item → the form's code and the item's label."""
    form, _slash, slug = field.partition("/")
    language = "en" if get_language() == "en" else "zh"
    for version in versions_current():
        definition = definition_for(version.pk)
        item = definition.items_by_slug.get(slug)
        if definition.code == form and item is not None:
            return f"{form} {item.label.get(language, slug)}"
    return field


@dataclass(frozen=True)
class FactRow:
    """One row of facts: the case, its unit where the reader may see it, and words."""

    case_id: int
    case: Case | None
    words: str


def fact_rows(actor: User, finding: InterferenceFinding) -> list[FactRow]:
    """The facts in order, with links to what the reader may open. One query."""
    keys = {row["case"] for row in finding.facts}
    keys |= {row["other_case"] for row in finding.facts if "other_case" in row}
    cases = _cases(actor, keys)
    return [
        FactRow(row["case"], cases.get(row["case"]), _words(row, cases)) for row in finding.facts
    ]


def _cases(actor: User, keys: Collection[int]) -> dict[int, Case]:
    return {c.pk: c for c in Case.objects.visible_to(actor).filter(pk__in=keys).with_names()}


def _words(row: dict[str, Any], cases: dict[int, Case]) -> str:
    parts = []
    if "at" in row:
        parts.append(_("联系时间 %(at)s") % row)
    if "local" in row:
        parts.append(_("提交时间 %(local)s") % row)
    if "field" in row:
        parts.append(_("%(field)s：%(number)s") % {**row, "field": item_label(row["field"])})
    elif "number" in row:
        parts.append(_("数值 %(number)s") % row)
    if "seconds" in row:
        parts.append(_("%(seconds)s 秒，%(cells)s 格") % row)
    if "other_case" in row:
        other = cases.get(row["other_case"])
        name = f"{other.form_code} {other.unit.name}" if other else f"#{row['other_case']}"
        parts.append(
            _("与“%(other)s”可比 %(cells)s 格，相同 %(equal)s 格") % {**row, "other": name}
        )
    return _("；").join(parts)


def signal_counts(
    run: InterferenceRun, findings: list[InterferenceFinding]
) -> list[dict[str, Any]]:
    """Every signal with how many it judged and how many of those stand out here."""
    return [
        {
            "signal": signal,
            "judged": run.judged.get(signal.name, 0),
            "found": sum(finding.signal == signal.name for finding in findings),
        }
        for signal in SIGNALS
    ]
