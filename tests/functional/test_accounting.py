"""An enumerator accounts a G106-1 and asks a derived value of G103-1 how it came about."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.accounting import BOILER, BOILER_ROW, library_make, plant_make
from tests.functional.conftest import DESKTOP

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]
SO2 = f"boilers/{BOILER_ROW}/so2_emitted"


@pytest.fixture
def plant(cast):
    library_make()
    plant = plant_make(cast.enumerator)
    plant.row("row00001", **{**BOILER, "parameter2_value": ""})
    return plant


def test_accounting_is_done_explained_and_accessible(
    new_page, sign_in, accessible, screenshot, live_server, plant, cast
):
    page = new_page(viewport=DESKTOP)
    sign_in(page, cast.enumerator)
    page.goto(f"{live_server.url}/cases/{plant.source.pk}/")

    # without the production hours there is a reason and no figure
    page.get_by_role("button", name="核算", exact=True).click()
    expect(page.locator(".side-accounting .refusals")).to_contain_text("缺少运行参数2")

    # the value typed last belongs to the inputs, even if the button is pressed at once
    hours = page.locator('[id="c:links/row00001/parameter2_value"]')
    hours.fill("7200")
    page.get_by_role("button", name="核算", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="核算完毕")).to_be_visible()
    expect(page.locator(".side-accounting .refusals")).to_have_count(0)
    accessible(page)
    screenshot(page, "accounting-of-g106-1")

    page.goto(f"{live_server.url}/cases/{plant.cases['G103-1'].pk}/")
    cell = page.locator(f'[id="c:{SO2}"]')
    expect(cell).to_have_value("3.73")
    cell.focus()
    page.keyboard.press("Alt+k")
    dialog = page.get_by_role("dialog", name="二氧化硫排放量")
    expect(dialog).to_contain_text("16*0.8")
    expect(dialog).to_contain_text("6000 / 7200")
    expect(dialog).to_contain_text("起始系数 v1")
    accessible(page)
    screenshot(page, "accounting-of-one-value")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    # what is entered stands in its place until the derived value is taken back, and that is undone
    cell.fill("5.00")
    page.keyboard.press("Control+s")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    cell.focus()
    page.keyboard.press("Alt+k")
    expect(dialog).to_contain_text("填报值为 5.00")
    dialog.get_by_role("button", name="取核算值").click()
    expect(dialog).to_be_hidden()
    expect(cell).to_have_value("3.73")
    page.locator("#undo-button").click()
    expect(cell).to_have_value("5.00")
