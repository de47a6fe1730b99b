"""The monitoring method: which measurements may be used, and what they say of a year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from instruments.accounting.refusals import NotComputable

SAMPLES_AT_LEAST = 4
VALID_PERCENT_AT_LEAST = 75
QUARTERS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Sample:
    """One manual sample: mg/L with m³, or mg/m³ with m³/h, measured at the same time."""

    year: int
    quarter: int
    concentration: Decimal
    flow: Decimal | None
    is_trial_operation: bool = False


@dataclass(frozen=True)
class ManualMonitoring:
    """Manual or supervision monitoring of one outlet and pollutant."""

    samples: Sequence[Sample]
    is_laboratory_qualified: bool
    is_load_recorded: bool


@dataclass(frozen=True)
class AutomaticMonitoring:
    """Automatic monitoring over the year: the mean is already weighted by flow."""

    concentration: Decimal
    is_accepted: bool
    is_compared: bool
    valid_percent: Decimal
    is_trial_operation: bool = False


def manual_faults(monitoring: ManualMonitoring, *, year: int) -> list[NotComputable]:
    """Every reason why the samples may not be used; empty means that they may."""
    samples = monitoring.samples
    faults = _sampling_faults(samples, year)
    without = sum(sample.flow is None for sample in samples)
    if without:
        faults.append(NotComputable("samples_without_flow", count=without))
    if any(s.concentration < 0 or (s.flow is not None and s.flow < 0) for s in samples):
        faults.append(NotComputable("samples_negative"))
    if any(sample.is_trial_operation for sample in samples):
        faults.append(NotComputable("trial_operation"))
    if not monitoring.is_laboratory_qualified:
        faults.append(NotComputable("laboratory_unqualified"))
    if not monitoring.is_load_recorded:
        faults.append(NotComputable("load_unknown"))
    return faults


def _sampling_faults(samples: Sequence[Sample], year: int) -> list[NotComputable]:
    """At least four samples of the year, one in each quarter (技术规定)."""
    faults = []
    in_year = [sample for sample in samples if sample.year == year]
    if len(in_year) < SAMPLES_AT_LEAST:
        faults.append(NotComputable("samples_too_few", count=len(in_year), least=SAMPLES_AT_LEAST))
    quarters = Counter(sample.quarter for sample in in_year)
    absent = [str(quarter) for quarter in QUARTERS if not quarters[quarter]]
    if absent:
        faults.append(NotComputable("samples_quarter_missing", quarters="、".join(absent)))
    others = sorted({sample.year for sample in samples} - {year})
    if others:
        faults.append(
            NotComputable("samples_other_year", year="、".join(map(str, others)), wanted=year)
        )
    return faults


def automatic_faults(monitoring: AutomaticMonitoring) -> list[NotComputable]:
    """Every reason why the automatic data may not be used; empty means that they may."""
    faults = []
    if not monitoring.is_accepted:
        faults.append(NotComputable("automatic_not_accepted"))
    if not monitoring.is_compared:
        faults.append(NotComputable("automatic_not_compared"))
    if monitoring.valid_percent < VALID_PERCENT_AT_LEAST:
        faults.append(
            NotComputable(
                "automatic_too_little_valid",
                share=f"{monitoring.valid_percent:f}",
                least=VALID_PERCENT_AT_LEAST,
            )
        )
    if monitoring.is_trial_operation:
        faults.append(NotComputable("trial_operation"))
    if monitoring.concentration < 0:
        faults.append(NotComputable("samples_negative"))
    return faults


@dataclass(frozen=True)
class PointYear:
    """What flowed past one point in a year: cubic metres of water, or an hourly flow and hours."""

    volume: Decimal | None = None
    flow: Decimal | None = None
    hours: Decimal | None = None

    def amount(self, concentration: Decimal) -> Fraction | None:
        """Tonnes of a pollutant at this mean concentration; None where the flow is not known."""
        if self.volume is not None:
            return water_discharged(self.volume, Fraction(concentration))
        if self.flow is not None and self.hours is not None:
            return gas_discharged(self.flow, self.hours, Fraction(concentration))
        return None

    def formula(self) -> tuple[str, str]:
        """The formula, and its beginning with the figures in it."""
        if self.volume is not None:
            return "Q × C × 10⁻⁶", f"{self.volume:f}"
        return "Q × h × C × 10⁻⁹", f"{self.flow:f} × {self.hours:f}"


def mean_concentration(samples: Sequence[Sample]) -> Fraction:
    """The mean weighted by flow, exactly. Raises NotComputable where there is no flow at all."""
    flows = [Fraction(sample.flow or 0) for sample in samples]
    total = sum(flows, Fraction(0))
    if total <= 0:
        raise NotComputable("samples_without_flow", count=len(samples))
    weighted = (Fraction(s.concentration) * flow for s, flow in zip(samples, flows, strict=True))
    return sum(weighted, Fraction(0)) / total


def water_discharged(volume: Decimal, concentration: Fraction) -> Fraction:
    """E = Q × C × 10⁻⁶: tonnes from m³ a year and mg/L."""
    return Fraction(volume) * concentration / 10**6


def gas_discharged(flow_per_hour: Decimal, hours: Decimal, concentration: Fraction) -> Fraction:
    """E = Q × h × C × 10⁻⁹: tonnes from m³/h, hours a year and mg/m³."""
    return Fraction(flow_per_hour) * Fraction(hours) * concentration / 10**9
