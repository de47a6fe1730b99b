"""Fifty hostile or damaged files through the upload of a form: a sentence each, nothing stored."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from submissions.models import Response, ResponseRevision
from tests.factories.case import make_case
from tests.integration.submissions.hostile_files import hostile_files

pytestmark = pytest.mark.django_db
SENTENCES = {
    "macros": "有宏（VBA）",
    "macros in capitals": "有宏（VBA）",
    "macros under another name": "有宏（VBA）",
    "macro-enabled type": "有宏（VBA）",
    "macro sheet": "Excel 4.0 宏表",
    "macro sheet by relation": "Excel 4.0 宏表",
    "dialog sheet": "Excel 4.0 宏表",
    "name that runs on opening": "Excel 4.0 宏表",
    "name that calls a program": "DDE",
    "dde link": "DDE",
    "external link": "外部链接",
    "template outside": "外部文件或网址",
    "data connection": "外部数据连接",
    "query table": "外部数据连接",
    "data model": "数据模型",
    "power query": "数据模型",
    "embedded object": "OLE 对象",
    "ole object by relation": "OLE 对象",
    "form control": "控件",
    "activex": "控件",
    "binary workbook": ".xlsb",
    "doctype in a sheet": "DOCTYPE",
    "formula": "单元格 E900 是公式",
    "formula in single quotes": "工作表“A1”的单元格 E900 是公式",
    "formula with a prefix": "工作表“A1”的单元格 E900 是公式",
    "formula after other attributes": "工作表“A1”的单元格 E900 是公式",
    "formula in a cell without a place": "是公式",
    "sheet in another folder": "没有读取",
    "old or locked": "旧格式（.xls）",
    "encrypted": "打开密码",
    "csv": "文本文件（CSV）",
    "html": "网页或 XML",
    "word document": "Word 文档",
    "zip without a workbook": "压缩包",
}
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
        assert SENTENCES.get(name, "") in html.unescape(said[1]), f"{name}: {said[1]}"
    assert len(names) >= 80
    assert set(SENTENCES) <= names
    assert Response.objects.get(case=case).version == 0
    assert not ResponseRevision.objects.exists()
    file = SimpleUploadedFile("x.xlsx", sound)
    assert client.post(address, {"file": file}).status_code == 200
