"""The page of one case, approving and returning it."""

import pytest
from django.urls import reverse

from accounts.enums import Permission, Role
from accounts.models import RoleAssignment, User
from review.models import ReviewDecision
from submissions.enums import CaseStatus, Level
from submissions.models import EditFailure, ItemQuery
from submissions.services import case_submit, failure_explain
from tests.factories.case import make_case, make_submitted, save
from tests.factories.decision import approve_by, return_by
from tests.factories.submission import submit_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    return make_submitted(cast.enumerator)


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def url(name, case):
    return reverse(name, args=[case.pk])


def test_the_page_shows_values_findings_explanations_and_changes(
    client, cast, case, django_assert_max_num_queries
):
    return_by(case, cast.supervisor, ("hours", "为何这么多？"))
    query = ItemQuery.objects.get(case=case)
    client = signed_in(client, cast.enumerator)
    client.post(reverse("query_answer", args=[query.pk]), {"text": "三班连续生产"})
    save(case, cast.enumerator, output="2000", hours="4000")
    failure = EditFailure.objects.get(case=case)
    failure_explain(failure_id=failure.pk, actor=cast.enumerator, text="新增两条生产线，产量翻番")
    submit_again(case, cast.enumerator)
    signed_in(client, cast.supervisor)
    with django_assert_max_num_queries(30):
        page = client.get(url("case_review", case))
    text = page.content.decode()
    assert "以来改动 2 处" in text
    for part in ("4800", "4000", "新增两条生产线", "为何这么多", "三班连续生产", "逻辑关系不符"):
        assert part in text
    assert [(c.before, c.after) for c in page.context["page"].changes] == [
        ("4800", "4000"),
        ("", "2000"),
    ]


def test_a_reworded_explanation_is_shown_beside_the_old_one(client, cast, case):
    return_by(case, cast.supervisor)
    save(case, cast.enumerator, output="2000")
    failure = EditFailure.objects.get(case=case)
    failure_explain(failure_id=failure.pk, actor=cast.enumerator, text="新增两条生产线，产量翻番")
    submit_again(case, cast.enumerator)
    return_by(case, cast.supervisor)
    failure_explain(failure_id=failure.pk, actor=cast.enumerator, text="六月起委托加工转为自产")
    submit_again(case, cast.enumerator)
    page = signed_in(client, cast.supervisor).get(url("case_review", case))
    text = page.content.decode()
    assert "说明改动 1 处" in text
    assert "<s>新增两条生产线，产量翻番</s>" in text
    assert "六月起委托加工转为自产" in text
    assert cast.enumerator.full_name in text
    receipt = client.get(reverse("case_receipt", args=[case.pk, 2])).content.decode()
    assert "新增两条生产线，产量翻番" in receipt


def test_a_cell_of_a_row_that_was_taken_out_is_named(client, cast, case):
    import uuid

    from submissions.models import Response
    from submissions.services import response_save

    def change(*changes):
        response_save(
            case_id=case.pk,
            actor=cast.enumerator,
            save_id=uuid.uuid4(),
            base_version=Response.objects.get(case=case).version,
            changes=list(changes),
            device="test",
        )

    return_by(case, cast.supervisor)
    change(
        {"op": "add_row", "group": "kilns", "row": "aaaa1111", "after": None},
        {"op": "set", "cell": "kilns/aaaa1111/fuel", "value": "5"},
    )
    submit_again(case, cast.enumerator)
    return_by(case, cast.supervisor)
    change({"op": "remove_row", "group": "kilns", "row": "aaaa1111"})
    submit_again(case, cast.enumerator)
    page = signed_in(client, cast.supervisor).get(url("case_review", case))
    assert [c.is_there for c in page.context["page"].changes] == [False]
    assert "该行已删除" in page.content.decode()


def test_who_may_open_it(client, cast, case):
    for person, status in [
        (cast.supervisor, 200),
        (cast.county_reviewer, 200),
        (cast.neighbour, 404),
        (cast.auditor, 403),
        (cast.enumerator, 403),
    ]:
        assert signed_in(client, person).get(url("case_review", case)).status_code == status
    text = signed_in(client, cast.county_reviewer).get(url("case_review", case)).content.decode()
    assert "现在不在您的审核环节" in text
    assert url("case_approve", case) not in text


def test_seen_but_not_to_be_reviewed_is_403(client, cast, case, divisions):
    """Somebody who reviews elsewhere and only sees this place."""
    RoleAssignment.objects.create(
        user=cast.neighbour, role=Role.AUDITOR, division=divisions[case.division_code]
    )
    person = User.objects.get(pk=cast.neighbour.pk)
    assert person.can_anywhere(Permission.CASE_REVIEW)
    signed_in(client, person)
    assert client.get(url("case_review", case)).status_code == 403
    assert client.post(url("case_approve", case)).status_code == 403
    assert client.post(url("case_return", case)).status_code == 403


def test_approving_leads_to_the_next_case(client, cast, case):
    other = make_submitted(cast.enumerator)
    signed_in(client, cast.supervisor)
    seen = case.submissions.get().pk
    answer = client.post(url("case_approve", case) + "?form=A1", {"submission": str(seen)})
    assert answer.url == url("case_review", other) + "?form=A1"
    case.refresh_from_db()
    assert case.review_level == Level.COUNTY
    answer = client.post(url("case_approve", other))
    assert answer.url == reverse("review_queue")
    assert "审核通过" in client.get(answer.url).content.decode()


def test_at_the_top_approving_makes_it_final(client, cast, case):
    approve_by(case, *cast.reviewers()[:-1])
    signed_in(client, cast.national_office)
    assert "通过并定稿" in client.get(url("case_review", case)).content.decode()
    client.post(url("case_approve", case))
    case.refresh_from_db()
    assert case.status == CaseStatus.FINAL


def test_returning_with_reasons_and_questions(client, cast, case):
    signed_in(client, cast.supervisor)
    answer = client.post(
        url("case_return", case),
        {
            "reason": ["logic", "omission"],
            "note": "请核对",
            "query-1-cell": "hours",
            "query-1-text": "为何这么多？",
            "query-7-cell": "",
            "query-7-text": "请附佐证",
            "query-9-cell": "",
            "query-9-text": "  ",
        },
    )
    assert answer.status_code == 302
    recorded = ReviewDecision.objects.get(case=case)
    assert (recorded.reason_codes, recorded.note) == (["logic", "omission"], "请核对")
    assert list(ItemQuery.objects.values_list("cell", "text")) == [
        ("hours", "为何这么多？"),
        ("", "请附佐证"),
    ]


def test_a_refusal_stands_beside_the_button_and_nothing_typed_is_lost(client, cast, case):
    signed_in(client, cast.supervisor)
    given = {"note": "请核对", "query-1-cell": "hours", "query-1-text": "为何这么多？"}
    answer = client.post(url("case_return", case), given)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "退回须选择至少一个原因" in text
    for part in ("请核对", "为何这么多？", '<option value="hours" selected>'):
        assert part in text
    stale = client.post(url("case_approve", case), {"submission": "1234567"})
    assert (stale.status_code, "已重新提交" in stale.content.decode()) == (409, True)
    level = signed_in(client, cast.county_reviewer).post(url("case_approve", case))
    assert (level.status_code, "不在您的审核层级" in level.content.decode()) == (403, True)


def test_without_scripts_questions_are_added_one_by_one(client, cast, case):
    signed_in(client, cast.supervisor)
    page = client.get(url("case_review", case), {"ask": "hours"})
    assert '<option value="hours" selected>' in page.content.decode()
    given = {"op": "ask", "reason": "logic", "query-1-cell": "hours", "query-1-text": "？"}
    page = client.post(url("case_return", case), given)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'name="query-2-text"' in text
    assert 'value="logic" checked' in text
    case.refresh_from_db()
    assert case.status == CaseStatus.UNDER_REVIEW


def test_a_case_that_was_never_submitted(client, cast):
    case = make_case(cast.enumerator)
    signed_in(client, cast.supervisor)
    assert client.get(url("case_review", case)).status_code == 200
    answer = client.post(url("case_approve", case))
    assert answer.status_code == 409


def test_a_decision_is_a_post(client, cast, case):
    signed_in(client, cast.supervisor)
    for name in ("case_approve", "case_return"):
        assert client.get(url(name, case)).status_code == 405


def test_the_record_of_decisions_is_for_whoever_sees_the_form(
    client, cast, case, django_assert_max_num_queries
):
    return_by(case, cast.supervisor, ("hours", "为何这么多？"), note="请核对")
    signed_in(client, cast.enumerator)
    with django_assert_max_num_queries(11):
        text = client.get(url("case_decisions", case)).content.decode()
    for part in ("逻辑关系不符", "请核对", "为何这么多", "待答复", "赵指导"):
        assert part in text
    inside = client.get(url("case_decisions", case), headers={"HX-Request": "true"})
    assert "<html" not in inside.content.decode()
    assert signed_in(client, cast.neighbour).get(url("case_decisions", case)).status_code == 404
    administrator = signed_in(client, cast.administrator)
    assert administrator.get(url("case_decisions", case)).status_code == 403


def test_the_reviewer_sees_what_the_register_said(client, cast):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, unit_name="改名后的厂<b>", hours="4800", has_water="2")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    client.force_login(cast.supervisor, backend="accounts.backends.PasswordBackend")
    text = client.get(reverse("case_review", args=[case.pk])).content.decode()
    assert f"名录库 {case.unit.name}" in text
    assert "改名后的厂&lt;b&gt;" in text
