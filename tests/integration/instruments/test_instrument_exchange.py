"""The forms as VTL and DDI: downloads and the command."""

import ddi_l
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories.case import FORM_A, publish, publish_small_forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(db):
    publish_small_forms()


def signed_in(client, user):
    client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


def test_the_page_of_a_form_leads_to_both_files(client, forms, enumerator):
    signed_in(client, enumerator)
    page = client.get(reverse("instrument_detail", args=["A1"])).content.decode()
    for name in ("instrument_vtl", "instrument_ddi"):
        assert f"{reverse(name, args=['A1'])}?version=1" in page


def test_the_rules_as_vtl(client, forms, enumerator, django_assert_max_num_queries):
    signed_in(client, enumerator)
    with django_assert_max_num_queries(12):
        answer = client.get(reverse("instrument_vtl", args=["A1"]))
    text = answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="A1-v1.vtl"'
    assert "define datapoint ruleset rules_a1 " in text
    assert "A1_R03 : (kiln_hours <= hours)" in text
    assert 'errorcode "A1-R02" errorlevel 1' in text


def test_the_metadata_as_ddi(client, forms, enumerator):
    answer = signed_in(client, enumerator).get(reverse("instrument_ddi", args=["A1"]))
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    assert ddi_l.read_ddi(answer.content).validate() == []
    assert "甲表" in answer.content.decode()


@pytest.mark.parametrize("name", ["instrument_vtl", "instrument_ddi"])
def test_versions_and_what_is_not_there(name, client, forms, enumerator):
    publish({**FORM_A, "rules": FORM_A["rules"][:1]})
    signed_in(client, enumerator)
    url = reverse(name, args=["A1"])
    assert "A1-v2." in client.get(url)["Content-Disposition"]
    assert "A1-v1." in client.get(f"{url}?version=1")["Content-Disposition"]
    assert client.get(f"{url}?version=9").status_code == 404
    assert client.get(f"{url}?version=x").status_code == 404
    assert client.get(reverse(name, args=["Z9"])).status_code == 404


def test_the_command_writes_every_form(forms, tmp_path, capsys):
    call_command("instruments_export", str(tmp_path / "out"))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["A1-v1.ddi.xml", "A1-v1.vtl", "B1-v1.ddi.xml", "B1-v1.vtl"]
    assert "4 files written" in capsys.readouterr().out


def test_the_command_narrows_and_refuses(forms, tmp_path):
    call_command("instruments_export", str(tmp_path), form=["B1"], format="vtl")
    assert [path.name for path in tmp_path.iterdir()] == ["B1-v1.vtl"]
    call_command("instruments_export", str(tmp_path), form=["A1"], format="ddi")
    assert (tmp_path / "A1-v1.ddi.xml").exists()
    with pytest.raises(CommandError, match="Z9"):
        call_command("instruments_export", str(tmp_path), form=["Z9"])
