"""Local items: the list, the editor, and the forms that the province's units fill."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.enums import Role
from instruments.models import InstrumentVersion
from instruments.services import extension_publish, instrument_publish
from submissions.models import Job
from submissions.services import cases_derive
from submissions.services.opening_many import cases_open_many
from tests.factories.case import make_plain_unit, save
from tests.factories.exercise import make_exercise
from tests.factories.extension import extension_make
from tests.factories.instrument import definition_make, set_publish
from tests.factories.written import written
from tests.people import FAR_TOWN, PROVINCE, account

pytestmark = pytest.mark.django_db
ADDRESS = ["T101", "33"]


@pytest.fixture
def office(divisions):
    set_publish(definition_make())
    return account("zhejiang_office", Role.OFFICE, division=divisions[PROVINCE])


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def post(client, text, step="publish", address=ADDRESS):
    return client.post(reverse("local_detail", args=address), {"text": text, "step": step})


def test_the_office_starts_from_an_example_that_passes_the_check(client, office):
    page = signed_in(client, office).get(reverse("local_detail", args=ADDRESS))
    text = page.context["edited"].text
    checked = post(client, text, step="check")
    assert checked.status_code == 200
    assert "检查通过" in checked.content.decode()
    assert not InstrumentVersion.objects.local().exists()


def test_published_items_show_in_the_list_and_on_the_page(client, office):
    signed_in(client, office)
    answer = post(client, written(extension_make()))
    assert answer.url == reverse("job_detail", args=[Job.objects.get().pk])
    url = reverse("local_detail", args=ADDRESS)
    assert "回用水量" in client.get(url).content.decode()
    listed = client.get(reverse("local_list")).content.decode()
    assert url in listed
    assert "浙江省" in listed
    assert post(client, written(extension_make())).url == url
    assert InstrumentVersion.objects.local().count() == 1
    post(client, "sections: []")
    old = client.get(f"{url}?version=1").content.decode()
    assert "回用水量" in old


def test_the_page_names_what_a_new_national_version_left_out(client, office):
    signed_in(client, office)
    post(client, written(extension_make()))
    changed = definition_make(groups=[], rules=[])
    changed["sections"] = changed["sections"][:1]
    instrument_publish(actor=None, definition=changed)
    page = client.get(reverse("local_detail", args=ADDRESS))
    assert page.context["left_out"] == ["x33_depth"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sections: [", "不是合格的 YAML"),
        ("a: 1\na: 2", "写了两次"),
        ("a: &x [1]\nb: *x", "别名"),
        ("just text", "结构不对"),
        ("sections: []\ntitle: x", "结构不对"),
        ("", "结构不对"),
        ("[" * 5000, "不是合格的 YAML"),
        ("\x00", "不是合格的 YAML"),
        ("x" * 500_001, "内容过长"),
        (written(extension_make("42")), "地方指标的名称不合规定"),
    ],
)
def test_a_fault_has_its_sentence_and_the_text_stays(client, office, text, sentence):
    answer = post(signed_in(client, office), text)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert answer.context["edited"].text == text
    assert not InstrumentVersion.objects.local().exists()


def test_a_fault_names_the_line_of_the_item(client, office):
    extension = extension_make()
    extension["sections"][0]["items"][0]["code"] = "01"
    text = written(extension)
    answer = post(signed_in(client, office), text)
    fault = answer.context["edited"].faults[0]
    assert "x33_reuse" in text.splitlines()[fault.line - 1]


def test_others_read_and_do_not_write(client, office, enumerator, divisions):
    signed_in(client, office)
    post(client, written(extension_make()))
    signed_in(client, enumerator)
    page = client.get(reverse("local_detail", args=ADDRESS)).content.decode()
    assert "回用水量" in page
    assert "textarea" not in page
    assert post(client, "sections: []").status_code == 403
    other = account("hubei_office", Role.OFFICE, division=divisions["420000000000"])
    assert post(signed_in(client, other), "sections: []").status_code == 403
    assert InstrumentVersion.objects.local().count() == 1


def test_unknown_forms_provinces_and_versions_are_not_found(client, office):
    signed_in(client, office)
    for address in (["T999", "33"], ["T101", "99"], ["T101", "../"]):
        url = "/local-items/" + "/".join(address) + "/"
        assert client.get(url).status_code == 404
    assert client.get(reverse("local_detail", args=ADDRESS) + "?version=7").status_code == 404
    assert client.get(reverse("local_detail", args=ADDRESS) + "?version=x").status_code == 404


def test_the_choice_of_form_and_province_leads_to_the_editor(client, office):
    signed_in(client, office)
    to = client.post(reverse("local_list"), {"code": "T101", "division": "33"})
    assert to.url == reverse("local_detail", args=ADDRESS)
    back = client.post(reverse("local_list"), {"code": "T101", "division": "99"}, follow=True)
    assert "请选择普查表和省份" in back.content.decode()


def test_the_list_asks_few_queries(client, office, django_assert_max_num_queries):
    signed_in(client, office)
    for division in ("33", "42"):
        extension_publish(
            actor=None, code="T101", division=division, extension=extension_make(division)
        )
    client.get(reverse("local_list"))
    with django_assert_max_num_queries(9):
        client.get(reverse("local_list"))


def test_the_province_s_units_fill_its_items_and_others_do_not(client, office, enumerator):
    make_exercise()
    extension_publish(actor=None, code="T101", division="33", extension=extension_make())
    own, far = make_plain_unit(enumerator), make_plain_unit(enumerator, division_code=FAR_TOWN)
    cases = [cases_derive(unit_id=unit.pk, actor=None)[0] for unit in (own, far)]
    assert [case.instrument_version.division_code for case in cases] == ["33", ""]
    save(cases[0], enumerator, water_total="10", x33_reuse="11")
    page = signed_in(client, enumerator).get(reverse("case_fill", args=[cases[0].pk]))
    text = page.content.decode()
    assert "回用水量大于取水量" in text
    assert "本省附加" in text


def test_a_loaded_list_opens_the_version_of_each_province(office, enumerator):
    make_exercise()
    extension_publish(actor=None, code="T101", division="33", extension=extension_make())
    own, far = make_plain_unit(enumerator), make_plain_unit(enumerator, division_code=FAR_TOWN)
    cases_open_many(unit_ids=[own.pk, far.pk], actor=None)
    assert own.cases.get().instrument_version.division_code == "33"
    assert far.cases.get().instrument_version.division_code == ""


def test_the_command_publishes_a_file_and_names_what_is_wrong(office, tmp_path, capsys):
    path = tmp_path / "t101.yaml"
    path.write_text(written(extension_make()), encoding="utf-8")
    call_command("instrument_extend", "T101", "33", str(path), user=office.username)
    assert "T101/33 v1 (new)" in capsys.readouterr().out
    path.write_text(written(extension_make("42")), encoding="utf-8")
    with pytest.raises(CommandError, match="x33_"):
        call_command("instrument_extend", "T101", "33", str(path))
    with pytest.raises(CommandError, match="no active account"):
        call_command("instrument_extend", "T101", "33", str(path), user="nobody")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("instrument_extend", "T101", "33", str(tmp_path / "none.yaml"))
