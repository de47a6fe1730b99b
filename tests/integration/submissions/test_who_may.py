"""Who may do what, where and when: every door against one table that was written beside the code.

States × acts × people × phase open or closed, through the service; through the page and the API
for the acts that have them. The world is built once, and every act is rolled back.
"""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.exceptions import Refusal
from accounts.models import User
from submissions.enums import CaseAction
from submissions.models import Case, CollectionExercise, Response
from submissions.services import correction_request, response_save
from submissions.transitions import case_transition
from tests.factories.case import fill, make_case, make_plain_unit, make_submitted
from tests.factories.decision import approve_by, return_by
from tests.people import CITY, COUNTY, NATION, NEIGHBOUR_TOWN, PROVINCE, TOWN, account

pytestmark = pytest.mark.django_db
UNDER_REVIEW = ("supervisor", "county", "city", "province", "national")
STATES = ("open", "returned", *UNDER_REVIEW, "final", "void")
FILLERS = {"enumerator", "respondent"}
COUNTY_OFFICE, NATION_OFFICE = "county office", "national office"
OFFICES = {COUNTY_OFFICE, NATION_OFFICE}
SAVE, ASK = "save", "ask for a correction"

# (state, act) → who may. What is not here nobody may.
TABLE: dict[tuple[str, str], set[str]] = {
    ("open", SAVE): FILLERS,
    ("returned", SAVE): FILLERS,
    ("open", "submit"): FILLERS,
    ("returned", "submit"): FILLERS,
    ("open", "void"): OFFICES,
    ("returned", "void"): OFFICES,
    ("supervisor", "void"): OFFICES,
    ("county", "void"): OFFICES,
    ("city", "void"): {NATION_OFFICE},
    ("province", "void"): {NATION_OFFICE},
    ("national", "void"): {NATION_OFFICE},
    ("supervisor", "approve"): {"supervisor reviewer"},
    ("county", "approve"): {"county reviewer"},
    ("city", "approve"): {"city reviewer"},
    ("province", "approve"): {"province reviewer"},
    ("national", "finalise"): {"national reviewer"},
    **{(level, "return"): {f"{level} reviewer"} for level in UNDER_REVIEW},
    **{(level, "revise"): {NATION_OFFICE} for level in (*UNDER_REVIEW, "final")},
    **{(level, "return_lot"): OFFICES for level in ("supervisor", "county")},
    **{
        (level, "return_lot"): {NATION_OFFICE}
        for level in ("city", "province", "national", "final")
    },
    ("final", "reopen"): {NATION_OFFICE},
    ("void", "reopen"): OFFICES,
    ("final", "correct"): {"national reviewer"},
    ("final", ASK): FILLERS | OFFICES | {f"{level} reviewer" for level in UNDER_REVIEW},
}
# Acts that end with their phase; the others are not work of a phase.
OF_A_PHASE = {SAVE, "submit", "approve", "return", "finalise"}
ACTS = (*CaseAction.values, SAVE, ASK)


@pytest.fixture
def people(divisions, cast) -> dict[str, User]:
    """One person for each role and level, a stranger of each kind, and those who only read."""
    wanted = {
        "enumerator": (Role.ENUMERATOR, TOWN),
        "supervisor reviewer": (Role.SUPERVISOR, TOWN),
        "county reviewer": (Role.REVIEWER, COUNTY),
        "city reviewer": (Role.REVIEWER, CITY),
        "province reviewer": (Role.REVIEWER, PROVINCE),
        "national reviewer": (Role.REVIEWER, NATION),
        COUNTY_OFFICE: (Role.OFFICE, COUNTY),
        NATION_OFFICE: (Role.OFFICE, NATION),
        "stranger who fills": (Role.ENUMERATOR, NEIGHBOUR_TOWN),
        "stranger who reviews": (Role.REVIEWER, "330110000000"),
        "stranger's office": (Role.OFFICE, "330110000000"),
        "auditor": (Role.AUDITOR, NATION),
        "administrator": (Role.ADMINISTRATOR, COUNTY),
    }
    return {
        name: account(f"p{number}", role, division=divisions[code])
        for number, (name, (role, code)) in enumerate(wanted.items())
    }


@pytest.fixture
def world(cast, people) -> dict[str, Case]:
    """A form in every state, reached by other people than those who will act; one unit each."""
    filler = cast.enumerator
    unit = make_plain_unit(filler)
    people["respondent"] = account("respondent", Role.RESPONDENT, unit=unit)
    cases = {"open": make_case(filler, unit=unit)}
    fill(cases["open"], filler)
    Case.objects.filter(pk=cases["open"].pk).update(unit=unit)
    for passed, level in enumerate(UNDER_REVIEW):
        cases[level] = approve_by(make_submitted(filler), *cast.reviewers()[:passed])
    cases["final"] = approve_by(make_submitted(filler), *cast.reviewers())
    cases["returned"] = make_submitted(filler)
    return_by(cases["returned"], cast.supervisor)
    cases["void"] = case_transition(
        case_id=make_case(filler).pk, action=CaseAction.VOID, actor=cast.office, reason="重复登记"
    )
    respondents = {
        state: account(f"own-{state}", Role.RESPONDENT, unit=case.unit)
        for state, case in cases.items()
        if state != "open"
    }
    people["respondents"] = {"open": people.pop("respondent"), **respondents}
    return cases


def cast_for(people, state):
    """The people, with the respondent of the unit whose form it is."""
    own = people["respondents"]
    return {**{k: v for k, v in people.items() if k != "respondents"}, "respondent": own[state]}


def attempt(act: str, case: Case, actor: User) -> str:
    """Do it through its service, and roll it back: `done`, or the code of the refusal."""
    outcome = ""
    with transaction.atomic():
        try:
            with transaction.atomic():
                perform(act, case, actor)
            outcome = "done"
        except Refusal as refusal:
            outcome = f"{refusal.status} {refusal.code}"
        transaction.set_rollback(True)
    return outcome


def perform(act: str, case: Case, actor: User) -> None:
    """Through the service that the doors call."""
    if act == SAVE:
        response_save(
            case_id=case.pk,
            actor=actor,
            save_id=uuid.uuid4(),
            base_version=Response.objects.values_list("version", flat=True).get(case=case),
            changes=[{"op": "set", "cell": "hours", "value": "4700"}],
        )
    elif act == ASK:
        correction_request(case_id=case.pk, reason="台账年底漏记了一笔", actor=actor)
    else:
        case_transition(
            case_id=case.pk, action=CaseAction(act), actor=actor, reason="按核查结论办理"
        )


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_every_state_act_and_person_through_the_service(world, people, is_open):
    exercise = world["open"].exercise
    CollectionExercise.objects.filter(pk=exercise.pk).update(has_phases=not is_open)
    faults = []
    for state in STATES:
        for name, actor in cast_for(people, state).items():
            for act in ACTS:
                may = name in TABLE.get((state, act), set())
                expected = may and (is_open or act not in OF_A_PHASE)
                outcome = attempt(act, world[state], actor)
                if (outcome == "done") != expected:
                    faults.append(f"{state} {act} {name}: {outcome}, expected {expected}")
                if may and not expected and outcome != "409 phase_closed":
                    faults.append(f"{state} {act} {name}: {outcome}, expected phase_closed")
    assert not faults, "\n".join(faults)


def through_the_page(client, act: str, case: Case):
    """The form that a browser posts."""
    version = Response.objects.values_list("version", flat=True).get(case=case)
    name, data = {
        SAVE: (
            "case_form_save",
            {
                "base_version": version,
                "save_id": str(uuid.uuid4()),
                "hours": "4700",
            },
        ),
        "submit": ("case_submit", {"base_version": version}),
        "approve": ("case_approve", {}),
        "return": ("case_return", {"reason": "logic"}),
        ASK: ("correction_new", {"reason": "台账年底漏记了一笔", "scope": "whole"}),
    }[act]
    return client.post(reverse(name, args=[case.pk]), data)


def through_the_api(client, act: str, case: Case):
    """What a machine posts."""
    version = Response.objects.values_list("version", flat=True).get(case=case)
    name, data = {
        SAVE: (
            "api_case_cells",
            {
                "save_id": str(uuid.uuid4()),
                "base_version": version,
                "changes": [{"op": "set", "cell": "hours", "value": "4700"}],
            },
        ),
        "submit": ("api_case_submit", {}),
        "approve": ("api_case_decisions", {"decision": "approve"}),
        "finalise": ("api_case_decisions", {"decision": "finalise"}),
        "return": ("api_case_decisions", {"decision": "return", "reason_codes": ["logic"]}),
        ASK: ("api_case_corrections", {"reason": "台账年底漏记了一笔"}),
    }[act]
    return client.post(reverse(name, args=[case.pk]), data=data, content_type="application/json")


DOORS = {
    "page": (through_the_page, (SAVE, "submit", "approve", "return", ASK)),
    "api": (through_the_api, (SAVE, "submit", "approve", "finalise", "return", ASK)),
}
STATES_AT_THE_DOORS = ("open", "county", "national", "final")


def state_of(case: Case) -> tuple[object, ...]:
    """What an act would change."""
    found = Case.objects.get(pk=case.pk)
    version = Response.objects.values_list("version", flat=True).get(case=case)
    return found.status, found.review_level, version, found.corrections.count()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_every_door_answers_as_the_table_says(client, world, people, door, is_open):
    call, acts = DOORS[door]
    exercise = world["open"].exercise
    CollectionExercise.objects.filter(pk=exercise.pk).update(has_phases=not is_open)
    faults = []
    for state in STATES_AT_THE_DOORS:
        case = world[state]
        for name, actor in cast_for(people, state).items():
            client.force_login(actor, backend="accounts.backends.PasswordBackend")
            for act in acts:
                may = name in TABLE.get((state, act), set())
                if act == "approve" and door == "page":  # at the top the page finalises
                    may |= name in TABLE.get((state, "finalise"), set())
                if not is_open and not may:
                    continue  # the open phase has told that already
                expected = may and (is_open or act not in OF_A_PHASE)
                before = state_of(case)
                with transaction.atomic():
                    status = call(client, act, case).status_code
                    is_done = state_of(case) != before
                    transaction.set_rollback(True)
                if is_done != expected or status >= 500:
                    faults.append(f"{state} {act} {name}: {status}, done {is_done}")
                if not may and is_open and status in {200, 201}:
                    faults.append(f"{state} {act} {name}: {status} to somebody who may not")
    assert not faults, "\n".join(faults)
