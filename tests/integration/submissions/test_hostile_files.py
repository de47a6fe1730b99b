"""Fifty hostile or damaged files through the upload of a form: a sentence each, nothing stored."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from submissions.models import Response, ResponseRevision
from tests.factories.case import make_case
from tests.integration.submissions.hostile_files import hostile_files

pytestmark = pytest.mark.django_db
NOTICE = re.compile(r'role="alert"><p><b>没有保存。</b>([^<]+)</p>')


def test_every_hostile_file_gets_its_sentence_and_stores_nothing(client, enumerator):
    case = make_case(enumerator)
    client.force_login(enumerator)
    sound = client.get(f"/cases/{case.pk}/workbook/").content
    address = f"/cases/{case.pk}/workbook/upload/"
    names = set()
    for name, content in hostile_files(sound):
        names.add(name)
        answer = client.post(address, {"file": SimpleUploadedFile("x.xlsx", content)})
        page = answer.content.decode()
        said = NOTICE.search(page)
        assert answer.status_code == 400, f"{name}: {answer.status_code}"
        assert said, name
        assert len(said[1]) > 5, name
        assert "保存这些改动" not in page, name
    assert len(names) >= 50
    assert Response.objects.get(case=case).version == 0
    assert not ResponseRevision.objects.exists()
    file = SimpleUploadedFile("x.xlsx", sound)
    assert client.post(address, {"file": file}).status_code == 200
