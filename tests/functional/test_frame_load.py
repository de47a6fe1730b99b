"""Loading a list of units in the browser: upload, live progress, the workbook of refused rows."""

from __future__ import annotations

import csv

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from registry.models import Unit
from submissions.models import Case
from tests.factories.case import publish_small_forms
from tests.factories.division import industries_make
from tests.factories.exercise import make_exercise
from tests.factories.unit import credit_code_make
from tests.people import TOWN

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]
HEADER = ["统一社会信用代码", "单位详细名称", "区划代码", "详细地址", "行业代码1"]


def make_list(folder):
    """Two good rows and one whose check character is wrong."""
    wrong = credit_code_make(203)
    wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")
    path = folder / "名录.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number, code in enumerate([credit_code_make(201), credit_code_make(202), wrong]):
            rows.writerow([code, f"导入印染厂{number}", TOWN, f"振华路 {number} 号", "1752"])
    return path


def test_list_is_loaded_and_the_refused_row_comes_back(
    page, sign_in, accessible, live_server, worker, office, tmp_path
):
    industries_make()
    make_exercise()
    publish_small_forms()
    sign_in(page, office)
    page.goto(f"{live_server.url}/frame/load/")
    page.set_input_files("input[type=file]", make_list(tmp_path))
    page.get_by_role("button", name="开始导入").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("#job .tag-succeeded")).to_be_visible(timeout=30_000)
    expect(page.locator("#job")).to_contain_text("新登记 2")
    expect(page.locator("#job")).to_contain_text("未导入 1")
    accessible(page)
    assert Unit.objects.filter(name__startswith="导入印染厂").count() == 2
    assert Case.objects.filter(unit__name__startswith="导入印染厂").count() == 2

    with page.expect_download() as download:
        page.locator("#job a.button-primary").click()
    download.value.save_as(tmp_path / "refused.xlsx")
    book = load_workbook(tmp_path / "refused.xlsx")
    text = "\n".join(str(c.value) for row in book.active.iter_rows() for c in row if c.value)
    assert "导入印染厂2" in text
    assert "校验" in text
