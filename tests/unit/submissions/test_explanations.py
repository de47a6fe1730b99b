"""Explanations: words of one's own, not a stock phrase."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions.explanation_texts import OTHER_UNITS_AT_MOST, explanation_key
from submissions.models import Case, EditFailure
from submissions.services import case_submit, failure_explain
from submissions.services.explanations import check_explanation
from tests.factories.case import make_case, make_plain_unit, save
from tests.people import TOWN, account

MESSAGE = "产量偏大，请核实"
GOOD = "本年新增一条年产五千吨的生产线，六月投产"


def failure_with(message: str = MESSAGE) -> EditFailure:
    return EditFailure(rule_id="A1-R02", severity="soft", message_zh=message, cells=["output"])


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "因检修停产三个月",
        "经现场核实，锅炉更换为燃气锅炉，耗煤为零",
        "Second line started in June 2017",
    ],
)
def test_an_explanation_in_own_words_is_taken(text):
    check_explanation(text, failure_with(), "output")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "explanation_too_short"),
        ("。。。。。。。。", "explanation_too_short"),
        ("属实", "explanation_too_short"),
        ("核实无误", "explanation_too_short"),
        ("经核实，数据无误。", "explanation_boilerplate"),
        ("情况属实，情况属实，情况属实", "explanation_boilerplate"),
        ("已与企业电话核实，填报数据真实准确", "explanation_boilerplate"),
        ("经现场多次核实，以上数据均无误", "explanation_boilerplate"),
        ("啊啊啊啊啊啊啊啊", "explanation_boilerplate"),
        ("产量偏大，请核实", "explanation_copied"),
        ("产量偏大 请核实 确实", "explanation_copied"),
        ("因为\x07检修停产三个月", "control_character"),
        ("检" * 1001, "explanation_too_long"),
    ],
)
def test_a_stock_phrase_is_refused_in_words(text, code):
    with pytest.raises(Invalid) as refusal:
        check_explanation(text, failure_with(), "output")
    assert refusal.value.code == code
    assert refusal.value.cell == "output"


@pytest.fixture
def case(enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="4800", has_water="2", output="5000")
    return case


@pytest.fixture
def failure(case):
    return EditFailure.objects.get(case=case, rule_id="A1-R02")


@pytest.mark.django_db
def test_explaining_stores_who_and_when_and_lets_the_case_be_submitted(case, failure, enumerator):
    with pytest.raises(Conflict) as refusal:
        case_submit(case_id=case.pk, actor=enumerator)
    assert refusal.value.code == "soft_failures_unexplained"
    failure = failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)
    assert (failure.explained_by, failure.explanation) == (enumerator, GOOD)
    assert Case.objects.get(pk=case.pk).soft_open_count == 0
    assert events_for(case)[0].action == AuditAction.FAILURE_EXPLAINED
    submission = case_submit(case_id=case.pk, actor=enumerator)
    assert submission.explanations[0]["explanation"] == GOOD


@pytest.mark.django_db
def test_an_explanation_stays_with_a_finding_that_stays(case, failure, enumerator):
    failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)
    save(case, enumerator, output="6000", note="x")
    failure.refresh_from_db()
    assert failure.explanation == GOOD
    save(case, enumerator, output="600")
    assert not EditFailure.objects.filter(pk=failure.pk).exists()


@pytest.mark.django_db
def test_an_explanation_may_be_changed(case, failure, enumerator):
    failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)
    failure = failure_explain(failure_id=failure.pk, actor=enumerator, text="因检修停产三个月")
    assert failure.explanation == "因检修停产三个月"


@pytest.mark.django_db
def test_a_hard_finding_cannot_be_explained_away(case, enumerator):
    save(case, enumerator, hours="9000")
    hard = EditFailure.objects.get(case=case, rule_id="A1-R01")
    with pytest.raises(Conflict) as refusal:
        failure_explain(failure_id=hard.pk, actor=enumerator, text=GOOD)
    assert refusal.value.code == "failure_is_hard"


@pytest.mark.django_db
def test_a_finding_that_is_gone_is_missing(enumerator):
    with pytest.raises(Missing):
        failure_explain(failure_id=0, actor=enumerator, text=GOOD)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["supervisor", "neighbour", "auditor"])
def test_those_who_do_not_fill_cannot_explain(role, failure, request):
    with pytest.raises(NotAllowed):
        failure_explain(failure_id=failure.pk, actor=request.getfixturevalue(role), text=GOOD)


@pytest.mark.django_db
def test_a_case_under_review_takes_no_explanations(case, failure, enumerator):
    failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)
    case_submit(case_id=case.pk, actor=enumerator)
    with pytest.raises(Conflict) as refusal:
        failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD + "二")
    assert refusal.value.code == "case_locked"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (GOOD, GOOD + "。", True),
        ("因检修停产三个月", "经核实，因检修，停产三个月！", True),
        ("Ａ线２台检修停产", "a线2台检修停产", True),
        ("甲厂因检修停产三个月", "因检修停产三个月", True),  # the unit's own name
        ("因检修停产三个月", "因检修停产四个月", False),
        ("产量五千吨", "产量六千吨", False),
    ],
)
def test_what_makes_two_explanations_the_same(one, other, same):
    assert (explanation_key(one, "甲厂") == explanation_key(other, "甲厂")) is same


def test_an_explanation_of_nothing_but_stock_words_still_has_a_key():
    assert explanation_key("核实无误", "") != explanation_key("情况属实", "")


def explained(actor, text, *, unit=None, rule="A1-R02"):
    """A unit of its own with a soft finding that is explained with this text."""
    case = make_case(actor, unit=unit or make_plain_unit(actor))
    save(case, actor, hours="4800", has_water="2", output="5000")
    failure = EditFailure.objects.get(case=case, rule_id=rule)
    return failure_explain(failure_id=failure.pk, actor=actor, text=text)


@pytest.mark.django_db
def test_a_text_for_many_units_is_refused_with_their_number(enumerator, failure):
    for _number in range(OTHER_UNITS_AT_MOST):
        explained(enumerator, GOOD)
    with pytest.raises(Invalid) as refusal:
        failure_explain(failure_id=failure.pk, actor=enumerator, text=f"经核实：{GOOD}")
    assert refusal.value.code == "explanation_used_elsewhere"
    assert f"其他 {OTHER_UNITS_AT_MOST} 个普查对象" in refusal.value.message
    failure.refresh_from_db()
    assert failure.explanation == ""
    failure_explain(failure_id=failure.pk, actor=enumerator, text="因检修停产三个月")


@pytest.mark.django_db
def test_a_template_with_the_name_filled_in_is_the_same_text(enumerator, failure):
    for _number in range(OTHER_UNITS_AT_MOST):
        unit = make_plain_unit(enumerator)
        explained(enumerator, f"{unit.name}新增一条年产五千吨的生产线", unit=unit)
    name = failure.case.unit.name
    with pytest.raises(Invalid):
        failure_explain(
            failure_id=failure.pk, actor=enumerator, text=f"{name}新增一条年产五千吨的生产线"
        )


@pytest.mark.django_db
def test_one_cause_may_explain_all_findings_of_one_unit_and_of_a_few_more(enumerator, failure):
    for _number in range(OTHER_UNITS_AT_MOST - 1):
        explained(enumerator, GOOD)
    for _again in range(2):
        failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)


@pytest.mark.django_db
def test_the_same_words_of_another_filler_do_not_count(enumerator, failure, divisions):
    other = account("other-filler", Role.ENUMERATOR, division=divisions[TOWN])
    for _number in range(OTHER_UNITS_AT_MOST):
        explained(other, GOOD)
    failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)


@pytest.mark.django_db
def test_whether_a_text_was_used_is_one_look_up_by_index(enumerator, failure):
    """The condition of the partial index must follow from the query's.

    Which index is best for a table of two rows is anybody's guess, so the others are dropped, in
    the test's own transaction.
    """
    explained(enumerator, GOOD)
    with CaptureQueriesContext(connection) as queries:
        failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)
    (asked,) = [q["sql"] for q in queries if "DISTINCT" in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for constraint in ("submissions_failure_once", "submissions_editfailure_pkey"):
            cursor.execute(
                f"ALTER TABLE submissions_editfailure DROP CONSTRAINT {constraint} CASCADE"
            )
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'submissions_editfailure' "
            "AND indexname <> 'failure_text_of_filler'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "failure_text_of_filler" in plan, plan


@pytest.mark.django_db
def test_the_frozen_explanations_say_whose_words_they_are_and_of_which_cells(
    case, failure, enumerator
):
    failure_explain(failure_id=failure.pk, actor=enumerator, text=GOOD)
    (told,) = case_submit(case_id=case.pk, actor=enumerator).explanations
    assert (told["by"], told["cells"]) == (enumerator.pk, ["output"])
    assert told["at"] == EditFailure.objects.get(pk=failure.pk).explained_at.isoformat()
