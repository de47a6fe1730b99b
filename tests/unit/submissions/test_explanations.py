"""Explanations: words of one's own, not a stock phrase."""

import pytest

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions.models import Case, EditFailure
from submissions.services import case_submit, failure_explain
from submissions.services.explanations import check_explanation
from tests.factories.case import make_case, save

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
