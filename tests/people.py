"""The cast, with fixed meanings everywhere, and the divisions it works in.

Two neighbouring counties of one city (西湖区 330106, 余杭区 330110 of 杭州市), and a county of
another province (洪山区 420111 of 武汉市). `neighbour` reviews the county next door: the stranger.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from accounts.enums import Role
from accounts.models import RoleAssignment, User

NATION = "000000000000"
PROVINCE, CITY, COUNTY = "330000000000", "330100000000", "330106000000"
TOWN, OTHER_TOWN = "330106109000", "330106110000"
NEIGHBOUR_COUNTY, NEIGHBOUR_TOWN = "330110000000", "330110004000"
FAR_PROVINCE, FAR_CITY, FAR_COUNTY, FAR_TOWN = (
    "420000000000",
    "420100000000",
    "420111000000",
    "420111003000",
)

DIVISIONS = [
    (NATION, "", 0, "中国"),
    (PROVINCE, NATION, 1, "浙江省"),
    (CITY, PROVINCE, 2, "杭州市"),
    (COUNTY, CITY, 3, "西湖区"),
    (TOWN, COUNTY, 4, "三墩镇"),
    (OTHER_TOWN, COUNTY, 4, "双浦镇"),
    (NEIGHBOUR_COUNTY, CITY, 3, "余杭区"),
    (NEIGHBOUR_TOWN, NEIGHBOUR_COUNTY, 4, "良渚街道"),
    (FAR_PROVINCE, NATION, 1, "湖北省"),
    (FAR_CITY, FAR_PROVINCE, 2, "武汉市"),
    (FAR_COUNTY, FAR_CITY, 3, "洪山区"),
    (FAR_TOWN, FAR_COUNTY, 4, "狮子山街道"),
]
PASSWORD = "correct-horse-2017"


@pytest.fixture
def divisions(db):
    """Code → Division for the small tree above."""
    from registry.models import Division, DivisionEdition

    edition, _created = DivisionEdition.objects.get_or_create(
        vintage="2017", defaults={"cut_off": dt.date(2017, 10, 31), "is_current": True}
    )
    names = {code: name for code, _parent, _level, name in DIVISIONS}
    parents = {code: parent for code, parent, _level, _name in DIVISIONS}

    def full_name(code: str) -> str:
        parts = []
        while code and code != NATION:
            parts.append(names[code])
            code = parents[code]
        return "".join(reversed(parts)) or names[NATION]

    Division.objects.bulk_create(
        [
            Division(
                edition=edition,
                code=code,
                parent_code=parent,
                level=level,
                name=name,
                full_name=full_name(code),
            )
            for code, parent, level, name in DIVISIONS
        ],
        ignore_conflicts=True,
    )
    return {division.code: division for division in Division.objects.filter(edition=edition)}


def account(username: str, role: Role, *, division=None, unit=None, **extra) -> User:
    """An account with one role, as `account_create` makes it, without its checks."""
    place = division if division is not None else unit
    user = User(
        username=username,
        full_name=extra.pop("full_name", username),
        division_code=place.division_code,
        **extra,
    )
    user.set_password(PASSWORD)
    user.save()
    RoleAssignment.objects.create(user=user, role=role, division=division, unit=unit)
    return user


@dataclass
class Cast:
    """Everybody at once."""

    enumerator: User
    supervisor: User
    county_reviewer: User
    city_reviewer: User
    province_reviewer: User
    national_office: User
    neighbour: User
    auditor: User
    administrator: User
    office: User

    def reviewers(self) -> list[User]:
        """Every level of sign-off, from the field to the nation."""
        return [
            self.supervisor,
            self.county_reviewer,
            self.city_reviewer,
            self.province_reviewer,
            self.national_office,
        ]


@pytest.fixture
def enumerator(divisions) -> User:
    """Fills the forms of the town's units."""
    return account("enumerator", Role.ENUMERATOR, division=divisions[TOWN], full_name="陈普查")


@pytest.fixture
def supervisor(divisions) -> User:
    """Checks the forms of the same town first."""
    return account("supervisor", Role.SUPERVISOR, division=divisions[TOWN], full_name="赵指导")


@pytest.fixture
def county_reviewer(divisions) -> User:
    """Reviews for the county."""
    return account("county_reviewer", Role.REVIEWER, division=divisions[COUNTY], full_name="钱县审")


@pytest.fixture
def city_reviewer(divisions) -> User:
    """Reviews for the city."""
    return account("city_reviewer", Role.REVIEWER, division=divisions[CITY], full_name="孙市审")


@pytest.fixture
def province_reviewer(divisions) -> User:
    """Reviews for the province."""
    return account(
        "province_reviewer", Role.REVIEWER, division=divisions[PROVINCE], full_name="李省审"
    )


@pytest.fixture
def national_office(divisions) -> User:
    """Reviews for the nation, and runs its summaries."""
    user = account("national_office", Role.REVIEWER, division=divisions[NATION], full_name="周国审")
    RoleAssignment.objects.create(user=user, role=Role.OFFICE, division=divisions[NATION])
    return user


@pytest.fixture
def neighbour(divisions) -> User:
    """The stranger: reviews the county next door."""
    return account(
        "neighbour", Role.REVIEWER, division=divisions[NEIGHBOUR_COUNTY], full_name="吴邻县"
    )


@pytest.fixture
def auditor(divisions) -> User:
    """Reads the whole province, writes nothing."""
    return account("auditor", Role.AUDITOR, division=divisions[PROVINCE], full_name="郑审计")


@pytest.fixture
def administrator(divisions) -> User:
    """Opens and ends accounts inside the county."""
    return account(
        "administrator", Role.ADMINISTRATOR, division=divisions[COUNTY], full_name="王管理"
    )


@pytest.fixture
def office(divisions) -> User:
    """The county's statistician: registers units, loads lists, runs the county's summaries."""
    return account("office", Role.OFFICE, division=divisions[COUNTY], full_name="冯统计")


@pytest.fixture
def cast(
    enumerator,
    supervisor,
    county_reviewer,
    city_reviewer,
    province_reviewer,
    national_office,
    neighbour,
    auditor,
    administrator,
    office,
) -> Cast:
    """Everybody (a respondent belongs to a unit: make one with `account`)."""
    return Cast(
        enumerator,
        supervisor,
        county_reviewer,
        city_reviewer,
        province_reviewer,
        national_office,
        neighbour,
        auditor,
        administrator,
        office,
    )
