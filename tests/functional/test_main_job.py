"""The main job in Chromium: from a new unit through five levels of sign-off to the workbook."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from registry.enums import IndustryLevel
from registry.models import Industry, Unit
from submissions.enums import CaseStatus
from submissions.services import cases_derive
from tests.factories.decision import approve_by
from tests.factories.division import industries_make
from tests.factories.exercise import make_exercise
from tests.factories.instrument import repository_publish
from tests.factories.unit import credit_code_make, unit_make
from tests.functional import entry, steps
from tests.functional.steps import Portal
from tests.people import COUNTY, NATION, OTHER_TOWN, account

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]

CODE = credit_code_make(4711)
QUESTION = "废水排放量只有取水量的百分之七，是否少写一位？"
EXPLANATION = "排放口沿用环评批复中的编号"
# The second plant: a cement works of the next town, entered through the services.
OTHER_LISTING = {
    **{slug: text for slug, text in entry.LISTING.items() if slug != "industry"},
    "industries": [{"industry": "3011"}],
}
OTHER_BASICS = {**entry.BASICS, "gross_output": "7654321.12"}
OTHER_WASTEWATER: dict[str, Any] = {
    "water_total": "88.08",
    "water_municipal": "88.08",
    "water_self": "0",
    "water_irrigation": "0",
    "water_other_units": "0",
    "facility_count": "0",
    "outlet_count": "1",
    "outlets": [
        {
            "outlet_number": "DW001",
            "outlet_name": "总排口",
            "outlet_type": "1",
            "destination": "B",
            "outlet_longitude": "120 5 35",
            "outlet_latitude": "30 19 31",
            "discharge": "70.07",
        }
    ],
    "cod_generated": "0.05",
    "cod_discharged": "0.05",
    "total_phosphorus_generated": "0.03",
    "total_phosphorus_discharged": "0",
    **entry.SIGNED,
}
# Column heading → sum and number of units that reported, by hand from what was typed.
FIRST_ROW = {
    "工业总产值（当年价格）": (Decimal("1234567.89"), 1),
    "取水量": (Decimal("300000.30"), 1),
    "废水排放量": (Decimal("210000.55"), 1),
    "化学需氧量产生量": (Decimal("168.44"), 1),
    "化学需氧量排放量": (Decimal("42.37"), 1),
    "氨氮产生量": (Decimal("12.05"), 1),
    "氨氮排放量": (Decimal("1.70"), 1),
    "总氮产生量": (Decimal("30.10"), 1),
    "总氮排放量": (Decimal("6.05"), 1),
    "总磷产生量": (None, 0),
    "总磷排放量": (None, 0),
    "石油类产生量": (None, 0),
    "石油类排放量": (None, 0),
}
REMOVAL_RATES = [f"{pollutant}去除率" for pollutant in ("化学需氧量", "氨氮", "总氮", "总磷")]
SECOND_ROW = {
    **dict.fromkeys(FIRST_ROW, (None, 0)),
    "工业总产值（当年价格）": (Decimal("7654321.12"), 1),
    "取水量": (Decimal("88.08"), 1),
    "废水排放量": (Decimal("70.07"), 1),
    "化学需氧量产生量": (Decimal("0.05"), 1),
    "化学需氧量排放量": (Decimal("0.05"), 1),
    "总磷产生量": (Decimal("0.03"), 1),
    "总磷排放量": (Decimal("0"), 1),
}
BOTH = {
    **FIRST_ROW,
    "工业总产值（当年价格）": (Decimal("1234567.89") + Decimal("7654321.12"), 2),
    "取水量": (Decimal("300000.30") + Decimal("88.08"), 2),
    "废水排放量": (Decimal("210000.55") + Decimal("70.07"), 2),
    "化学需氧量产生量": (Decimal("168.44") + Decimal("0.05"), 2),
    "化学需氧量排放量": (Decimal("42.37") + Decimal("0.05"), 2),
    "总磷产生量": (Decimal("0.03"), 1),
    "总磷排放量": (Decimal("0"), 1),
}
NOTHING = dict.fromkeys(FIRST_ROW, (None, 0))


@pytest.fixture
def portal(new_page, sign_in, accessible, screenshot, live_server) -> Portal:
    """The portal in the browser."""
    return Portal(live_server.url, new_page, sign_in, accessible, screenshot)


@pytest.fixture
def given_a_census(divisions) -> None:
    """The forms are published, those of the journey are owed, the industries are loaded, and the census runs."""
    industries_make()
    Industry.objects.create(
        code="30",
        parent_code="C",
        level=IndustryLevel.DIVISION,
        name="非金属矿物制品业",
        is_in_scope=True,
    )
    repository_publish(owed_only={"QC01", "G101-1", "G102"})
    make_exercise()


def test_main_job_from_a_new_unit_to_the_national_workbook(portal, given_a_census, worker, cast):
    unit = when_the_enumerator_registers_a_unit(portal, cast.enumerator)
    when_the_listing_and_the_basics_are_filled(portal, cast.enumerator, unit)
    when_the_wastewater_form_is_filled(portal, cast.enumerator, unit)
    steps.when_all_are_approved(portal, cast.supervisor, waiting=3)
    when_the_county_returns_the_wastewater_form(portal, cast.county_reviewer, unit)
    when_the_enumerator_answers_and_corrects(portal, cast.enumerator, unit)
    when_every_level_signs(portal, cast, unit)
    then_the_neighbour_finds_nothing(portal, cast.neighbour, unit)
    given_a_second_unit_final_and_a_third_under_way(cast)
    then_progress_is_told(portal, cast.national_office)
    then_summaries_add_up(portal, cast.national_office, worker)


def when_the_enumerator_registers_a_unit(portal: Portal, enumerator) -> Unit:
    signing_in = portal.new_page()
    signing_in.goto(f"{portal.url}/sign-in/")
    portal.look(signing_in, "sign-in")
    page = portal.page_of(enumerator)
    portal.look(page, "home-empty")
    page.get_by_role("link", name="登记普查对象").first.click()
    portal.look(page, "unit-register")
    page.locator("[name=division_code]").press_sequentially("三墩")
    expect(page.locator("#division-options option")).to_have_attribute(
        "value", entry.UNIT["division_code"]
    )
    for name, text in entry.UNIT.items():
        page.fill(f"[name={name}]", text)
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    page.fill("[name=credit_code]", wrong)
    page.get_by_role("button", name="登记", exact=True).click()

    expect(page.locator("#id_credit_code_error")).to_contain_text(
        f"第 18 位校验码不符：填写的是 {wrong[-1]}，按前 17 位推算应为 {CODE[-1]}。"
    )
    expect(page.locator("[name=credit_code]")).to_have_value(wrong)
    for name, text in entry.UNIT.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    assert not Unit.objects.exists()
    portal.look(page, "unit-register-refused")

    page.fill("[name=credit_code]", CODE)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("h1")).to_contain_text(entry.UNIT["name"])
    unit = Unit.objects.get()
    assert (unit.credit_code, unit.registered_by) == (CODE, enumerator)
    steps.then_unit_owes(page, "QC01", "G101-1")
    portal.look(page, "unit-new")
    return unit


def when_the_listing_and_the_basics_are_filled(portal: Portal, enumerator, unit: Unit) -> None:
    page = portal.page_of(enumerator, f"/units/{unit.pk}/")
    steps.when_form_is_opened(page, "QC01")
    if not page.locator("#g-industries tbody tr").count():
        entry.repeat_added(page, "industries")
    entry.fill_by_keyboard(page, entry.LISTING)
    entry.then_saved(page)
    entry.then_nothing_is_missing(page)
    portal.look(page, "grid-listing")
    entry.when_submitted(page)
    steps.then_receipt(page, steps.case_of(unit, "QC01"))

    page.get_by_role("link", name="该单位的普查表").click()
    steps.when_form_is_opened(page, "G101-1")
    entry.fill_by_keyboard(page, entry.BASICS)
    entry.then_saved(page)
    entry.then_nothing_is_missing(page)
    case = steps.case_of(unit, "G101-1")
    assert entry.BASICS.items() <= steps.stored(case).items()
    portal.look(page, "grid-basics", phone=True)
    page.get_by_role("link", name=unit.name).first.click()
    steps.then_unit_owes(page, "QC01", "G101-1", "G102")
    portal.look(page, "unit-owes-wastewater")
    steps.when_form_is_opened(page, "G101-1")
    entry.when_submitted(page)
    steps.then_receipt(page, case)
    portal.look(page, "receipt")


def when_the_wastewater_form_is_filled(portal: Portal, enumerator, unit: Unit) -> None:
    page = portal.page_of(enumerator, f"/units/{unit.pk}/")
    steps.when_form_is_opened(page, "G102")
    facility = entry.repeat_added(page, "facilities")
    entry.repeat_added(page, "outlets")
    entry.fill_by_keyboard(page, entry.WASTEWATER)
    hours = page.locator(f'td[data-cell="facilities/{facility}/facility_hours"]')
    expect(hours.locator(".note-hard")).to_contain_text("不应大于 G101-1 第14项正常生产时间")
    entry.then_saved(page)
    portal.look(page, "grid-findings")
    then_submitting_is_refused(page, "强制性错误")

    page.keyboard.press("F8")
    assert entry.focused(page) == f"facilities/{facility}/facility_hours"
    page.keyboard.type("7000")
    page.keyboard.press("Enter")
    expect(hours.locator(".note-hard")).to_have_count(0)
    then_submitting_is_refused(page, "待说明的核实性问题")
    finding = page.locator("#finding-list .finding-soft")
    expect(finding).to_contain_text("排放口编号一般为 DW 加3位数字")
    finding.locator("textarea").fill(EXPLANATION)
    finding.get_by_role("button", name="保存说明").click()
    expect(page.locator("#finding-list .kind-explained")).to_be_visible()
    entry.then_saved(page)
    entry.then_nothing_is_missing(page)
    portal.look(page, "grid-explained")
    entry.when_submitted(page)
    steps.then_receipt(page, steps.case_of(unit, "G102"))


def then_submitting_is_refused(page, heading: str) -> None:
    page.get_by_role("link", name="提交", exact=True).click()
    dialog = page.locator("#submit-dialog")
    expect(dialog.get_by_role("heading", name=heading)).to_be_visible()
    expect(dialog.get_by_role("button", name="确认提交")).to_be_disabled()
    dialog.get_by_role("button", name="返回填报").click()


def when_the_county_returns_the_wastewater_form(portal: Portal, reviewer, unit: Unit) -> None:
    case = steps.case_of(unit, "G102")
    page = steps.when_queue_is_opened(portal, reviewer, waiting=3)
    portal.look(page, "queue")
    steps.when_opened_from_the_queue(page, "G102")
    expect(page.locator(".review-findings")).to_contain_text(EXPLANATION)
    portal.look(page, "review", phone=True)
    steps.when_returned_with_a_question(
        page, discharge_of(case), reason="计量单位错误", question=QUESTION
    )
    case.refresh_from_db()
    assert case.status == CaseStatus.RETURNED
    steps.when_all_are_approved(portal, reviewer, waiting=2)


def discharge_of(case) -> str:
    """The cell of the only outlet's discharge."""
    return next(path for path in steps.stored(case) if path.endswith("/discharge"))


def when_the_enumerator_answers_and_corrects(portal: Portal, enumerator, unit: Unit) -> None:
    case = steps.case_of(unit, "G102")
    path = discharge_of(case)
    page = portal.page_of(enumerator, "/")
    portal.look(page, "home-returned", phone=True)
    page.locator(".row-attention").get_by_role("link", name="G102").click()
    entry.grid_ready(page)
    assert entry.focused(page) == path
    expect(page.locator(".returned")).to_contain_text("计量单位错误")
    query = page.locator(f'td[data-cell="{path}"] .query')
    expect(query).to_be_in_viewport()
    expect(query).to_contain_text(QUESTION)
    portal.look(page, "grid-returned")
    then_submitting_is_refused(page, "未答复的疑问")

    query.locator("textarea").fill("确实少写一位，已按在线监测数据更正。")
    query.get_by_role("button", name="答复").click()
    entry.grid_ready(page)
    expect(query).to_contain_text("已答复")
    entry.cell(page, path).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("210000.55")
    page.keyboard.press("Enter")
    entry.then_saved(page)
    entry.when_submitted(page)
    steps.then_receipt(page, case, number=2)
    portal.look(page, "receipt-second")


def when_every_level_signs(portal: Portal, cast, unit: Unit) -> None:
    steps.when_all_are_approved(portal, cast.supervisor, waiting=1)
    county = steps.when_queue_is_opened(portal, cast.county_reviewer, waiting=1)
    expect(county.locator("[data-queue]")).to_contain_text("退回后重报")
    steps.when_opened_from_the_queue(county, "G102")
    change = county.locator("table.changes tbody tr")
    expect(change).to_have_count(1)
    expect(change).to_contain_text("废水排放量")
    expect(change.locator("td")).to_have_text(["21000.55", "210000.55"])
    portal.look(county, "review-changes")
    steps.when_all_are_approved(portal, cast.county_reviewer, waiting=1)
    for reviewer in (cast.city_reviewer, cast.province_reviewer, cast.national_office):
        steps.when_all_are_approved(portal, reviewer, waiting=3)
    assert set(unit.cases.values_list("status", flat=True)) == {CaseStatus.FINAL}
    page = portal.page_of(cast.enumerator, f"/cases/{steps.case_of(unit, 'G102').pk}/decisions/")
    expect(page.locator(".timeline > li")).to_have_count(7)
    portal.look(page, "decisions")


def then_the_neighbour_finds_nothing(portal: Portal, neighbour, unit: Unit) -> None:
    page = portal.page_of(neighbour)
    case = steps.case_of(unit, "G102")
    for path in (
        f"/units/{unit.pk}/",
        f"/cases/{case.pk}/",
        f"/cases/{case.pk}/receipt/",
        f"/cases/{case.pk}/decisions/",
        f"/review/{case.pk}/",
    ):
        steps.then_there_is_nothing_here(page, f"{portal.url}{path}")
    portal.look(page, "not-found")


def given_a_second_unit_final_and_a_third_under_way(cast) -> None:
    place = cast.enumerator.assignments.get().division
    town = type(place).objects.get(code=OTHER_TOWN)
    filler = account("enumerator_shuangpu", Role.ENUMERATOR, division=town, full_name="林普查")
    supervisor = account("supervisor_shuangpu", Role.SUPERVISOR, division=town, full_name="何指导")
    facts = {"longitude": Decimal("120.093125"), "latitude": Decimal("30.325417")}
    second = unit_make(
        name="西湖水泥有限公司", division_code=OTHER_TOWN, industry_codes=("3011",), **facts
    )
    answers = {"QC01": OTHER_LISTING, "G101-1": OTHER_BASICS, "G102": OTHER_WASTEWATER}
    for case in steps.submitted(second, filler, answers):
        approve_by(case, supervisor, *cast.reviewers()[1:])
    third = unit_make(name="三墩纺织有限公司", **facts)
    basics = {**entry.BASICS, "gross_output": "9999999.99"}
    [case] = steps.submitted(third, cast.enumerator, {"G101-1": basics})
    approve_by(case, cast.supervisor, cast.county_reviewer)


def then_progress_is_told(portal: Portal, office) -> None:
    page = portal.page_of(office, "/progress/")
    expect(page.locator(".page-head")).to_contain_text("截至")
    numbers = steps.then_numbers_agree_with_their_lists(page)
    assert numbers["已定稿"] == 6
    assert sum(numbers.values()) == 9  # the third unit owes three forms as well
    expect(page.locator(".progress-table tr.total-row td").first).to_have_text("9")
    portal.look(page, "progress", phone=True)
    page.get_by_role("link", name="浙江省").click()
    expect(page.locator(".progress-table tbody")).to_contain_text("杭州市")


def then_summaries_add_up(portal: Portal, office, worker) -> None:
    page = portal.page_of(office, "/summaries/run/")
    portal.look(page, "summary-run")
    with steps.held_up(worker):
        steps.when_summary_is_ordered(page, division=NATION, axis="按区划")
        expect(page.locator(".run-progress")).to_be_visible()
        portal.look(page, "summary-waits")
    steps.then_table_appears(page)
    portal.look(page, "summary")
    name, book = steps.downloaded(page)
    assert name.startswith("综H101表_")
    sheet = book["综H101表"]
    then_head_is_official(sheet)
    rows = steps.rows_of(sheet)
    then_row(rows["合计"], "", 2, BOTH)
    then_row(rows["浙江省"], "330000000000", 2, BOTH)
    then_row(rows["湖北省"], "420000000000", 0, NOTHING)

    rows = when_summarised(portal, page, division=NATION, axis="按行业大类")
    then_row(rows["合计"], "", 2, BOTH)
    then_row(rows["纺织业"], "17", 1, FIRST_ROW)
    then_row(rows["非金属矿物制品业"], "30", 1, SECOND_ROW)

    rows = when_summarised(portal, page, division=COUNTY, axis="按区划")
    then_row(rows["三墩镇"], entry.UNIT["division_code"], 1, FIRST_ROW)
    then_row(rows["双浦镇"], OTHER_TOWN, 1, SECOND_ROW)
    page.goto(f"{portal.url}/summaries/")
    expect(page.locator("tbody tr")).to_have_count(3)
    portal.look(page, "summaries")
    page.goto(f"{portal.url}/jobs/")
    expect(page.locator("tbody .tag-succeeded")).to_have_count(3)
    portal.look(page, "jobs")


def when_summarised(portal: Portal, page, *, division: str, axis: str) -> dict[str, list[Any]]:
    page.goto(f"{portal.url}/summaries/run/")
    steps.when_summary_is_ordered(page, division=division, axis=axis)
    steps.then_table_appears(page)
    _name, book = steps.downloaded(page)
    return steps.rows_of(book["综H101表"])


def then_head_is_official(sheet) -> None:
    assert sheet["A1"].value == "工业企业污染物产生与排放情况"
    top = [cell.value for row in sheet["A2:AC4"] for cell in row if cell.value]
    assert "综合区划：中国（000000000000）" in top
    assert "表　　号：综H101表" in top
    assert "报表依据：国统制〔2018〕103号" in top
    assert any("国家级审核通过（已定稿）" in text for text in top)
    labels = [cell.value for cell in sheet[5] if cell.value]
    assert labels == ["代码", "名称", "单位数", *FIRST_ROW, *REMOVAL_RATES]
    assert [cell.value for cell in sheet[6]][3:5] == ["合计", "填报单位数"]
    assert [cell.value for cell in sheet[7]][3:7] == ["千元", "个", "立方米", "个"]
    assert [cell.value for cell in sheet[8]][:5] == ["甲", "乙", "1", "2", "3"]
    codes = sheet["A"][9:11]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in codes] == [
        ("330000000000", "s", "@"),
        ("420000000000", "s", "@"),
    ]


def then_row(row: list[Any], code: str, units: int, figures) -> None:
    """Code as text, the number of units, and beside each sum how many units reported it."""
    assert (row[0] or "") == code
    assert row[2] == units
    rates = 3 + 2 * len(figures)
    sums = [None if value is None else Decimal(str(value)) for value in row[3:rates:2]]
    assert sums == [total for total, _count in figures.values()]
    assert row[4:rates:2] == [count for _total, count in figures.values()]
    generated, discharged = figures["化学需氧量产生量"][0], figures["化学需氧量排放量"][0]
    if generated:
        removed = round(100 * (generated - discharged) / generated, 1)
        assert Decimal(str(row[rates])) == removed


def test_without_scripts(portal, given_a_census, enumerator):
    unit = unit_make(longitude=Decimal("120.093125"), latitude=Decimal("30.325417"))
    cases_derive(unit_id=unit.pk, actor=None)
    case = steps.case_of(unit, "G101-1")
    page = portal.new_page(javascript=False)
    portal.sign_in(page, enumerator)
    page.goto(f"{portal.url}/cases/{case.pk}/")
    for slug, text in {**entry.BASICS, "normal_hours": "9000"}.items():
        control = entry.cell(page, slug)
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(text)
        else:
            control.fill(text)
    page.get_by_role("button", name="保存").last.click()
    hours = page.locator('td[data-cell="normal_hours"]')
    expect(hours.locator(".note-hard")).to_contain_text("不超过8760小时")
    expect(entry.cell(page, "normal_hours")).to_have_value("9000")
    expect(page.locator(".messages")).to_contain_text("强制性错误 1 个")
    portal.screenshot(page, "without-scripts", full_page=True)

    entry.cell(page, "normal_hours").fill("7200")
    page.get_by_role("button", name="保存").last.click()
    expect(page.locator(".note-hard")).to_have_count(0)
    assert entry.BASICS.items() <= steps.stored(case).items()
    page.get_by_role("link", name="提交", exact=True).click()
    page.get_by_role("button", name="确认提交").click()
    steps.then_receipt(page, case)
    page.goto(f"{portal.url}/units/{unit.pk}/")
    steps.then_unit_owes(page, "QC01", "G101-1", "G102")
