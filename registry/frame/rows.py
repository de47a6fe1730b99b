"""A row of text becomes the facts of a unit, or sentences that say why it cannot."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from registry.enums import UnitKind, UnitStatus
from registry.identifiers import Problem
from registry.policies import FieldProblem
from registry.unit_data import TEXT_FIELDS, UnitData

_DEGREES = re.compile(
    r"""^(?P<degrees>[0-9]{1,3})[°度 ]\s*(?P<minutes>[0-9]{1,2})['′分 ]\s*
        (?P<seconds>[0-9]{1,2}(\.[0-9]+)?)(["″秒]|''|′′)?[A-Z]?$""",
    re.VERBOSE,
)
_KINDS = {str(label): str(value) for value, label in UnitKind.choices}
_STATUSES = {str(label): str(value) for value, label in UnitStatus.choices}


def data_read(cells: Mapping[str, str]) -> tuple[UnitData, list[FieldProblem]]:
    """The facts of one row, and what could not be read (the rest of the facts stand)."""
    problems: list[FieldProblem] = []
    coordinates: dict[str, Decimal | None] = {}
    for field in ("longitude", "latitude"):
        try:
            coordinates[field] = degrees_read(cells.get(field, ""))
        except ValueError:
            coordinates[field] = None
            problems.append(_not_degrees(field, cells[field]))
    data = UnitData(
        kind=_choice(cells, "kind", _KINDS, UnitKind.INDUSTRIAL),
        status=_choice(cells, "status", _STATUSES, UnitStatus.OPERATING),
        credit_code=cells.get("credit_code", ""),
        site_suffix=cells.get("site_suffix", ""),
        organisation_code=cells.get("organisation_code", ""),
        division_code=cells.get("division_code", ""),
        industry_codes=_industries(cells),
        longitude=coordinates["longitude"],
        latitude=coordinates["latitude"],
        **{name: cells.get(name, "") for name in TEXT_FIELDS},
    )
    return data, problems


def degrees_read(text: str) -> Decimal | None:
    """Decimal degrees, or degrees, minutes and seconds in any usual spelling. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if not plain:
        return None
    found = _DEGREES.match(plain)
    if found:
        minutes, seconds = Decimal(found["minutes"]), Decimal(found["seconds"])
        if minutes >= 60 or seconds >= 60:
            raise ValueError(text)
        return Decimal(found["degrees"]) + minutes / 60 + seconds / 3600
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,15})?°?", plain):
        raise ValueError(text)
    return Decimal(plain.rstrip("°"))


def _not_degrees(field: str, typed: str) -> FieldProblem:
    return FieldProblem(
        field,
        Problem(
            "not_degrees",
            _("“%(typed)s”不是经纬度。") % {"typed": typed.strip()},
            _("请填十进制度（如 120.093125）或度分秒（如 120°5′35.25″）。"),
        ),
    )


def _choice(cells: Mapping[str, str], field: str, labels: dict[str, str], default: str) -> str:
    """A choice by its label or its value; where the file has no such column, the usual one."""
    if field not in cells:
        return default
    typed = unicodedata.normalize("NFKC", cells[field]).strip()
    plain = {unicodedata.normalize("NFKC", label): value for label, value in labels.items()}
    return plain.get(typed, typed) or (default if field == "status" else "")


def _industries(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Up to three cells; several codes in one cell are told apart by any usual mark."""
    joined = " ".join(cells.get(f"industry_{place}", "") for place in (1, 2, 3))
    return tuple(re.findall(r"[^\s,，、;；/]+", joined))
