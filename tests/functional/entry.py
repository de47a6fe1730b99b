"""The entry grid as an enumerator uses it: the keyboard alone, and what the page says back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.factories.response import add_row, set_cell
from tests.people import TOWN

# What the enumerator registers.
UNIT = {
    "name": "杭州三墩染整有限公司",
    "division_code": TOWN,
    "address": "三墩镇振华路 8 号",
    "longitude": "120.093125",
    "latitude": "30.325417",
    "industry_1": "1752",
    "legal_person": "张建国",
    "contact_name": "李芳",
    "contact_phone": "0571-88881234",
}
# What is typed into the listing form; the rest comes from the register.
LISTING = {
    "listing_status": "1",
    "industry": "1752",
    "minerals_involved": "2",
    "has_other_sites": "2",
    "in_scope": "1",
    "enumerator": "陈普查",
    "filled_on": "2018-03-05",
}
# Items 17 to 31: which pollution sources there are. The plant uses dyes, and nothing else.
SOURCES = {
    "has_boiler": "2",
    "has_kiln": "2",
    "has_coking": "2",
    "has_sintering": "2",
    "has_ironmaking": "2",
    "has_steelmaking": "2",
    "has_clinker": "2",
    "is_petrochemical": "2",
    "has_organic_liquid_storage": "2",
    "uses_voc_materials": "1",
    "has_bulk_storage": "2",
    "has_other_gas": "2",
    "has_general_waste": "2",
    "has_hazardous_waste": "2",
    "involves_minerals": "2",
}
SIGNED = {
    "statistics_lead": "王统计",
    "filled_in_by": "陈普查",
    "reported_on": "2018-08-20",
}
BASICS = {
    "size": "3",
    "opened_on": "1998-06",
    "registration_type": "173",
    "receiving_water": "钱塘江",
    "receiving_water_code": "G001",
    "has_permit": "2",
    "operating_status": "1",
    "normal_hours": "7200",
    "gross_output": "1234567.89",
    "produces_wastewater": "1",
    **SOURCES,
    **SIGNED,
}
# The hours of the facility exceed those of the plant, the outlet's number is unusual, and the
# water discharged has lost a nought: the first is an error, the second is explained, and the
# third is what the county asks about.
WASTEWATER = {
    "water_total": "300000.30",
    "water_municipal": "200000.10",
    "water_self": "100000.20",
    "water_irrigation": "0",
    "water_other_units": "0",
    "facility_count": "1",
    "wastewater_type": "1",
    "design_capacity": "1200",
    "treatment_methods": "1400",
    "facility_hours": "7920",
    "treated": "250000",
    "treated_from_others": "0",
    "destination_after": "2",
    "outlet_count": "1",
    "outlet_number": "WS001",
    "outlet_name": "厂区总排口",
    "outlet_type": "1",
    "destination": "B",
    "outlet_longitude": "120 5 40.5",
    "outlet_latitude": "30 19 35.2",
    "discharge": "21000.55",
    "cod_generated": "168.44",
    "cod_discharged": "42.37",
    "ammonia_generated": "12.05",
    "ammonia_discharged": "1.70",
    "total_nitrogen_generated": "30.10",
    "total_nitrogen_discharged": "6.05",
    **SIGNED,
}
AT_MOST = 120  # cells of one form; a walk that finds no end has gone round in a circle


def cell(page: Page, path: str) -> Locator:
    """The control of a cell; without a path of a repeat, the cell of the only one."""
    ends = f'[name="{path}"]' if "/" in path else f'[name="{path}"], [name$="/{path}"]'
    return page.locator(f"#grid-form .cell-control :is({ends})")


def grid_ready(page: Page) -> None:
    """The scripts have taken over."""
    page.wait_for_selector("html[data-grid=ready]")


def focused(page: Page) -> str:
    """The path of the cell the cursor is in."""
    return page.evaluate("document.activeElement.name || ''")


def repeat_added(page: Page, group: str) -> str:
    """A repeat, by the button below its table and the keyboard. Returns its id."""
    page.locator(f"#g-{group} [data-act=add]").focus()
    page.keyboard.press("Enter")
    return focused(page).split("/")[1]


def fill_by_keyboard(page: Page, answers: Mapping[str, str]) -> None:
    """Down the whole form with Enter, typing what there is to type."""
    left = dict(answers)
    first = page.locator(
        "#grid-form .cell-control > input, #grid-form .cell-control > select"
    ).first
    first.focus()
    page.keyboard.press("Control+Home")
    for _step in range(AT_MOST):
        here = focused(page)
        answer = left.pop(here.rsplit("/", 1)[-1], None)
        if answer is not None:
            type_into(page, answer)
        page.keyboard.press("Enter")
        if focused(page) == here:
            break
    assert not left, f"the keyboard did not reach {sorted(left)}"


def type_into(page: Page, answer: str) -> None:
    """Over what the cell holds; a code is taken from the list that opens."""
    page.keyboard.type(answer)
    searched = page.evaluate("document.activeElement.dataset.list || ''")
    if not searched:
        return
    expect(page.locator("#combobox-list li").first).to_contain_text(answer)
    if page.evaluate("document.activeElement.closest('td').dataset.type") == "multi_choice":
        page.keyboard.press("Enter")


def then_saved(page: Page) -> None:
    """Everything typed has reached the server."""
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    expect(page.locator("#save-state")).to_contain_text("已全部保存")


def then_nothing_is_missing(page: Page) -> None:
    """No required item is blank and no hard finding is open."""
    expect(page.locator("b[data-progress=missing]")).to_have_text("0")
    expect(page.locator("#finding-list .finding-hard")).to_have_count(0)


def when_submitted(page: Page) -> None:
    """Through the check before submitting, to the receipt."""
    page.get_by_role("link", name="提交", exact=True).click()
    page.locator("#submit-dialog").get_by_role("button", name="确认提交").click()
    page.wait_for_url(re.compile("/receipt/"))


def changes_of(
    answers: Mapping[str, Any], rows: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """A save of plain values; a group's value is a list of rows, beyond those there are already."""
    changes: list[dict[str, Any]] = []
    for slug, value in answers.items():
        if isinstance(value, str):
            changes.append(set_cell(slug, value))
            continue
        names = list(rows.get(slug, ()))
        for number in range(len(names), len(value)):
            names.append(f"row{number:05d}")
            changes.append(add_row(slug, names[-1]))
        for name, row in zip(names, value, strict=True):
            changes += [set_cell(f"{slug}/{name}/{item}", text) for item, text in row.items()]
    return changes
