"""The same moment: real threads, real transactions."""

import threading
import uuid
from collections import Counter
from dataclasses import replace

import pytest
from django.db import DatabaseError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.exceptions import Conflict, Refusal
from accounts.models import User
from registry.models import Industry
from registry.services import unit_amend
from registry.unit_data import data_of
from submissions.enums import CaseAction, CaseStatus
from submissions.models import Case, EditFailure, Response, ResponseRevision, Submission
from submissions.services import case_submit, cases_derive, response_save
from submissions.transitions import case_transition
from submissions.verification import answers_verify
from tests.factories.case import fill, make_case, make_plain_unit, make_submitted, save
from tests.factories.exercise import make_exercise
from tests.factories.response import set_cell

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts in threads that start together; each result or refusal, in order."""
    barrier = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(index, act):
        barrier.wait()
        try:
            results[index] = act()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def saving(case, actor, save_id, base, *changes):
    def act():
        return response_save(
            case_id=case.pk,
            actor=User.objects.get(pk=actor.pk),
            save_id=save_id,
            base_version=base,
            changes=list(changes),
        )

    return act


@pytest.mark.parametrize("round_number", range(5))
def test_two_identical_saves_at_once_are_stored_once_and_both_answered(round_number, enumerator):
    case = make_case(enumerator)
    act = saving(case, enumerator, uuid.uuid4(), 0, set_cell("hours", "4800"))
    results = at_once(act, act, act)
    assert [result.version for result in results] == [1, 1, 1]
    assert ResponseRevision.objects.count() == 1


def test_one_save_id_with_two_contents_at_once_keeps_one_and_refuses_the_other(enumerator):
    case = make_case(enumerator)
    save_id = uuid.uuid4()
    results = at_once(
        saving(case, enumerator, save_id, 0, set_cell("hours", "1")),
        saving(case, enumerator, save_id, 0, set_cell("hours", "2")),
    )
    (refusal,) = [r for r in results if isinstance(r, Conflict)]
    assert refusal.code == "save_id_reused"
    assert ResponseRevision.objects.count() == 1


def test_one_save_id_on_two_units_at_once_keeps_one_and_refuses_the_other(enumerator):
    one, two = make_case(enumerator), make_case(enumerator)
    save_id = uuid.uuid4()
    results = at_once(
        saving(one, enumerator, save_id, 0, set_cell("hours", "1")),
        saving(two, enumerator, save_id, 0, set_cell("hours", "1")),
    )
    codes = [r.code for r in results if isinstance(r, Conflict)]
    assert codes == ["save_id_reused"]
    assert ResponseRevision.objects.count() == 1


def test_different_cells_at_once_on_one_version_are_both_kept(enumerator):
    case = make_case(enumerator)
    results = at_once(
        *[
            saving(case, enumerator, uuid.uuid4(), 0, set_cell(cell, "7"))
            for cell in ("hours", "output", "note", "has_water")
        ]
    )
    assert sorted(result.version for result in results) == [1, 2, 3, 4]
    values = Response.objects.get(case=case).plain()["values"]
    assert {values[cell] for cell in ("hours", "output", "note", "has_water")} == {"7"}


def test_one_cell_at_once_with_two_values_keeps_one_and_shows_it_to_the_other(enumerator):
    case = make_case(enumerator)
    results = at_once(
        saving(case, enumerator, uuid.uuid4(), 0, set_cell("hours", "1")),
        saving(case, enumerator, uuid.uuid4(), 0, set_cell("hours", "2")),
    )
    (refusal,) = [r for r in results if isinstance(r, Conflict)]
    stored = Response.objects.get(case=case).plain()["values"]["hours"]
    (conflict,) = refusal.details["conflicts"]
    assert conflict["theirs"] == stored
    assert {conflict["yours"], stored} == {"1", "2"}


def test_two_forms_of_one_unit_at_once_leave_no_wrong_finding(enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="4000", has_water="1")
    other = Case.objects.get(unit=case.unit, form_code="B1")
    for hours, treatment in [("5000", "4500"), ("3000", "3500"), ("6000", "100")] * 3:
        results = at_once(
            saving(
                case,
                enumerator,
                uuid.uuid4(),
                Response.objects.get(case=case).version,
                set_cell("hours", hours),
            ),
            saving(
                other,
                enumerator,
                uuid.uuid4(),
                Response.objects.get(case=other).version,
                set_cell("treatment_hours", treatment),
            ),
        )
        assert not [r for r in results if isinstance(r, Refusal)]
        stands = EditFailure.objects.filter(case=other, rule_id="B1-R01").exists()
        assert stands == (int(treatment) > int(hours))


def test_a_save_and_a_submission_at_once_never_lose_the_save_unseen(enumerator):
    for _number in range(5):
        case = make_case(enumerator)
        fill(case, enumerator)
        results = at_once(
            saving(case, enumerator, uuid.uuid4(), 1, set_cell("hours", "4801")),
            lambda case=case: case_submit(
                case_id=case.pk, actor=User.objects.get(pk=enumerator.pk)
            ),
        )
        frozen = Submission.objects.get(case=case).document["values"]["hours"]
        if isinstance(results[0], Refusal):
            assert results[0].code == "case_locked"
            assert frozen == "4800"
        else:
            assert frozen == "4801"


def test_two_submissions_at_once_are_one(enumerator):
    case = make_case(enumerator)
    fill(case, enumerator)

    def act():
        return case_submit(case_id=case.pk, actor=User.objects.get(pk=enumerator.pk))

    results = at_once(act, act)
    assert Counter(type(r).__name__ for r in results) == {"Submission": 1, "Conflict": 1}
    assert Submission.objects.count() == 1


def test_an_approval_and_a_return_at_once_are_one_act(enumerator, supervisor):
    case = make_submitted(enumerator)

    def act(action):
        return lambda: case_transition(
            case_id=case.pk, action=action, actor=User.objects.get(pk=supervisor.pk)
        )

    results = at_once(act(CaseAction.APPROVE), act(CaseAction.RETURN))
    assert len([r for r in results if isinstance(r, Refusal)]) == 1
    case.refresh_from_db()
    assert case.status in {CaseStatus.UNDER_REVIEW, CaseStatus.RETURNED}


def test_the_forms_of_a_new_unit_derived_at_once_are_opened_once(enumerator):
    make_exercise()
    from tests.factories.case import publish_small_forms

    publish_small_forms()
    unit = make_plain_unit(enumerator)

    def act():
        return cases_derive(unit_id=unit.pk, actor=None)

    results = at_once(act, act, act)
    assert [len(cases) for cases in results] == [1, 1, 1]
    assert Case.objects.filter(unit=unit).count() == 1
    assert Response.objects.count() == 1


def test_an_amendment_under_way_does_not_hold_up_a_save_that_opens_a_form(enumerator):
    """The save points at the unit, the amendment then wants the save's forms: no circle."""
    Industry.objects.create(code="1752", name="染整", level=4, is_in_scope=True)
    case = make_case(enumerator, unit=make_plain_unit(enumerator, industry_codes=["1752"]))
    unit = case.unit
    failed = []

    def act():
        with connections["default"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        try:
            saving(case, enumerator, uuid.uuid4(), 0, set_cell("has_water", "1"))()
        except DatabaseError as error:
            failed.append(error)
        finally:
            connections["default"].close()

    with transaction.atomic():
        unit_amend(
            actor=enumerator,
            unit_id=unit.pk,
            data=replace(data_of(unit), name="改名厂"),
            reason="营业执照更名",
        )
        thread = threading.Thread(target=act)
        thread.start()
        thread.join(timeout=60)
    assert not failed
    assert Case.objects.filter(unit=unit).count() == 2


CELLS = st.sampled_from(["hours", "output", "note"])
VALUES = st.sampled_from(["", "0", "1", "2", "９", "x"])
SAVES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=2),  # which client
        st.booleans(),  # whether it reads the newest version first
        st.booleans(),  # whether it sends the save twice
        st.dictionaries(CELLS, VALUES, min_size=1),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(saves=SAVES)
def test_no_save_is_lost_and_none_is_stored_twice(saves, enumerator):
    """Three clients save on whatever version each last saw. A model in plain dicts says what
    must be stored.
    """
    case = make_case(enumerator)
    seen = [0, 0, 0]
    stored: dict[str, str] = {}
    written: dict[str, int] = {}
    version = 0
    for client, reads_first, sends_twice, cells in saves:
        if reads_first:
            seen[client] = version
        act = saving(
            case,
            enumerator,
            uuid.uuid4(),
            seen[client],
            *[set_cell(cell, value) for cell, value in cells.items()],
        )
        plain = {cell: value.replace("９", "9") for cell, value in cells.items()}
        clash = any(
            written.get(cell, 0) > seen[client] and stored.get(cell, "") != value
            for cell, value in plain.items()
        )
        try:
            result = act()
            if sends_twice:
                assert act().version == result.version
        except Conflict:
            assert clash
            continue
        assert not clash
        others = {c: stored.get(c, "") for c, n in written.items() if n > seen[client]}
        version += 1
        assert result.version == version
        for cell, value in plain.items():
            if stored.get(cell, "") != value or (value and cell not in stored):
                stored[cell], written[cell] = value, version
                others.pop(cell, None)
        assert result.cells == others
        seen[client] = version
    response = Response.objects.get(case=case)
    values = response.plain()["values"]
    assert {c: v for c, v in stored.items() if v} == {c: values[c] for c in stored if c in values}
    assert ResponseRevision.objects.filter(response=response).count() == version
    assert not answers_verify().faults
