"""Changing a form in the browser: editor, weighing, publishing; for the nation's office alone."""

import pytest
import yaml
from django.urls import reverse

from submissions.change_applying import change_apply_job
from submissions.change_impact import change_impact_job
from submissions.enums import JobKind, ReopenPolicy
from submissions.models import FormChange, Job, TwoPersonRequest
from submissions.phase_enums import Verdict
from submissions.services import case_submit, two_person_decide
from tests.factories.case import save
from tests.factories.form_change import (
    drafted,
    harder,
    make_case,
    publish_simple,
    without_reuse,
)
from tests.factories.two_person import second_of_the_nation
from tests.factories.written import written

pytestmark = pytest.mark.django_db
NEW = "/changes/new/?kind=form&code=T101"


@pytest.fixture
def nation(client, cast):
    publish_simple()
    client.force_login(cast.national_office, backend="accounts.backends.PasswordBackend")
    return cast.national_office


def post(client, text, url=NEW, step="save", **fields):
    data = {
        "text": text,
        "reason": "更正取水量的上限",
        "reopen": ReopenPolicy.AFFECTED,
        "step": step,
    }
    return client.post(url, {**data, **fields})


def published_by_two(client, page: str) -> None:
    """Asked for on the page by the person signed in; confirmed by another."""
    client.post(page, {"act": "publish"})
    asked = TwoPersonRequest.objects.get()
    assert not Job.objects.filter(kind=JobKind.CHANGE_APPLY).exists()
    two_person_decide(request_id=asked.pk, verdict=Verdict.APPROVE, actor=second_of_the_nation())


def test_from_the_form_in_force_to_a_new_version(client, cast, nation):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, water_total="500", water_reused="1")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    page = client.get(NEW)
    assert yaml.safe_load(page.context["typed"].text)["code"] == "T101"

    answer = post(client, written(harder()))
    change = FormChange.objects.get()
    assert answer.url == reverse("change_detail", args=[change.pk])
    text = client.get(answer.url).content.decode()
    assert "T101-R90" in text
    assert "还没有计算影响" in text
    assert 'value="publish" disabled' in text

    job = client.post(answer.url, {"act": "weigh"})
    change_impact_job(Job.objects.latest("pk").pk)
    assert job.url == reverse("job_detail", args=[Job.objects.latest("pk").pk])
    text = client.get(answer.url).content.decode()
    assert "取水量超过上限" in text
    assert "<b>重新开放</b> 1" in text
    assert "浙江省" in text

    published_by_two(client, answer.url)
    change_apply_job(Job.objects.latest("pk").pk)
    text = client.get(answer.url).content.decode()
    assert "已发布第 2 版" in text
    assert "重新开放 1" in text
    client.force_login(cast.enumerator, backend="accounts.backends.PasswordBackend")
    text = client.get(reverse("case_fill", args=[case.pk])).content.decode()
    assert "普查表改版，本表重新开放" in text
    assert "更正" in text


def test_answers_of_a_dropped_item_show_to_filler_and_reviewer(client, cast, nation):
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, water_total="5", water_reused="3")
    change = drafted(nation, without_reuse())
    client.post(reverse("change_detail", args=[change.pk]), {"act": "weigh"})
    change_impact_job(Job.objects.latest("pk").pk)
    text = client.get(reverse("change_detail", args=[change.pk])).content.decode()
    assert "停用指标下的填报数据" in text
    published_by_two(client, reverse("change_detail", args=[change.pk]))
    change_apply_job(Job.objects.latest("pk").pk)
    case_submit(case_id=case.pk, actor=cast.enumerator)
    for user, route in ((cast.enumerator, "case_fill"), (cast.supervisor, "case_review")):
        client.force_login(user, backend="accounts.backends.PasswordBackend")
        assert "停用指标" in client.get(reverse(route, args=[case.pk])).content.decode()


@pytest.mark.parametrize(
    ("text", "fields", "sentence"),
    [
        ("rules: [", {}, "不是合格的 YAML"),
        ("code: T101", {}, "结构不对"),
        ("", {}, "结构不对"),
        (written(harder("0.5")), {}, "例子与审核关系不符"),
        (written(harder()), {"reason": " "}, "请写明修改理由"),
        (written(harder()), {"reopen": "never"}, "请选择对已提交的普查表如何处理"),
    ],
)
def test_a_fault_has_its_sentence_and_the_text_stays(client, nation, text, fields, sentence):
    answer = post(client, text, **fields)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert answer.context["typed"].text == text
    assert not FormChange.objects.exists()


def test_a_check_keeps_nothing(client, nation):
    answer = post(client, written(harder()), step="check")
    assert "检查通过" in answer.content.decode()
    assert not FormChange.objects.exists()


def test_a_draft_is_edited_and_withdrawn(client, nation):
    change = drafted(nation, harder())
    url = reverse("change_edit", args=[change.pk])
    assert client.get(url).context["typed"].reason == change.reason
    assert post(client, written(harder("90")), url=url).status_code == 302
    detail = reverse("change_detail", args=[change.pk])
    refused = client.post(detail, {"act": "publish"}, follow=True)
    assert "请先计算这次改版" in refused.content.decode()
    withdrawn = client.post(detail, {"act": "withdraw"}, follow=True).content.decode()
    assert "已撤回" in withdrawn
    late = post(client, written(harder("80")), url=url)
    assert late.status_code == 400
    assert "已经发布或撤回" in late.content.decode()
    assert client.post(detail, {"act": "dance"}).status_code == 302


def test_a_code_list_is_edited_as_a_list(client, nation):
    url = "/changes/new/?kind=codelist&code=WW_METHOD"
    text = client.get(url).context["typed"].text
    added = text + "- code: '1900'\n  label: 其他\n"
    assert post(client, added, url=url).status_code == 302
    page = client.get(reverse("change_detail", args=[FormChange.objects.get().pk]))
    assert "1900" in page.content.decode()
    listed = client.get(reverse("change_list")).content.decode()
    assert "草稿" in listed


def test_what_is_not_there_is_not_found(client, nation):
    assert client.get("/changes/new/?kind=form&code=T999").status_code == 404
    assert client.get("/changes/new/?kind=poem&code=T101").status_code == 404
    assert client.get("/changes/new/").status_code == 404
    assert client.get(reverse("change_detail", args=[999999])).status_code == 404


def test_only_the_nation_s_office_may(client, cast, nation):
    change = drafted(nation, harder())
    for user in (cast.office, cast.enumerator, cast.auditor):
        client.force_login(user, backend="accounts.backends.PasswordBackend")
        for url in (NEW, reverse("change_list"), reverse("change_detail", args=[change.pk])):
            assert client.get(url).status_code == 403
            assert client.post(url, {"act": "withdraw"}).status_code in {403, 405}


def test_few_queries(client, nation, django_assert_max_num_queries):
    change = drafted(nation, harder())
    url = reverse("change_detail", args=[change.pk])
    client.get(url)
    with django_assert_max_num_queries(12):
        client.get(url)
