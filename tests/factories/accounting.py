"""A unit with a boiler and wastewater, its G106-1, and the starter library in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from instruments.coefficient_files import STARTER_FILE
from instruments.models import CoefficientVersion
from instruments.services import coefficients_load, coefficients_publish
from registry.models import Unit
from submissions.models import Case, Response
from submissions.services import cases_derive
from tests.factories.case import make_plain_unit
from tests.factories.exercise import make_exercise
from tests.factories.instrument import repository_publish
from tests.factories.response import add_row, put, set_cell

BOILER = {
    "feeds_form": "G103-1",
    "outlet": "MF0001",
    "section": "锅炉",
    "product": "蒸汽/热水/其它",
    "raw_material": "烟煤",
    "process": "层燃炉",
    "scale": "所有规模",
    "material_used": "1000",
    "material_unit": "T",
    "pollutant": "A01",
    "parameters": "S=0.8",
    "treatment": "双碱法",
    "parameter1_value": "6000",
    "parameter2_value": "7200",
}
WATER = {
    "feeds_form": "G102",
    "section": "制浆造纸",
    "product": "机制纸",
    "raw_material": "废纸",
    "process": "制浆造纸",
    "scale": "所有规模",
    "output": "2000",
    "output_unit": "T",
    "pollutant": "W01",
}
BOILER_ROW = "boiler01"


def library_make() -> CoefficientVersion:
    """The starter set, in force."""
    version = coefficients_load(
        actor=None, path=STARTER_FILE, title="起始系数", is_demonstration=True
    ).version
    coefficients_publish(actor=None, version_id=version.pk)
    return version


@dataclass
class Plant:
    """A unit and its forms by code."""

    unit: Unit
    actor: User
    cases: dict[str, Case]

    @property
    def source(self) -> Case:
        """The G106-1."""
        return self.cases["G106-1"]

    def response(self, code: str) -> Response:
        """The answers as stored."""
        return Response.objects.select_related("case").get(case=self.cases[code])

    def values(self, code: str) -> dict[str, str]:
        """The values in force."""
        return dict(self.response(code).plain()["values"])

    def row(self, row: str, **values: str) -> None:
        """Write a row of the G106-1."""
        put(
            self.source,
            self.actor,
            add_row("links", row),
            *(set_cell(f"links/{row}/{slug}", value) for slug, value in values.items()),
        )

    def change(self, code: str, **cells: str) -> None:
        """Write cells; `links__row00001__output` names a cell of a row."""
        changes: list[dict[str, Any]] = [
            set_cell(path.replace("__", "/"), value) for path, value in cells.items()
        ]
        put(self.cases[code], self.actor, *changes)


def plant_make(actor: User, **fields: Any) -> Plant:
    """A paper mill with one boiler. Publishes every form of the repository once."""
    from instruments.models import Instrument

    if not Instrument.objects.exists():
        repository_publish()
    make_exercise()
    unit = make_plain_unit(actor, **{"industry_codes": ["2221"], **fields})
    plant = Plant(unit, actor, _cases(unit))
    plant.change("G101-1", has_boiler="1", produces_wastewater="1")
    plant.cases = _cases(unit)
    put(
        plant.cases["G103-1"],
        actor,
        add_row("boilers", BOILER_ROW),
        set_cell(f"boilers/{BOILER_ROW}/industrial_boiler_number", "MF0001"),
    )
    return plant


def _cases(unit: Unit) -> dict[str, Case]:
    return {case.form_code: case for case in cases_derive(unit_id=unit.pk, actor=None)}
