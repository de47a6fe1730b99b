"""A coefficient as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.accounting.coefficient import CoefficientText, coefficient_read
from instruments.accounting.expressions import PARAMETERS
from instruments.accounting.refusals import NotComputable
from instruments.models import Coefficient, Confidence
from instruments.presenters import reader_language


def text_of(row: Coefficient) -> CoefficientText:
    """The row as the accounting reads it."""
    return CoefficientText(
        unit=row.unit,
        generation=row.generation,
        generation_printed=row.generation_printed,
        treatment=row.treatment,
        efficiency=row.efficiency,
        k=row.k_formula,
    )


@dataclass(frozen=True)
class CoefficientView:
    """One row with what a reader wants to know beside its text."""

    row: Coefficient

    @property
    def as_pasted(self) -> str:
        """Items 03 to 07-1 of G106-1 as a block to be pasted: link, material, product, process …"""
        row = self.row
        link = row.section or row.process
        cells = (link, row.raw_material, row.product, row.process, row.scale, row.condition)
        return "\t".join(cells)

    @property
    def is_low(self) -> bool:
        """Whether it stays out of official results for doubt."""
        return self.row.confidence == Confidence.LOW

    @property
    def fault(self) -> str:
        """Why it cannot be reckoned with, as a sentence; blank where it can."""
        try:
            coefficient_read(text_of(self.row))
        except NotComputable as refusal:
            return refusal.sentence(reader_language())
        return ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Letters of the formulas with their meaning."""
        if self.row.fault:
            return []
        coefficient = coefficient_read(text_of(self.row))
        names = dict.fromkeys(coefficient.generation.names)
        if coefficient.efficiency is not None:
            names |= dict.fromkeys(coefficient.efficiency.names)
        language = reader_language()
        return [(name, getattr(PARAMETERS[name], language)) for name in names]

    @property
    def running(self) -> tuple[str, ...]:
        """The running parameters to be given in items 19 to 24 of G106-1."""
        if self.row.fault or not self.row.k_formula:
            return ()
        rate = coefficient_read(text_of(self.row)).rate
        return rate.parameters if rate else ()
