"""The rows of a G106-1 reckoned with a version of the coefficient library. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from audit.hashing import content_hash
from instruments.accounting.coefficient import Account, Activity, Step, account, coefficient_read
from instruments.accounting.expressions import parameters_read
from instruments.accounting.methods import Method
from instruments.accounting.refusals import NotComputable
from instruments.accounting_targets import Pollutant, TargetForm, Targets, accounting_targets
from instruments.codelist_values import CodeListValues
from instruments.coefficient_lookup import Process, coefficient_for, coefficients_near
from instruments.coefficient_presenters import text_of
from instruments.models import Coefficient, CoefficientVersion

INPUTS = (
    "feeds_form",
    "outlet",
    "section",
    "raw_material",
    "product",
    "process",
    "scale",
    "condition",
    "output",
    "output_unit",
    "material_used",
    "material_unit",
    "pollutant",
    "parameters",
    "treatment",
    "parameter1_value",
    "parameter2_value",
    "parameter3_value",
)
MEASURE_LIST = "ACC_MEASURE"
POLLUTANT_LIST = "POLL"
Sentence = dict[str, str]


@dataclass(frozen=True)
class Row:
    """The inputs of one row, as written."""

    id: str
    number: int
    values: Mapping[str, str]

    def __getitem__(self, slug: str) -> str:
        return self.values.get(slug, "")

    def number_at(self, slug: str) -> Decimal | None:
        """The number of a cell; None where it is blank or none."""
        try:
            return Decimal(self[slug]) if self[slug] else None
        except InvalidOperation:
            return None


@dataclass(frozen=True)
class Measured:
    """What measurements say of one pollutant of one point, in tonnes."""

    generated: Fraction | None
    discharged: Fraction
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class RowResult:
    """What became of one row: an account, or the sentence why not."""

    row: Row
    measure: str = ""
    coefficient: Coefficient | None = None
    account: Account | Measured | None = None
    running: tuple[str, ...] = ()
    refusal: Sentence | None = None
    form: TargetForm | None = None
    pollutant: Pollutant | None = None
    method: Method = Method.COEFFICIENT

    @property
    def generated(self) -> Fraction | None:
        """What was generated, in `measure`; None where it is not known."""
        return self.account.generated if self.account else None


@dataclass
class RowsReckoner:
    """Reckons the rows of one form; the library is asked once for all of them."""

    version: CoefficientVersion
    codelists: Mapping[str, CodeListValues]
    industries: Sequence[str]
    targets: Targets = field(default_factory=accounting_targets)

    def results(self, plain: Mapping[str, Any]) -> list[RowResult]:
        """One result for each row that says which pollutant it is about. One query."""
        rows = [row for row in rows_of(plain, self.targets.group) if row["pollutant"]]
        processes = [process for row in rows for process in self._processes(row)]
        near = coefficients_near(self.version, processes) if processes else []
        return [self._result(row, near) for row in rows]

    def _result(self, row: Row, near: list[Coefficient]) -> RowResult:
        pollutant = self.targets.pollutants.get(row["pollutant"])
        form = self.targets.forms.get(row["feeds_form"])
        if pollutant is None or form is None or pollutant.medium != form.medium:
            return RowResult(row, refusal=NotComputable("target_unknown").pair())
        measure = self._measure_of(pollutant)
        result = RowResult(row, measure, form=form, pollutant=pollutant)
        try:
            found = self._coefficient(row, near, pollutant)
        except NotComputable as error:
            return replace(result, refusal=error.pair())
        try:
            coefficient = coefficient_read(text_of(found))
        except NotComputable as error:
            return replace(result, coefficient=found, refusal=error.pair())
        running = coefficient.rate.parameters if coefficient.rate else ()
        try:
            reckoned = account(
                coefficient, self._activity(row, coefficient.unit.basis), measure=measure
            )
        except NotComputable as error:
            return replace(result, coefficient=found, running=running, refusal=error.pair())
        return replace(result, coefficient=found, running=running, account=reckoned)

    def _measure_of(self, pollutant: Pollutant) -> str:
        """Tonnes or kilograms, as the list of pollutants says."""
        entries = {e["code"]: e for e in self.codelists[POLLUTANT_LIST].entries}
        return str(entries[pollutant.code].get("extra") or next(iter(self.targets.measures)))

    def _processes(self, row: Row) -> Iterator[Process]:
        pollutant = self.targets.pollutants.get(row["pollutant"])
        form = self.targets.forms.get(row["feeds_form"])
        for name in pollutant.handbook if pollutant else ():
            yield Process(
                industries=(*self.industries, *(form.industries if form else ())),
                pollutant=name,
                product=row["product"],
                raw_material=row["raw_material"],
                process=row["process"],
                scale=row["scale"],
                section=row["section"],
                condition=row["condition"],
                treatment=row["treatment"],
            )

    def _coefficient(self, row: Row, near: list[Coefficient], pollutant: Pollutant) -> Coefficient:
        failed: NotComputable | None = None
        for process in self._processes(row):
            try:
                return coefficient_for(process, near, medium=pollutant.medium)
            except NotComputable as error:
                failed = failed or error
        raise failed or NotComputable("target_unknown")

    def _activity(self, row: Row, basis: str) -> Activity:
        amount, unit = (
            ("material_used", "material_unit") if basis == "material" else ("output", "output_unit")
        )
        return Activity(
            row.number_at(amount),
            self.codelists[MEASURE_LIST].label(row[unit]) if row[unit] else "",
            parameters_read(row["parameters"]),
            tuple(row.number_at(f"parameter{n}_value") for n in (1, 2, 3)),
        )


def rows_of(plain: Mapping[str, Any], group: str) -> list[Row]:
    """The rows of a form in order."""
    values = plain["values"]
    return [
        Row(row, number, {slug: values.get(f"{group}/{row}/{slug}", "") for slug in INPUTS})
        for number, row in enumerate(plain["rows"].get(group, []), start=1)
    ]


def inputs_hash(
    plain: Mapping[str, Any], industries: Sequence[str], measured: Mapping[str, Any] | None = None
) -> str:
    """Changes whenever something changes that a result depends on.

    `measured` are the plain answers of the forms of measurements by code; one without points says
    nothing, so that a run from before there was such a form stays current.
    """
    rows = rows_of(plain, accounting_targets().group)
    parts: list[Any] = [list(industries), [[row.id, dict(row.values)] for row in rows]]
    points = {
        code: dict(answers["values"])
        for code, answers in sorted((measured or {}).items())
        if answers["rows"].get(accounting_targets().monitoring[code].group)
    }
    return content_hash([*parts, points] if points else parts)
