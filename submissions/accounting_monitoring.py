"""The monitoring method (监测数据法): the points of G106-2 and G106-3, reckoned. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from instruments.accounting.coefficient import Step
from instruments.accounting.methods import Method
from instruments.accounting.monitoring import SAMPLES_AT_LEAST, PointYear
from instruments.accounting.refusals import NotComputable
from instruments.accounting.rounding import shown
from instruments.accounting_targets import MonitoringForm, Pollutant, accounting_targets
from submissions.accounting_rows import Measured, Row, RowResult

if TYPE_CHECKING:
    from submissions.services.unit_forms import UnitForms

ONLINE = "f"  # code of MONSRC: its validity is a matter of hours, not of samples
YES = "1"


def measured_answers(forms: UnitForms) -> dict[str, dict[str, Any]]:
    """The plain answers of the unit's owed forms of measurements, by code."""
    codes = accounting_targets().monitoring
    return {
        response.case.form_code: forms.plain(response)
        for response in forms.living
        if response.case.form_code in codes and response.case.is_owed
    }


def measured_results(forms: UnitForms) -> list[RowResult]:
    """One result for each pollutant measured at a point of a form that says its data may be used."""
    targets = accounting_targets()
    return [
        result
        for code, plain in sorted(measured_answers(forms).items())
        if plain["values"].get("has_monitoring") == YES
        for number, row in enumerate(plain["rows"].get(targets.monitoring[code].group, []), 1)
        for result in _point(targets.monitoring[code], plain["values"], row, number)
    ]


def _point(
    form: MonitoringForm, values: Mapping[str, str], row: str, number: int
) -> Iterator[RowResult]:
    targets = accounting_targets()

    def at(slug: str) -> str:
        return values.get(f"{form.group}/{row}/{slug}", "") if slug else ""

    year = PointYear(_figure(at(form.volume)), _figure(at(form.flow)), _figure(at(form.hours)))
    for pollutant in targets.pollutants.values():
        before, after = (_figure(at(slug)) for slug in form.slugs(pollutant))
        if pollutant.medium != form.medium or after is None:
            continue
        inputs = {
            "feeds_form": at("feeds_form"),
            "outlet": at("point_outlet"),
            "section": form.code,
            "pollutant": pollutant.code,
        }
        result = RowResult(
            Row(row, number, inputs),
            form.measure,
            form=targets.forms.get(at("feeds_form")),
            pollutant=pollutant,
            method=Method.MONITORING,
        )
        yield _reckoned(
            result, form, year, (before, after), (at("monitoring_source"), at("samples"))
        )


def _reckoned(
    result: RowResult,
    form: MonitoringForm,
    year: PointYear,
    concentrations: tuple[Decimal | None, Decimal],
    admitted_by: tuple[str, str],
) -> RowResult:
    try:
        if result.form is None or result.form.medium != form.medium:
            raise NotComputable("target_unknown")
        _admit(form, result.row.number, *admitted_by)
        account = _measured(result, form, year, concentrations)
    except NotComputable as error:
        return _with(result, refusal=error.pair())
    return _with(result, account=account)


def _with(result: RowResult, **parts: Any) -> RowResult:
    return RowResult(
        result.row,
        result.measure,
        form=result.form,
        pollutant=result.pollutant,
        method=result.method,
        **parts,
    )


def _admit(form: MonitoringForm, number: int, source: str, samples: str) -> None:
    """Manual data: at least four valid samples a year (技术规定)."""
    count = _figure(samples) or Decimal(0)
    if source != ONLINE and count < SAMPLES_AT_LEAST:
        raise NotComputable(
            "point_samples_too_few",
            form=form.code,
            number=number,
            count=f"{count:f}",
            least=SAMPLES_AT_LEAST,
        )


def _measured(
    result: RowResult,
    form: MonitoringForm,
    year: PointYear,
    concentrations: tuple[Decimal | None, Decimal],
) -> Measured:
    before, after = concentrations
    number, name = result.row.number, _name(result.pollutant)
    discharged = year.amount(after)
    if discharged is None or after < 0:
        raise NotComputable("point_without_volume", form=form.code, number=number)
    if before is not None and before < after:
        raise NotComputable("point_grows", form=form.code, number=number, pollutant=name)
    generated = year.amount(before) if before is not None else None
    steps = [_step("E", year, after, discharged, form.measure)]
    if before is not None and generated is not None:
        steps.insert(0, _step("G", year, before, generated, form.measure))
    return Measured(generated, discharged, tuple(steps))


def _step(
    symbol: str, year: PointYear, concentration: Decimal, value: Fraction, measure: str
) -> Step:
    formula, figures = year.formula()
    power = "10⁻⁶" if year.volume is not None else "10⁻⁹"
    return Step(symbol, formula, f"{figures} × {concentration:f} × {power}", shown(value), measure)


def _name(pollutant: Pollutant | None) -> str:
    return pollutant.handbook[0] if pollutant else ""


def _figure(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
