"""From the rows of a G106-1 to the cells that are derived from them, here and in other forms."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from instruments.accounting.measures import converted
from instruments.accounting.methods import Method, Result, summed
from instruments.accounting.refusals import NotComputable
from instruments.accounting.rounding import rounded, shown
from instruments.accounting_targets import accounting_targets
from instruments.evaluation.definition import Item
from submissions.accounting_rows import Measured, RowResult, Sentence
from submissions.models import Response
from submissions.policies import is_fillers_turn
from submissions.services.unit_forms import UnitForms

Basis = dict[str, Any]


@dataclass(frozen=True)
class DerivedCell:
    """One value to be written into the derived slot of a cell; blank takes it out of force."""

    response: Response
    path: str
    value: str
    basis: Basis


@dataclass
class Accounting:
    """Everything one accounting of a unit comes to."""

    cells: list[DerivedCell] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: int, sentence: Sentence) -> None:
        """Note what could not be done, each sentence of a row once."""
        line = {"row": row, **sentence}
        if line not in self.refusals:
            self.refusals.append(line)


def accounting_of(
    forms: UnitForms,
    source: Response,
    results: list[RowResult],
    measured: Sequence[RowResult] = (),
) -> Accounting:
    """The derived cells of the form itself and of the forms that its rows feed.

    Where measurements may be used, they and not the coefficients feed the other forms: one
    pollutant of one outlet has one method, and the 技术规定 prefers monitoring.
    """
    accounting = Accounting()
    for result in results:
        accounting.cells += _own_cells(forms, source, result)
        if result.refusal is not None:
            accounting.refuse(result.row.number, result.refusal)
    for result in measured:
        if result.refusal is not None:
            accounting.refuse(0, result.refusal)
    usable = [result for result in measured if result.account is not None]
    _feed(forms, [*results, *usable], accounting)
    return accounting


def _own_cells(forms: UnitForms, source: Response, result: RowResult) -> Iterator[DerivedCell]:
    """Items 14 to 26 of the row. A row that could not be reckoned loses what it had."""
    targets = accounting_targets()
    definition = forms.definition(source)
    measure = targets.measures.get(result.measure, "")
    account, basis = result.account, _basis([result])
    if isinstance(account, Measured):  # pragma: no cover - rows of G106-1 have coefficients
        return
    exact = {
        "coefficient": account.coefficient if account else None,
        "efficiency": account.efficiency if account and result.row["treatment"] else None,
        "generated": account.generated if account else None,
        "discharged": account.discharged if account else None,
    }
    words = {
        "generated_unit": measure if account else "",
        "discharged_unit": measure if account else "",
        **{
            f"parameter{n}_name": result.running[n - 1] if n <= len(result.running) else ""
            for n in (1, 2, 3)
        },
    }
    prefix = f"{targets.group}/{result.row.id}"
    for slug, value in exact.items():
        item = definition.item_at(f"{prefix}/{slug}")
        if item is not None:
            text = "" if value is None else _figure(value, item)
            yield DerivedCell(source, f"{prefix}/{slug}", text, {**basis, "item": slug})
    for slug, text in words.items():
        if definition.item_at(f"{prefix}/{slug}") is not None:
            yield DerivedCell(source, f"{prefix}/{slug}", text, {**basis, "item": slug})


def _feed(forms: UnitForms, results: list[RowResult], accounting: Accounting) -> None:
    """Sum the rows of each pollutant and outlet into its items. Never a part of a sum."""
    fed: dict[tuple[int, str, str, str], list[RowResult]] = defaultdict(list)
    responses = {r.case.form_code: r for r in forms.living}
    for result in results:
        if result.form is None or result.pollutant is None:
            continue
        try:
            response = _target(responses, result)
            row = _target_row(forms, response, result)
            generated, discharged = _items(forms, response, result, row)
        except NotComputable as refusal:
            accounting.refuse(_row_told(result), refusal.pair())
            continue
        fed[response.pk, row, generated, discharged].append(result)
    by_pk = {r.pk: r for r in forms.living}
    for (pk, row, generated, discharged), candidates in fed.items():
        rows = _preferred(candidates)
        for cell in _summed_cells(forms, by_pk[pk], row, (generated, discharged), rows):
            accounting.cells.append(cell)
        if any(result.account is None for result in rows):
            _refuse_sum(by_pk[pk], rows, accounting)


def _row_told(result: RowResult) -> int:
    """The row of G106-1 that a sentence is about; 0 for a point of another form."""
    return 0 if result.method == Method.MONITORING else result.row.number


def _preferred(rows: list[RowResult]) -> list[RowResult]:
    """Without the coefficients of outlets that are measured.

    A row that names no outlet speaks of the whole unit: it gives way to any measurement.
    """
    measured = {row.row["outlet"] for row in rows if row.method == Method.MONITORING}
    if not measured:
        return rows
    return [
        row
        for row in rows
        if row.method == Method.MONITORING or row.row["outlet"] not in measured | {""}
    ]


def _refuse_sum(response: Response, rows: list[RowResult], accounting: Accounting) -> None:
    first = rows[0]
    refusal = NotComputable(
        "target_incomplete",
        form=response.case.form_code,
        pollutant=first.pollutant.handbook[0] if first.pollutant else "",
    )
    accounting.refuse(first.row.number, refusal.pair())


def _target(responses: dict[str, Response], result: RowResult) -> Response:
    code = result.form.code if result.form else ""
    response = responses.get(code)
    if response is None or not response.case.is_owed:
        raise NotComputable("target_not_owed", form=code)
    if not is_fillers_turn(response.case):
        raise NotComputable(
            "target_locked", form=code, status=str(response.case.get_status_display())
        )
    return response


def _target_row(forms: UnitForms, response: Response, result: RowResult) -> str:
    """`group/row/` of the equipment that item 02 names; blank where the form has no columns."""
    form, outlet = result.form, result.row["outlet"]
    if form is None or not form.group:
        return ""
    plain = forms.plain(response)
    for slug in form.outlet:
        rows = [
            row
            for row in plain["rows"].get(form.group, [])
            if outlet and plain["values"].get(f"{form.group}/{row}/{slug}") == outlet
        ]
        if len(rows) > 1:
            raise NotComputable("target_rows_several", form=form.code, outlet=outlet)
        if rows:
            return f"{form.group}/{rows[0]}/"
    raise NotComputable("target_row_unknown", form=form.code, outlet=outlet or "—")


def _items(forms: UnitForms, response: Response, result: RowResult, place: str) -> tuple[str, str]:
    """The slugs of generated (blank where the form does not ask for it) and discharged."""
    definition, row = forms.definition(response), result.row
    if result.form is None or result.pollutant is None:  # pragma: no cover - asked before
        raise NotComputable("target_unknown")
    generated, discharged = result.form.slugs(result.pollutant, row["section"], row["process"])
    if definition.item_at(f"{place}{discharged}") is None:
        raise NotComputable(
            "target_item_unknown", form=result.form.code, pollutant=result.pollutant.handbook[0]
        )
    has_generated = definition.item_at(f"{place}{generated}") is not None
    return (generated if has_generated else ""), discharged


def _summed_cells(
    forms: UnitForms,
    response: Response,
    row: str,
    slugs: tuple[str, str],
    rows: list[RowResult],
) -> Iterator[DerivedCell]:
    definition, basis = forms.definition(response), _basis(rows)
    for slug, value in zip(slugs, _total(rows), strict=True):
        if not slug:
            continue
        item = definition.item_at(f"{row}{slug}")
        if item is None:  # pragma: no cover - asked before
            continue
        text = "" if value is None else _figure(converted(value, rows[0].measure, item.unit), item)
        yield DerivedCell(response, f"{row}{slug}", text, {**basis, "item": slug})


def _total(rows: list[RowResult]) -> tuple[Fraction | None, Fraction | None]:
    """Generated and discharged over the links in the measure of the first; None where unknown."""
    by_outlet: dict[str, list[Result]] = defaultdict(list)
    for result in rows:
        account, measure = result.account, rows[0].measure
        if account is None:
            return None, None
        generated = result.generated
        by_outlet[result.row["outlet"]].append(
            Result(
                result.method,
                result.row["outlet"],
                result.row["pollutant"],
                None if generated is None else converted(generated, result.measure, measure),
                converted(account.discharged, result.measure, measure),
            )
        )
    totals = [summed(results) for results in by_outlet.values()]
    generations = [total.generated for total in totals if total.generated is not None]
    complete = len(generations) == len(totals)
    discharged = sum((total.discharged for total in totals), Fraction(0))
    return (sum(generations, Fraction(0)) if complete else None), discharged


def _figure(value: Fraction, item: Item) -> str:
    return format(rounded(value, item.scale), "f")


def _basis(results: list[RowResult]) -> Basis:
    """What the reader of a derived value wants to know, as it was at this moment."""
    method = results[0].method.value if results else Method.COEFFICIENT.value
    return {"method": method, "rows": [_row_basis(result) for result in results]}


def _row_basis(result: RowResult) -> Basis:
    account, found = result.account, result.coefficient
    return {
        "row": result.row.number,
        "inputs": {slug: text for slug, text in result.row.values.items() if text},
        "measure": result.measure,
        "generated": "" if result.generated is None else shown(result.generated),
        "discharged": shown(account.discharged) if account else "",
        "steps": [vars(step) for step in account.steps] if account else [],
        "refusal": result.refusal,
        "coefficient": {
            "id": found.pk,
            "unit": found.unit,
            "generation": found.generation,
            "treatment": found.treatment,
            "efficiency": found.efficiency,
            "k": found.k_formula,
            "source": found.source,
            "page": found.handbook_page,
            "confidence": found.confidence,
        }
        if found
        else None,
    }
