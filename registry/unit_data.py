"""The facts of a unit as a value, before they are in the register."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any

from django.db.models import CharField

from registry.enums import UnitKind, UnitStatus
from registry.identifiers import normalise, split_site_suffix
from registry.models import Unit


@dataclass(frozen=True)
class UnitData:
    """What a person says about a unit. Every field but the division and the name may be blank."""

    name: str
    division_code: str
    kind: str = UnitKind.INDUSTRIAL
    status: str = UnitStatus.OPERATING
    credit_code: str = ""
    site_suffix: str = ""
    organisation_code: str = ""
    former_name: str = ""
    address: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    industry_codes: tuple[str, ...] = ()
    legal_person: str = ""
    contact_name: str = ""
    contact_phone: str = ""

    @property
    def identity(self) -> str:
        """The code that the unit would have, or blank where the census has to issue one."""
        own = self.credit_code or self.organisation_code
        return own + self.site_suffix if own else ""


FIELDS = tuple(field.name for field in fields(UnitData))
TEXT_FIELDS = ("name", "former_name", "address", "legal_person", "contact_name", "contact_phone")
MAX_LENGTHS = {
    name: field.max_length or 0
    for name in TEXT_FIELDS
    if isinstance(field := Unit._meta.get_field(name), CharField)
}


def text_normalised(text: str) -> str:
    """Full width to half width (NFKC), outer white space off, inner runs to one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split(" ")).strip()


def data_normalised(data: UnitData) -> UnitData:
    """The same facts in the register's spelling; a site suffix typed behind a code moves out."""
    credit_code, suffix = split_site_suffix(normalise(data.credit_code))
    organisation_code, other_suffix = split_site_suffix(normalise(data.organisation_code))
    typed_suffix = normalise(data.site_suffix).strip("()")
    texts = {name: text_normalised(getattr(data, name)) for name in TEXT_FIELDS}
    return replace(
        data,
        credit_code=credit_code,
        organisation_code=organisation_code.replace("-", ""),
        site_suffix=typed_suffix.zfill(2) if typed_suffix else suffix or other_suffix,
        division_code=normalise(data.division_code),
        longitude=_micro(data.longitude),
        latitude=_micro(data.latitude),
        industry_codes=tuple(code for code in map(normalise, data.industry_codes) if code),
        **texts,
    )


def _micro(degrees: Decimal | None) -> Decimal | None:
    return None if degrees is None else degrees.quantize(Decimal("0.000001"))


def data_of(unit: Unit) -> UnitData:
    """The facts that the register holds now."""
    values = {name: getattr(unit, name) for name in FIELDS}
    return UnitData(**{**values, "industry_codes": tuple(unit.industry_codes)})


def as_json(data: UnitData) -> dict[str, Any]:
    """For a revision: text and lists only."""
    plain = asdict(data)
    for name in ("longitude", "latitude"):
        plain[name] = "" if plain[name] is None else str(plain[name])
    plain["industry_codes"] = list(data.industry_codes)
    return {
        key: str(value) if not isinstance(value, list) else value for key, value in plain.items()
    }


def data_from_json(plain: Mapping[str, Any]) -> UnitData:
    """The facts that `as_json` wrote."""
    values = {name: plain.get(name, "") for name in FIELDS}
    for name in ("longitude", "latitude"):
        values[name] = Decimal(values[name]) if values[name] else None
    return UnitData(**{**values, "industry_codes": tuple(values["industry_codes"] or ())})
