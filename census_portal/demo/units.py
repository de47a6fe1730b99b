"""About three hundred invented units, the same every time, as the lists that counties load."""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

from accounts.identifiers import (
    CREDIT_CHARACTERS,
    credit_check_character,
    organisation_check_character,
)
from census_portal.demo.vocabulary import (
    BRANDS_FIRST,
    BRANDS_SECOND,
    GIVEN_FIRST,
    GIVEN_SECOND,
    INSTITUTIONS,
    ROADS,
    SURNAMES,
    TRADES,
    County,
)
from registry.enums import UnitKind, UnitStatus
from registry.frame.columns import LABELS

SEED = 20171231
# MAY has not been given out by any registrar: these codes are valid and nobody's
UNISSUED = "MAY"
COLUMNS = (
    "credit_code",
    "site_suffix",
    "organisation_code",
    "name",
    "former_name",
    "kind",
    "status",
    "division_code",
    "address",
    "longitude",
    "latitude",
    "industry_1",
    "industry_2",
    "legal_person",
    "contact_name",
    "contact_phone",
)
_STATUSES = (
    (UnitStatus.OPERATING, 93),
    (UnitStatus.SUSPENDED_ALL_YEAR, 4),
    (UnitStatus.CLOSED, 2),
    (UnitStatus.NOT_FOUND, 1),
)
EVERY = 5  # four factories, then one unit of another kind

Row = dict[str, str]


def county_list_write(county: County, path: Path) -> Path:
    """Write a county's list of units as the CSV file that its office would load."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS)
        writer.writerow({name: LABELS[name] for name in COLUMNS})
        writer.writerows(county_rows(county))
    return path


def county_rows(county: County) -> Iterator[Row]:
    """The rows of a county's list."""
    random = Random(SEED + int(county.code[:6]))  # noqa: S311  a demonstration, not a secret
    names: set[str] = set()
    for number in range(1, county.units + 1):
        turn, rest = divmod(number, EVERY)
        row = _institution(random, county, turn) if rest == 0 else _factory(random, county)
        row["name"] = _name(random, county.city_word, row["name"], names)
        yield dict.fromkeys(COLUMNS, "") | _place(random, county) | _people(random) | row


def _factory(random: Random, county: County) -> Row:
    trade = random.choices(TRADES, [trade.weight for trade in TRADES])[0]
    status = random.choices([s for s, _w in _STATUSES], [w for _s, w in _STATUSES])[0]
    row = {
        "name": f"{trade.word}有限公司",
        "kind": str(UnitKind.INDUSTRIAL.label),
        "status": str(status.label),
        "industry_1": trade.industry,
        "industry_2": trade.second,
    }
    if random.random() < 0.05:
        return row | {"organisation_code": _organisation_code(random)}
    return row | {"credit_code": _credit_code(random, "91", county)}


def _institution(random: Random, county: County, turn: int) -> Row:
    one = INSTITUTIONS[turn % len(INSTITUTIONS)]
    row = {
        "name": one.ending,
        "kind": str(one.kind.label),
        "status": str(UnitStatus.OPERATING.label),
        "industry_1": one.industry,
    }
    return row | (
        {"credit_code": _credit_code(random, one.code_start, county)} if one.code_start else {}
    )


def _place(random: Random, county: County) -> Row:
    code, name = random.choice(county.towns)
    return {
        "division_code": code,
        "address": f"{name}{random.choice(ROADS)} {random.randint(1, 399)} 号",
        "longitude": f"{float(county.longitude) + random.uniform(-0.05, 0.05):.6f}",
        "latitude": f"{float(county.latitude) + random.uniform(-0.04, 0.04):.6f}",
    }


def _people(random: Random) -> Row:
    return {
        "legal_person": person_name(random),
        "contact_name": person_name(random),
        "contact_phone": f"1390000{random.randint(0, 9999):04d}",
    }


def person_name(random: Random) -> str:
    """A common name of two or three characters."""
    given = random.choice(GIVEN_SECOND)
    if random.random() < 0.7:
        given = random.choice(GIVEN_FIRST) + given
    return random.choice(SURNAMES) + given


def _name(random: Random, city: str, ending: str, taken: set[str]) -> str:
    """City, an invented brand, and what the unit does; no name twice in a county."""
    while True:
        name = city + random.choice(BRANDS_FIRST) + random.choice(BRANDS_SECOND) + ending
        if name not in taken:
            taken.add(name)
            return name


def _organisation_code(random: Random) -> str:
    body = UNISSUED + "".join(random.choices(CREDIT_CHARACTERS, k=5))
    return body + organisation_check_character(body)


def _credit_code(random: Random, start: str, county: County) -> str:
    body = start + county.code[:6] + _organisation_code(random)
    return body + credit_check_character(body)
