"""Change orders by the pages: asked for on a unit's page, decided in the queue, undone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.hashing import sm3_hex
from registry.enums import FrameChangeKind
from registry.models import FrameChange, Unit
from submissions.models import Case
from tests.factories.case import publish_small_forms
from tests.factories.division import industries_make
from tests.factories.exercise import make_exercise
from tests.factories.unit import credit_code_make, unit_make
from tests.people import OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().isoformat()
WORDS = {"effective_on": TODAY, "reason": "现场核实", "evidence": "笔录 1 号"}


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


@pytest.fixture
def unit():
    return unit_make(number=1, name="甲印染厂")


def signed_in(client, person):
    client.force_login(person, backend="accounts.backends.PasswordBackend")
    return client


def ask(client, unit, kind, **more):
    url = reverse("frame_change_new", args=[unit.pk])
    return client.post(url, {"change": kind, **WORDS, **more})


@pytest.mark.parametrize("kind", [k for k in FrameChangeKind.values if k != "birth"])
def test_the_form_asks_what_its_kind_needs(client, enumerator, unit, kind):
    signed_in(client, enumerator)
    answer = client.get(reverse("frame_change_new", args=[unit.pk]), {"kind": kind})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert ('name="survivor"' in text) == (kind == "merge")
    assert ('name="part_name"' in text) == (kind == "split")
    assert ('name="industry_1"' in text) == (kind == "reclassification")


def test_a_change_from_request_to_undoing(client, enumerator, office, unit):
    signed_in(client, enumerator)
    answer = ask(client, unit, "death", evidence="")
    assert answer.status_code == 400
    answer = ask(client, unit, "death")
    change = FrameChange.objects.get()
    assert answer["Location"] == reverse("frame_change", args=[change.pk])
    assert "撤回申请" in client.get(answer["Location"]).content.decode()
    again = ask(client, unit, "suspension")
    assert again.status_code == 409
    assert "请先办结" in again.content.decode()

    signed_in(client, office)
    text = client.get(reverse("frame_changes")).content.decode()
    assert "甲印染厂" in text
    page = client.get(answer["Location"]).content.decode()
    assert 'value="approve"' in page
    client.post(answer["Location"], {"act": "approve", "note": "同意"})
    unit.refresh_from_db()
    assert unit.status == "closed"
    page = client.get(answer["Location"]).content.decode()
    assert "撤销此变更" in page
    text = client.post(answer["Location"], {"act": "undo"}, follow=True).content.decode()
    assert "撤销须写明理由" in text
    client.post(answer["Location"], {"act": "undo", "note": "核实有误"})
    unit.refresh_from_db()
    assert unit.status == "operating"
    assert "关闭" in client.get(reverse("unit_detail", args=[unit.pk])).content.decode()
    assert client.post(answer["Location"], {"act": "x"}).status_code == 302


def test_a_merger_takes_the_forms_along_and_gives_them_back(client, enumerator, office, unit):
    publish_small_forms()
    make_exercise()
    double = unit_make(number=2, name="甲印染有限公司")
    for one in (unit, double):
        signed_in(client, enumerator).post(reverse("unit_derive", args=[one.pk]))
    taken = Case.objects.filter(unit=unit).first()
    kept = Case.objects.exclude(pk=taken.pk).filter(unit=double, form_code=taken.form_code).get()
    answer = ask(client, double, "merge", survivor="x")
    assert "没有这个代码" in answer.content.decode()
    answer = ask(client, double, "merge", survivor=unit.code)
    change = FrameChange.objects.get()
    signed_in(client, office).post(reverse("frame_change", args=[change.pk]), {"act": "approve"})
    double.refresh_from_db()
    kept.refresh_from_db()
    assert (double.status, kept.unit_id, kept.is_owed) == ("duplicate", double.pk, False)
    client.post(reverse("frame_change", args=[change.pk]), {"act": "undo", "note": "是两家"})
    kept.refresh_from_db()
    assert (kept.unit_id, kept.is_owed) == (double.pk, True)


def test_a_form_that_only_the_double_has_goes_over(client, enumerator, office, unit):
    publish_small_forms()
    make_exercise()
    double = unit_make(number=2, name="甲印染有限公司")
    signed_in(client, enumerator).post(reverse("unit_derive", args=[double.pk]))
    moved = set(Case.objects.filter(unit=double).values_list("pk", flat=True))
    assert moved
    ask(client, double, "merge", survivor=unit.code)
    change = FrameChange.objects.get()
    url = reverse("frame_change", args=[change.pk])
    signed_in(client, office).post(url, {"act": "approve"})
    assert moved <= set(Case.objects.filter(unit=unit).values_list("pk", flat=True))
    client.post(url, {"act": "undo", "note": "是两家"})
    assert set(Case.objects.filter(unit=double).values_list("pk", flat=True)) == moved


def test_a_split_and_a_birth(client, enumerator, office, unit):
    signed_in(client, enumerator)
    answer = ask(client, unit, "split", part_name="", division_code=OTHER_TOWN)
    assert answer.status_code == 400
    answer = ask(client, unit, "split", part_name="甲二厂", part_suffix="02", division_code=TOWN)
    assert answer.status_code == 302
    birth = {"name": "新厂", "kind": "industrial", "status": "operating", "division_code": TOWN}
    url = reverse("frame_birth_new")
    assert client.get(url).status_code == 200
    assert "行业代码" in client.post(url, {**birth, **WORDS}).content.decode()
    client.post(url, {**birth, **WORDS, "industry_1": "1752", "credit_code": credit_code_make(9)})
    signed_in(client, office)
    for change in FrameChange.objects.all():
        client.post(reverse("frame_change", args=[change.pk]), {"act": "approve"})
    assert set(Unit.objects.values_list("name", flat=True)) == {"甲印染厂", "甲二厂", "新厂"}
    listed = client.get(reverse("frame_changes"), {"state": "approved", "kind": "split"})
    assert "甲印染厂" in listed.content.decode()
    listed = client.get(reverse("frame_changes"), {"state": "all", "orders": "on"})
    assert "没有符合条件的变更" in listed.content.decode()


def test_strangers_do_not_see_it(client, neighbour, enumerator, unit):
    signed_in(client, enumerator)
    ask(client, unit, "death")
    change = FrameChange.objects.get()
    signed_in(client, neighbour)
    assert client.get(reverse("frame_change", args=[change.pk])).status_code == 404
    assert client.get(reverse("frame_change_new", args=[unit.pk])).status_code in {403, 404}


def scan(content=b"%PDF-1.4 approval", name="通知书.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_a_scanned_document_goes_with_the_request(client, enumerator, neighbour, unit):
    signed_in(client, enumerator)
    refused = ask(client, unit, "death", file=scan(b"<html>", "a.pdf"))
    assert refused.status_code == 400
    assert "附件只接受 PDF、JPEG 或 PNG" in refused.content.decode()
    assert not FrameChange.objects.exists()
    assert ask(client, unit, "death", file=scan()).status_code == 302
    change = FrameChange.objects.get()
    assert change.file_digest == sm3_hex(b"%PDF-1.4 approval")
    url = reverse("frame_change_file", args=[change.pk])
    assert url in client.get(reverse("frame_change", args=[change.pk])).content.decode()
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 approval"
    assert "attachment" in answer["Content-Disposition"]
    assert signed_in(client, neighbour).get(url).status_code == 404


def test_a_change_without_a_document_has_none_to_download(client, enumerator, unit):
    signed_in(client, enumerator)
    ask(client, unit, "death")
    change = FrameChange.objects.get()
    assert client.get(reverse("frame_change_file", args=[change.pk])).status_code == 404


def test_who_asked_for_a_birth_has_registered_the_unit(client, enumerator, office):
    signed_in(client, enumerator)
    client.post(
        reverse("frame_birth_new"),
        {
            **WORDS,
            "name": "新厂",
            "kind": "industrial",
            "status": "operating",
            "division_code": TOWN,
            "credit_code": credit_code_make(77),
            "industry_1": "1752",
        },
    )
    change = FrameChange.objects.get()
    signed_in(client, office).post(
        reverse("frame_change", args=[change.pk]), {"act": "approve", "note": ""}
    )
    assert Unit.objects.get(name="新厂").registered_by == enumerator
