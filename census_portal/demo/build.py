"""Builds the demonstration: units, accounts, an exercise, and cases in every state."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict
from accounts.models import User
from census_portal.demo.cases import Team, county_walk
from census_portal.demo.people import enumerator_lend, people_create, respondent_create
from census_portal.demo.quality import sample_show
from census_portal.demo.units import county_list_write
from census_portal.demo.vocabulary import COUNTIES, County
from instruments.models import CoefficientPublication, InstrumentVersion
from registry.area_selectors import areas_of, people_for
from registry.enums import DivisionLevel, UnitKind
from registry.models import Division, Industry, Unit
from registry.models.enumeration_area import AREA_ROLES
from registry.services import area_units_register, frame_load
from registry.services.enumeration_areas import area_assign, areas_open
from submissions.enums import Level
from submissions.models import Case, CollectionExercise
from submissions.phase_enums import ExerciseKind
from submissions.services import exercise_create
from submissions.services.opening_many import cases_open_many

CODE = "nps2"
NAME = "第二次全国污染源普查"
STANDARD_TIME = datetime(2017, 12, 31, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
DUE_ON = date(2018, 12, 31)
ABOVE = {
    "xihu": ("hangzhou.review", "zhejiang.review"),
    "yuhang": ("hangzhou.review", "zhejiang.review"),
    "hongshan": ("wuhan.review", "hubei.review"),
}
FIELD = {
    "xihu": ("xihu.field1", "xihu.field2"),
    "yuhang": ("yuhang.field",),
    "hongshan": ("hongshan.field",),
}
RESPONDENTS_TOWN = "330106109000"

Say = Callable[[str], None]


@dataclass(frozen=True)
class DemoCounts:
    """What the demonstration holds."""

    units: int
    accounts: int
    cases: int
    walked: int


def demo_build(*, say: Say = lambda _line: None) -> DemoCounts:
    """Build everything in one transaction. Raises `Conflict` outside a demonstration, or twice."""
    if not settings.DEBUG:
        raise Conflict(_("演示数据只能在调试模式（PORTAL_DEBUG=1）下建立。"), code="not_a_demo")
    if CollectionExercise.objects.exists() or User.objects.exists():
        raise Conflict(_("数据库里已经有账号或普查阶段，不再建立演示数据。"), code="not_empty")
    _load_reference()
    with transaction.atomic():
        return _build(say)


def _load_reference() -> None:
    if not (Division.objects.current().exists() and Industry.objects.exists()):
        call_command("reference_load", verbosity=0)
    if not InstrumentVersion.objects.exists():
        call_command("instruments_publish", verbosity=0)
    if not CoefficientPublication.objects.exists():
        call_command("coefficients_load", starter=True, publish=True, verbosity=0)


def _build(say: Say) -> DemoCounts:
    exercise_create(
        actor=None,
        code=CODE,
        name=NAME,
        standard_time=STANDARD_TIME,
        due_on=DUE_ON,
        kind=ExerciseKind.DEMONSTRATION,
    )
    people = people_create()
    say(f"{len(people)} accounts")
    for county in COUNTIES:
        _load_county(county, people[f"{county.key}.office"])
    say(f"{Unit.objects.count()} units")
    for county in COUNTIES:
        _open_areas(county.code)
        _divide_field(county, people[f"{county.key}.office"])
    cases_open_many(unit_ids=list(Unit.objects.values_list("pk", flat=True)), actor=None)
    say(f"{Case.objects.count()} cases opened")
    walked = sum(county_walk(_team(county, people)) for county in COUNTIES)
    _special_people(people)
    drawn = sample_show(
        exercise_code=CODE,
        division_code=COUNTIES[0].code,
        office=people[f"{COUNTIES[0].key}.office"],
        checker=people[f"{COUNTIES[0].key}.quality"],
    )
    say(f"{drawn} quality checks drawn")
    return DemoCounts(
        units=Unit.objects.count(),
        accounts=User.objects.count(),
        cases=Case.objects.count(),
        walked=walked,
    )


def _load_county(county: County, office: User) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = county_list_write(county, Path(folder) / f"{county.key}.csv")
        report = frame_load(path=path, actor=office)
    if report.refused:
        raise Conflict(f"{county.key}: {report.errors[0]}", code="demo_list_refused")


def _open_areas(county_code: str) -> None:
    """The county, its city and its province report as units of their own."""
    for level, digits in (
        (DivisionLevel.COUNTY, 6),
        (DivisionLevel.CITY, 4),
        (DivisionLevel.PROVINCE, 2),
    ):
        area_units_register(
            actor=None, division_code=county_code[:digits].ljust(12, "0"), level=level
        )


def _divide_field(county: County, office: User) -> None:
    """Enumeration areas, each with an enumerator and a supervisor of the place."""
    areas_open(actor=office, division_code=county.code)
    for area in areas_of(office, county.code):
        for role in AREA_ROLES:
            for person in people_for(area, role)[:1]:
                area_assign(
                    actor=office,
                    area_id=area.pk,
                    user_id=person.pk,
                    role=role,
                    valid_from=timezone.localdate(),
                )


def _team(county: County, people: dict[str, User]) -> Team:
    city, province = ABOVE[county.key]
    names = (f"{county.key}.guide", f"{county.key}.review", city, province, "national.office")
    return Team(
        county=county,
        fillers=tuple(people[name] for name in FIELD[county.key]),
        reviewers={level: people[name] for level, name in zip(Level, names, strict=True)},
        office=people[f"{county.key}.office"],
    )


def _special_people(people: dict[str, User]) -> None:
    """The factory that fills its own forms, and the enumerator who is lent to the county next door."""
    untouched = (
        Unit.objects.filter(
            division_code=RESPONDENTS_TOWN,
            kind=UnitKind.INDUSTRIAL,
            status="operating",
            cases__response__version=0,
        )
        .exclude(cases__response__version__gt=0)
        .distinct()
        .order_by("pk")
    )
    own, lent = untouched[:2]
    administrator = people["xihu.admin"]
    respondent_create(administrator=administrator, unit=own)
    county = Unit.objects.get(kind=UnitKind.AREA, division_code=COUNTIES[0].code)
    respondent_create(
        administrator=administrator, unit=county, username="xihu.farming", full_name="农业农村局"
    )
    enumerator_lend(administrator=administrator, enumerator=people["yuhang.field"], unit=lent)
