"""How a derived value came about, what an accounting could not do, what a version would change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from instruments.accounting.methods import Method
from instruments.accounting_targets import accounting_targets
from instruments.coefficient_selectors import version_in_force
from instruments.evaluation.definition import Item
from instruments.selectors import codelists_current, definition_for
from registry.selectors import division_names
from submissions.accounting_monitoring import measured_answers
from submissions.accounting_rows import inputs_hash
from submissions.models import AccountingRun, Case, CoefficientImpact, Derivation
from submissions.models.response import value_in_force
from submissions.presenters.items import language, localised
from submissions.services.unit_forms import UnitForms


@dataclass(frozen=True)
class BasisPresenter:
    """One derived value with its explanation."""

    case: Case
    derivation: Derivation

    @cached_property
    def _item(self) -> Item | None:
        definition = definition_for(self.case.instrument_version_id)
        return definition.item_at(self.derivation.cell)

    @property
    def label(self) -> str:
        """Code and name of the item."""
        item = self._item
        return f"{item.code} {localised(item.label)}" if item else self.derivation.cell

    @property
    def unit(self) -> str:
        """The measure of the item."""
        return self._item.unit if self._item else ""

    @cached_property
    def entered(self) -> str:
        """What stands in the cell where it is another value than the derived one; else blank."""
        value = value_in_force(self.derivation.response.cells.get(self.derivation.cell))
        return "" if value == self.derivation.value else value

    @property
    def is_measured(self) -> bool:
        """Whether measurements say it."""
        return bool(self.derivation.basis["method"] == Method.MONITORING.value)

    @property
    def method(self) -> str:
        """The method, as the 技术规定 calls it."""
        return _("监测数据法") if self.is_measured else _("产排污系数法")

    @property
    def is_sum(self) -> bool:
        """Whether several rows were added up."""
        return len(self.derivation.basis["rows"]) > 1

    @property
    def rows(self) -> list[RowBasis]:
        """The rows of G106-1 that it comes from."""
        return [RowBasis(row) for row in self.derivation.basis["rows"]]


@dataclass(frozen=True)
class RowBasis:
    """One row of G106-1 as it was reckoned."""

    data: dict[str, Any]

    @property
    def number(self) -> int:
        """Its number in the form."""
        return int(self.data["row"])

    @property
    def link(self) -> str:
        """What the row is about."""
        inputs = self.data["inputs"]
        names = ("section", "product", "raw_material", "process", "scale", "treatment")
        return " · ".join(inputs[name] for name in names if inputs.get(name))

    @property
    def refusal(self) -> str:
        """Why it could not be reckoned."""
        pair = self.data["refusal"]
        return str(pair[language()]) if pair else ""


@dataclass(frozen=True)
class AccountingPanel:
    """Beside a G106-1: when it was accounted, whether that still holds, what could not be done."""

    run: AccountingRun | None
    forms: UnitForms
    case: Case

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """Row number and sentence of everything that could not be done."""
        return self.run.refusal_lines(language()) if self.run else []

    @cached_property
    def staleness(self) -> str:
        """A sentence where the derived values no longer belong to what is entered; else blank."""
        if self.run is None:
            return ""
        plain = self.forms.plain(self.forms.of(self.case.pk))
        industries, measured = self.forms.unit.industry_codes, measured_answers(self.forms)
        if inputs_hash(plain, industries, measured) != self.run.inputs_hash:
            return _("核算以后又改了数据，请重新核算。")
        current = version_in_force()
        if current is not None and current.pk != self.run.coefficient_version_id:
            return _("系数库已更新为 v%(number)d，请重新核算。") % {"number": current.number}
        return ""


def accounting_panel(forms: UnitForms, case: Case) -> AccountingPanel | None:
    """The panel of a G106-1; None for every other form. Two queries."""
    if case.form_code != accounting_targets().form:
        return None
    run = (
        AccountingRun.objects.filter(case=case)
        .select_related("coefficient_version", "accounted_by")
        .first()
    )
    return AccountingPanel(run, forms, case)


@dataclass(frozen=True)
class ImpactPresenter:
    """An impact list for its page."""

    impact: CoefficientImpact

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """County by name, pollutant by name, before, after, difference. One query."""
        lines = self.impact.content["lines"]
        places = division_names({line["county"] for line in lines})
        pollutants = codelists_current()["POLL"]
        return [
            {
                **line,
                "county": places.get(line["county"], line["county"]),
                "pollutant": pollutants.label(line["pollutant"], language()),
                "difference": f"{Decimal(line['after']) - Decimal(line['before']):+f}",
            }
            for line in lines
        ]
