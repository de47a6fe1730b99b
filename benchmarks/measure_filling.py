"""What `filling.py` measures, inside Django on a demonstration census."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Callable
from random import Random
from typing import Any

from django.db import connection
from django.test import Client

from accounts.enums import Permission
from accounts.models import User
from census_portal.demo.answers import Answers, Plant, basics
from census_portal.demo.boilers import industrial
from census_portal.demo.vocabulary import COUNTIES
from instruments.evaluation.engine import Context, evaluate
from instruments.selectors import codelists_for_rules, compiled_for
from submissions.models import Case, Response
from submissions.services import response_save

FORM = "G103-1"
GROUP = "boilers"


class Timed:
    """Milliseconds and queries of one act, repeated."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.times: list[float] = []
        self.queries = 0

    def run(self, act: Callable[[], Any], rounds: int) -> Timed:
        """Repeat the act after one warm-up; the queries are those of the last round."""
        act()
        for _round in range(rounds):
            statements: list[str] = []

            def count(execute, sql, params, many, context, statements=statements):
                statements.append(sql)
                return execute(sql, params, many, context)

            begun = time.perf_counter()
            with connection.execute_wrapper(count):
                act()
            self.times.append(1000 * (time.perf_counter() - begun))
            self.queries = len(statements)
        return self

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.times)

    def report(self, baseline: Timed) -> None:
        """One line with the ratio."""
        ordered = sorted(self.times)
        p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        print(
            f"{self.name:<52} p50 {self.median:>8.3f} ms  p95 {p95:>8.3f} ms  "
            f"{self.queries:>3} queries  {self.median / baseline.median:>6.1f}x {baseline.name}",
            flush=True,
        )


def open_case() -> tuple[Case, User]:
    """A unit that nobody has worked on answers that it has a boiler: its G103-1, and its filler."""
    enumerators = User.objects.filter(assignments__role="enumerator", is_active=True)
    waiting = Case.objects.filter(form_code="G101-1", status="open", filled_count__lt=20)
    running = waiting.filter(unit__status="operating")
    for case in running.select_related("unit", "exercise").order_by("pk"):
        for user in enumerators:
            if user.has_perm(Permission.RESPONSE_SAVE, case):
                save(case, user, cells(Answers({**basics(plant(case)).values, "has_boiler": "1"})))
                return Case.objects.get(unit=case.unit, form_code=FORM), user
    raise SystemExit("the demonstration has no unit that nobody has worked on")


def plant(case: Case) -> Plant:
    """The unit as the demonstration's answers see it."""
    county = next(c for c in COUNTIES if case.division_code.startswith(c.code[:6]))
    return Plant(case.unit, county, Random(1))


def cells(answers: Answers) -> list[dict[str, Any]]:
    """The plain items of some answers as changes."""
    return [{"op": "set", "cell": slug, "value": text} for slug, text in answers.values.items()]


def save(case: Case, user: User, changes: list[dict[str, Any]]) -> int:
    """Save on the newest version; the new version."""
    version = Response.objects.get(case=case).version
    return response_save(
        case_id=case.pk,
        actor=user,
        save_id=uuid.uuid4(),
        base_version=version,
        changes=changes,
        device="benchmark",
    ).version


def fill(case: Case, user: User, boilers: int) -> None:
    """The demonstration's own boiler, as often as asked for, each with its own numbers."""
    answers = industrial(plant(case))
    (boiler,) = answers.rows[GROUP]
    changes = cells(answers)
    for number in range(1, boilers + 1):
        row = f"bench{number:03d}"
        changes.append({"op": "add_row", "group": GROUP, "row": row, "after": None})
        own = {"industrial_boiler_number": f"MF{number:04d}", "stack_number": f"DA{number:03d}"}
        changes += [
            {"op": "set", "cell": f"{GROUP}/{row}/{slug}", "value": text}
            for slug, text in {**boiler, **own}.items()
        ]
    save(case, user, changes)


def measure_rules(case: Any, rounds: int) -> None:
    """The compiled rules on this record: all of them, and those that one cell touches."""

    compiled = compiled_for(case.instrument_version_id)
    plain = Response.objects.get(case=case).plain()
    context = Context(codelists=codelists_for_rules())
    text = json.dumps(plain)
    row = plain["rows"][GROUP][0]
    cell = f"{GROUP}/{row}/fuel1_used"
    baseline = Timed("reading the record from JSON").run(lambda: json.loads(text), rounds * 20)
    checks = len(compiled.checks)
    touched = len(compiled.touched([cell]))
    rows = len(plain["rows"][GROUP])
    Timed(f"all {checks} checks, {rows} boilers").run(
        lambda: evaluate(compiled, plain, context), rounds * 5
    ).report(baseline)
    Timed(f"the {touched} checks that one cell touches").run(
        lambda: evaluate(compiled, plain, context, changed=[cell]), rounds * 5
    ).report(baseline)


def measure(boilers: int, rounds: int) -> None:
    """Runs inside Django."""

    case, user = open_case()
    fill(case, user, boilers)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(user)
    empty = Timed("/healthz").run(lambda: client.get("/healthz"), rounds)
    page = client.get(f"/cases/{case.pk}/")
    assert page.status_code == 200, page.status_code
    print(f"{case.form_code} of {case.unit}: {len(page.content):,} bytes of page")
    Timed(f"open the form, {boilers} boilers").run(
        lambda: client.get(f"/cases/{case.pk}/"), rounds
    ).report(empty)
    state = {"number": 0}

    def save_cell() -> None:
        state["number"] += 1
        cell = f"{GROUP}/bench001/fuel1_used"
        save(case, user, [{"op": "set", "cell": cell, "value": f"{state['number']}.25"}])

    Timed("save one cell").run(save_cell, rounds).report(empty)

    def submit() -> None:
        answer = client.post(f"/cases/{case.pk}/submit/")
        assert answer.status_code in {200, 302, 409}, answer.status_code

    Timed("submit: judge again on the server, freeze or refuse").run(submit, 1).report(empty)
    measure_rules(case, rounds)
