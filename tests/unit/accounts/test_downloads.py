"""The name of a file to take away."""

from urllib.parse import quote

import pytest

from accounts.downloads import LONGEST, download_answer


def name_of(name):
    return download_answer(b"", "application/pdf", name)["Content-Disposition"]


def test_plain_name():
    assert name_of("A1-v1.vtl") == 'attachment; filename="A1-v1.vtl"'


def test_chinese_name():
    assert name_of("甲表.pdf") == f"attachment; filename*=utf-8''{quote('甲表.pdf')}"


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("a/b\\c.pdf", "a_b_c.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a_Set-Cookie_ x=1.pdf"),
        ('a"b\x00.pdf', "a_b_.pdf"),
        ("../../etc/passwd.pdf", ".._.._etc_passwd.pdf"),
    ],
)
def test_what_no_file_system_takes_becomes_a_low_line(name, fit):
    assert name_of(name) == f'attachment; filename="{fit}"'


def test_lone_surrogates_do_no_harm():
    assert name_of("厂\ud800.pdf") == f"attachment; filename*=utf-8''{quote('厂_.pdf')}"


def test_long_name_keeps_its_ending():
    header = name_of("厂" * 500 + ".pdf")
    assert header == f"attachment; filename*=utf-8''{quote('厂' * (LONGEST // 3) + '.pdf')}"
