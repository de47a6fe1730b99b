"""The page of one form: filled by whoever may, read by whoever sees it, posted whole without scripts."""

from __future__ import annotations

import json
import uuid

import pytest

from submissions.enums import CaseStatus
from submissions.models import EditFailure, Response
from tests.factories.case import make_case, make_case_at, save

pytestmark = pytest.mark.django_db


def page(client, user, case, **query):
    client.force_login(user)
    return client.get(f"/cases/{case.pk}/", query)


def post_form(client, user, case, *, base=None, op="save", save_id=None, **cells):
    """Post the form as a browser without scripts does."""
    client.force_login(user)
    response = Response.objects.get(case=case)
    data = {
        "base_version": response.version if base is None else base,
        "save_id": str(save_id or uuid.uuid4()),
        "op": op,
        **cells,
    }
    return client.post(f"/cases/{case.pk}/save/", data)


def value(case, cell):
    return Response.objects.get(case=case).plain()["values"].get(cell, "")


def test_case_fill_page_gives_the_filler_controls_and_the_data_of_the_scripts(client, enumerator):
    case = make_case(enumerator)
    answer = page(client, enumerator, case)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="hours"' in html
    data = json.loads(
        html.split('id="grid-data" type="application/json">')[1].split("</script>")[0]
    )
    assert data["case"] == case.pk
    assert data["version"] == 0
    assert data["urls"]["cells"] == f"/cases/{case.pk}/cells/"
    assert data["items"]["hours"]["label"] == "hours"
    assert (data["earlier"], data["ratio_bound"]) == ({}, ["0.5", "2"])


def test_case_fill_page_is_for_reading_where_the_form_is_under_review(client, cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    html = page(client, cast.enumerator, case).content.decode()
    assert 'name="hours"' not in html
    assert "4800" in html
    assert "grid-data" not in html


def test_case_fill_page_is_for_reading_for_an_auditor(client, cast):
    case = make_case(cast.enumerator)
    html = page(client, cast.auditor, case).content.decode()
    assert 'name="hours"' not in html


def test_case_fill_page_does_not_exist_for_the_neighbour(client, cast):
    case = make_case(cast.enumerator)
    assert page(client, cast.neighbour, case).status_code == 404


def test_case_fill_page_cost_does_not_grow_with_the_form(
    client, enumerator, django_assert_max_num_queries
):
    case = make_case(enumerator)
    client.force_login(enumerator)
    client.get(f"/cases/{case.pk}/")
    with django_assert_max_num_queries(20):
        client.get(f"/cases/{case.pk}/")


def test_case_form_save_stores_what_differs_and_says_how_the_form_stands(client, enumerator):
    case = make_case(enumerator)
    answer = post_form(client, enumerator, case, hours="８７６１", has_water="2", note="")
    assert answer.status_code == 302
    assert value(case, "hours") == "8761"
    html = page(client, enumerator, case).content.decode()
    assert "强制性错误 1 个" in html
    assert "全年不超过 8760 小时" in html
    assert 'aria-invalid="true"' in html


def test_case_form_save_twice_with_the_same_id_is_one_save(client, enumerator):
    case = make_case(enumerator)
    identity = uuid.uuid4()
    post_form(client, enumerator, case, base=0, save_id=identity, hours="1")
    post_form(client, enumerator, case, base=0, save_id=identity, hours="1")
    assert Response.objects.get(case=case).version == 1


def test_case_form_save_leaves_alone_what_another_person_changed_elsewhere(client, cast):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="10", note="旧")
    save(case, cast.enumerator, note="新")
    answer = post_form(client, cast.enumerator, case, base=1, hours="20", note="旧")
    assert answer.status_code == 302
    assert value(case, "hours") == "20"
    assert value(case, "note") == "新"


def test_case_form_save_shows_both_values_where_the_same_cell_was_changed(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="10")
    save(case, enumerator, hours="11")
    answer = post_form(client, enumerator, case, base=1, hours="12")
    html = answer.content.decode()
    assert answer.status_code == 409
    assert value(case, "hours") == "11"
    assert 'value="12"' in html
    assert "<td>12</td><td>11" in html


def test_case_form_save_without_a_change_says_so(client, enumerator):
    case = make_case(enumerator)
    post_form(client, enumerator, case, hours="")
    assert "没有改动" in page(client, enumerator, case).content.decode()


@pytest.mark.parametrize(("base", "identity"), [("x", None), ("-1", None), ("0", "no")])
def test_case_form_save_refuses_a_broken_page(client, enumerator, base, identity):
    case = make_case(enumerator)
    answer = post_form(client, enumerator, case, base=base, save_id=identity, hours="1")
    assert answer.status_code == 400


def test_case_form_save_adds_copies_and_removes_a_repeat(client, enumerator):
    case = make_case(enumerator)
    post_form(client, enumerator, case, op="add:kilns")
    (row,) = Response.objects.get(case=case).rows["kilns"]
    post_form(client, enumerator, case, op=f"copy:kilns/{row}", **{f"kilns/{row}/fuel": "3"})
    first, second = Response.objects.get(case=case).rows["kilns"]
    assert first == row
    assert value(case, f"kilns/{second}/fuel") == "3"
    post_form(client, enumerator, case, op=f"remove:kilns/{row}", **{f"kilns/{row}/fuel": "3"})
    assert Response.objects.get(case=case).rows["kilns"] == [second]


def test_case_form_save_is_refused_where_the_form_is_under_review(client, cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    answer = post_form(client, cast.enumerator, case, hours="1")
    assert answer.status_code == 409
    assert "不能填报" in answer.content.decode()


def test_case_form_save_is_refused_without_the_verb(client, cast):
    case = make_case(cast.enumerator)
    assert post_form(client, cast.county_reviewer, case, hours="1").status_code == 403


def test_failure_explain_stores_words_and_refuses_a_stock_phrase(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, output="2000")
    failure = EditFailure.objects.get(case=case, severity="soft")
    client.force_login(enumerator)
    json_only = {"Accept": "application/json"}
    refused = client.post(
        f"/findings/{failure.pk}/explain/", {"text": "核实无误"}, headers=json_only
    )
    assert refused.status_code == 400
    told = client.post(
        f"/findings/{failure.pk}/explain/",
        {"text": "九月新增一条生产线，产量翻番"},
        headers=json_only,
    )
    assert told.json()["explanation"].startswith("九月")
    assert told.json()["progress"]["soft_open"] == 0


def test_failure_explain_without_scripts_leads_back_to_the_form(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, output="2000")
    failure = EditFailure.objects.get(case=case, severity="soft")
    client.force_login(enumerator)
    address = f"/findings/{failure.pk}/explain/"
    answer = client.post(address, {"text": "好"}, follow=True)
    assert "notice-error" in answer.content.decode()
    answer = client.post(address, {"text": "九月新增一条生产线，产量翻番"}, follow=True)
    assert "说明已保存" in answer.content.decode()


def test_returned_form_shows_the_reasons_and_stays_fillable(client, cast):
    case = make_case_at(CaseStatus.RETURNED, cast)
    html = page(client, cast.enumerator, case).content.decode()
    assert "本表已退回" in html
    assert 'name="hours"' in html


def test_receipt_names_the_submission_and_checks_its_hash(client, cast):
    case = make_case_at(CaseStatus.UNDER_REVIEW, cast)
    client.force_login(cast.enumerator)
    html = client.get(f"/cases/{case.pk}/receipt/").content.decode()
    submission = case.submissions.get()
    assert submission.receipt_code in html
    assert submission.hash in html
    assert "存档内容与摘要一致" in html
    assert client.get(f"/cases/{case.pk}/receipt/7/").status_code == 404


def test_receipt_does_not_exist_before_the_submission(client, enumerator):
    case = make_case(enumerator)
    client.force_login(enumerator)
    assert client.get(f"/cases/{case.pk}/receipt/").status_code == 404


def test_submit_page_lists_what_stands_in_the_way_and_refuses(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="8761", output="2000")
    client.force_login(enumerator)
    html = client.get(f"/cases/{case.pk}/submit/").content.decode()
    assert "全年不超过 8760 小时" in html
    assert "产量偏大" in html
    assert "has_ has_water" in html
    inside = client.get(f"/cases/{case.pk}/submit/", headers={"HX-Request": "true"})
    assert "<html" not in inside.content.decode()
    answer = client.post(f"/cases/{case.pk}/submit/", follow=True)
    assert "notice-error" in answer.content.decode()
    assert not case.submissions.exists()


def test_submit_page_submits_and_leads_to_the_receipt(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="4800", has_water="2")
    client.force_login(enumerator)
    answer = client.post(f"/cases/{case.pk}/submit/", {"base_version": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/cases/{case.pk}/receipt/1/"


def test_submit_of_an_older_page_is_refused(client, enumerator):
    case = make_case(enumerator)
    save(case, enumerator, hours="4800", has_water="2")
    save(case, enumerator, note="后来")
    client.force_login(enumerator)
    client.post(f"/cases/{case.pk}/submit/", {"base_version": "1"})
    assert not case.submissions.exists()


def test_final_form_is_for_reading(client, cast):
    case = make_case_at(CaseStatus.FINAL, cast)
    assert "已定稿" in page(client, cast.auditor, case).content.decode()
