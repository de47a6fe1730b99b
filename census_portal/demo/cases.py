"""Cases in every state of the workflow, brought there by the services and by the right people."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
from random import Random

from accounts.enums import Permission
from accounts.models import User
from census_portal.demo import answers, boilers, farms, listings, petrol, production, sewage
from census_portal.demo.accounting import accounting
from census_portal.demo.answers import Answers, Plant
from census_portal.demo.vocabulary import County
from registry.enums import UnitKind, UnitStatus
from registry.models import Unit
from review.enums import Decision, ReturnReason
from review.services import decision_record, query_answer
from submissions.enums import CaseAction, CaseStatus, Level
from submissions.models import Case, EditFailure, ItemQuery, Response
from submissions.services import case_submit, failure_explain, response_save, values_derive
from submissions.transitions import case_transition

DEVICE = "演示"
NAMESPACE = uuid.UUID("5b0c1a52-2017-4123-9e5f-000000201712")
EXPLANATIONS = {
    "G101-1-X03": "喷漆工序全部外协，本厂只做切割和焊接，不使用含挥发性有机物的原辅材料",
    "G106-1-X03": "废水污染物按自动监测数据核算，设备已验收并比对，有效率符合要求",
    "G102-R18": "沿用2015年排污许可证副本上的排放口编号，未按 DW 顺序重编",
}
OTHER_EXPLANATION = "旺季夜班加开、淡季停机检修，运行台账与用电记录可以对应"
QUESTION = "总产值与上年统计年报相差较大，请说明计量单位是否为千元。"
ANSWER = "原填数按万元计，已按千元改正，并附财务报表复印件。"


MAKERS: dict[str, Callable[[Plant], Answers]] = {
    "G101-1": answers.basics,
    "G101-2": production.products,
    "G101-3": production.materials,
    "G102": answers.wastewater,
    "G103-1": boilers.industrial,
    "G106-1": accounting,
    "S103": boilers.elsewhere,
    "N101-1": farms.basics,
    "N101-2": farms.numbers,
    "J101-1": sewage.basics,
    "J101-2": sewage.operation,
    "J101-3": sewage.monitoring,
    "Y102": petrol.station,
}
# the listing forms, which name the enumerator as well
LISTERS: dict[str, Callable[[Plant, str], Answers]] = {
    "QC01": answers.listing,
    "QC02": farms.listing,
    "QC03": listings.boilers,
    "QC05": listings.facilities,
}
ANSWERED = (*LISTERS, *MAKERS)


class Scenario(StrEnum):
    """How far a unit's forms have come."""

    FINAL = "final"
    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    SUPERVISOR = "supervisor"
    RESUBMITTED = "resubmitted"
    RETURNED = "returned"
    FILLING = "filling"
    FAULTY = "faulty"
    VOID = "void"


# units of a county in the order of its list: the first take these, the rest wait untouched
SCENARIOS = (
    Scenario.FINAL,
    Scenario.RETURNED,
    Scenario.SUPERVISOR,
    Scenario.COUNTY,
    Scenario.FINAL,
    Scenario.CITY,
    Scenario.PROVINCE,
    Scenario.RESUBMITTED,
    Scenario.FILLING,
    Scenario.FAULTY,
    Scenario.NATIONAL,
    Scenario.VOID,
    Scenario.FINAL,
    Scenario.COUNTY,
)
SCENARIOS_ELSEWHERE = {
    UnitKind.DOMESTIC_BOILER: (Scenario.FINAL, Scenario.COUNTY),
    UnitKind.LIVESTOCK: (Scenario.FINAL, Scenario.COUNTY),
    UnitKind.CENTRAL_FACILITY: (Scenario.CITY, Scenario.SUPERVISOR),
    UnitKind.MOBILE: (Scenario.FINAL, Scenario.FILLING),
}
_CLIMBED = {
    Scenario.FINAL: 5,
    Scenario.NATIONAL: 4,
    Scenario.PROVINCE: 3,
    Scenario.CITY: 2,
    Scenario.COUNTY: 1,
    Scenario.SUPERVISOR: 0,
    Scenario.RETURNED: 1,
    Scenario.RESUBMITTED: 1,
}


@dataclass(frozen=True)
class Team:
    """Who does what in one county."""

    county: County
    fillers: tuple[User, ...]
    reviewers: Mapping[Level, User]
    office: User

    def filler_of(self, unit: Unit) -> User:
        """The enumerator who looks after the unit's town."""
        return next(u for u in self.fillers if u.has_perm(Permission.RESPONSE_SAVE, unit))


def county_walk(team: Team) -> int:
    """Bring the first units of a county to their states; returns how many units."""
    random = Random(team.county.code)  # noqa: S311  a demonstration, not a secret
    factories = _units(team.county, UnitKind.INDUSTRIAL)
    pairs = list(zip(SCENARIOS[: team.county.worked_on], factories, strict=False))
    for kind, scenarios in SCENARIOS_ELSEWHERE.items():
        pairs += zip(
            scenarios[: team.county.others_worked_on], _units(team.county, kind), strict=False
        )
    for scenario, unit in pairs:
        _unit_walk(Plant(unit, team.county, random), team, scenario)
    return len(pairs)


def _units(county: County, kind: UnitKind) -> Iterator[Unit]:
    found = Unit.objects.filter(
        division_code__startswith=county.code[:6],
        kind=kind,
        status__in=(UnitStatus.OPERATING, UnitStatus.SUSPENDED_ALL_YEAR),
    )
    return found.order_by("pk").iterator(chunk_size=50)


def _unit_walk(plant: Plant, team: Team, scenario: Scenario) -> None:
    filler = team.filler_of(plant.unit)
    _fill(plant, filler, scenario)
    if scenario == Scenario.VOID:
        case_transition(
            case_id=_cases(plant.unit)[-1].pk,
            action=CaseAction.VOID,
            actor=team.office,
            reason="与另一普查对象重复登记，数据并入后者",
        )
        return
    if scenario not in _CLIMBED:
        return
    for case in _cases(plant.unit):
        _submit(case, filler)
        _climb(case, team, _CLIMBED[scenario])
    if scenario in {Scenario.RETURNED, Scenario.RESUBMITTED}:
        _return(plant, team, filler, is_answered=scenario == Scenario.RESUBMITTED)


def _cases(unit: Unit) -> list[Case]:
    """The forms for which there are invented answers; the others wait to be filled in."""
    owed = Case.objects.filter(unit=unit, is_owed=True, form_code__in=ANSWERED)
    found = owed.exclude(status=CaseStatus.VOID)
    return list(found.order_by("pk"))


def _fill(plant: Plant, filler: User, scenario: Scenario) -> None:
    """Fill the forms one after the other; the basic form opens those behind it."""
    done: set[int] = set()
    while waiting := [case for case in _cases(plant.unit) if case.pk not in done]:
        case = waiting[0]
        done.add(case.pk)
        given = _answers(plant, filler, case.form_code)
        if scenario == Scenario.FILLING:
            _forget_some(given, plant.random)
        if scenario == Scenario.FAULTY:
            _spoil(given, case.form_code)
        _save(case, filler, given)
        if case.form_code == "G106-1":
            values_derive(case_id=case.pk, actor=filler)


def _answers(plant: Plant, filler: User, form_code: str) -> Answers:
    if form_code in LISTERS:
        return LISTERS[form_code](plant, filler.full_name)
    return MAKERS[form_code](plant)


def _forget_some(given: Answers, random: Random) -> None:
    for slug in sorted(given.values):
        if random.random() < 0.35 and slug not in {"in_scope", "produces_wastewater"}:
            del given.values[slug]


def _spoil(given: Answers, form_code: str) -> None:
    """The usual slips: days for hours, a total that is not the sum, a swapped digit."""
    if form_code == "G101-1":
        given.values |= {"normal_hours": "24", "gross_output": "58万", "opened_on": "2018-13"}
    elif form_code == "G102":
        given.values |= {"water_total": "1", "outlet_count": "2", "cod_discharged": "99999"}


def _save(case: Case, filler: User, given: Answers) -> None:
    response = Response.objects.get(case=case)
    response_save(
        case_id=case.pk,
        actor=filler,
        save_id=uuid.uuid5(NAMESPACE, f"{case.pk}/{response.version}"),
        base_version=response.version,
        changes=list(_changes(given, response)),
        device=DEVICE,
    )


def _changes(given: Answers, response: Response) -> Iterator[dict[str, str | None]]:
    for slug, value in given.values.items():
        yield {"op": "set", "cell": slug, "value": value}
    for group, rows in given.rows.items():
        there = list(response.rows.get(group, []))
        for index, (row, cells) in enumerate(zip(chain(there, repeat("")), rows, strict=False)):
            row_id = row or f"d{index:07x}"
            if not row:
                yield {"op": "add_row", "group": group, "row": row_id, "after": None}
            for slug, value in cells.items():
                yield {"op": "set", "cell": f"{group}/{row_id}/{slug}", "value": value}


def _submit(case: Case, filler: User) -> None:
    for failure in EditFailure.objects.filter(case=case).unexplained():
        text = EXPLANATIONS.get(failure.rule_id, OTHER_EXPLANATION)
        # a filler's words for one unit are refused for many others: each names its own papers
        own = f"{text}（见本单位 2017 年台账第 {case.unit_id} 册）"
        failure_explain(failure_id=failure.pk, actor=filler, text=own)
    case_submit(case_id=case.pk, actor=filler)


def _climb(case: Case, team: Team, steps: int) -> None:
    for level in list(team.reviewers)[:steps]:
        top = level == Level.NATIONAL
        decision_record(
            case_id=case.pk,
            decision=Decision.FINALISE if top else Decision.APPROVE,
            actor=team.reviewers[level],
        )


def _return(plant: Plant, team: Team, filler: User, *, is_answered: bool) -> None:
    """The county asks about the output; where answered, the form climbs again from the bottom."""
    basic = next(case for case in _cases(plant.unit) if case.form_code == "G101-1")
    decision_record(
        case_id=basic.pk,
        decision=Decision.RETURN,
        actor=team.reviewers[Level.COUNTY],
        reason_codes=[ReturnReason.UNIT_OF_MEASURE],
        note="请核对后重报。",
        queries=[("gross_output", QUESTION)],
    )
    if not is_answered:
        return
    _save(basic, filler, Answers(values={"gross_output": answers.number(plant.output * 1.1)}))
    for query in ItemQuery.objects.filter(case=basic):
        query_answer(query_id=query.pk, actor=filler, text=ANSWER)
    _submit(basic, filler)
    _climb(basic, team, 1)
