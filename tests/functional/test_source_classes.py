"""One form of every source class in Chromium: typed, checked, put right and submitted by keyboard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from instruments.definition_files import yaml_read
from instruments.models import InstrumentVersion
from registry.models import Unit
from submissions.models import EditFailure
from submissions.services import cases_derive
from tests.factories.exercise import make_exercise
from tests.factories.instrument import repository_publish
from tests.factories.unit import unit_make
from tests.functional import entry, steps
from tests.functional.steps import Portal

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]

ANSWERS = Path(__file__).parent / "answers"
FORMS = {
    "industrial": "G103-2",
    "agricultural": "N101-1",
    "domestic": "S103",
    "central": "J101-1",
    "mobile": "Y102",
}
LISTING = {
    **{slug: text for slug, text in entry.LISTING.items() if slug != "industry"},
    "industries": [{"industry": "1752"}],
}
ON_A_PHONE = "N101-1"


@dataclass(frozen=True)
class Journey:
    """What is typed into one form, and the slip that a rule has to find."""

    form: str
    unit: Mapping[str, str]
    owes: list[str]
    before: Mapping[str, Mapping[str, str]]
    answers: Mapping[str, str]
    rule: str
    slip: str
    wrong: str
    shaded: list[str]

    @property
    def message(self) -> str:
        """What the rule says, from the published definition."""
        rules = published(self.form)["rules"]
        return next(rule["message"]["zh"] for rule in rules if rule["id"] == self.rule)


def published(form: str) -> dict[str, Any]:
    """The definition in force."""
    return InstrumentVersion.objects.get(instrument__code=form).definition


def journey_of(form: str) -> Journey:
    """The answers of a form from their file."""
    told: dict[str, Any] = yaml_read(ANSWERS / f"{form}.yaml")
    planted = told["planted"]
    return Journey(
        form=form,
        unit=told["unit"],
        owes=told["owes"],
        before=told.get("before", {}),
        answers=told["answers"],
        rule=planted["rule"],
        slip=planted["cell"],
        wrong=planted["wrong"],
        shaded=told.get("shaded", []),
    )


@pytest.fixture
def portal(new_page, sign_in, accessible, screenshot, live_server) -> Portal:
    """The portal in the browser."""
    return Portal(live_server.url, new_page, sign_in, accessible, screenshot)


@pytest.fixture
def given_a_census(divisions) -> None:
    """The forms of the repository are published, and the census runs."""
    repository_publish()
    make_exercise()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_every_source_class_is_filled_and_submitted(portal, given_a_census, cast, form):
    journey = journey_of(form)
    unit = given_a_unit(journey, cast.enumerator)
    page = portal.page_of(cast.enumerator, f"/units/{unit.pk}/")
    then_unit_owes_at_least(page, journey.owes)
    steps.when_form_is_opened(page, form)
    when_repeats_are_there(page, form)
    entry.fill_by_keyboard(page, {**journey.answers, journey.slip: journey.wrong})
    entry.then_saved(page)
    then_the_rule_finds_the_slip(page, unit, journey)
    portal.look(page, f"{form}-slip", phone=form == ON_A_PHONE)
    when_the_slip_is_put_right(page, journey)
    entry.then_saved(page)
    entry.then_nothing_is_missing(page)
    then_cells_that_do_not_apply_are_shaded(page, journey)
    portal.look(page, f"{form}-filled")
    entry.when_submitted(page)
    case = steps.case_of(unit, form)
    steps.then_receipt(page, case)
    portal.look(page, f"{form}-receipt")
    then_the_answers_are_stored(case, journey)


def given_a_unit(journey: Journey, enumerator) -> Unit:
    """In the register, with the forms its class owes, and those before this one submitted."""
    unit = unit_make(
        actor=enumerator,
        name=journey.unit["name"],
        kind=journey.unit["kind"],
        industry_codes=(journey.unit["industry"],),
        longitude=Decimal("120.093125"),
        latitude=Decimal("30.325417"),
    )
    cases_derive(unit_id=unit.pk, actor=None)
    if journey.before:
        basics = entry.BASICS | journey.before["G101-1"]
        steps.submitted(unit, enumerator, {"QC01": LISTING, "G101-1": basics})
    return unit


def then_unit_owes_at_least(page: Page, form_codes: list[str]) -> None:
    """These forms, each with the reason why; what the answers before ask for comes on top."""
    rows = page.locator("section[aria-labelledby=cases-title] tbody tr")
    expect(rows.first).to_be_visible()
    reasons = dict(
        zip(
            rows.locator("td:first-child").all_inner_texts(),
            rows.locator("td:nth-child(3)").all_inner_texts(),
            strict=True,
        )
    )
    assert all(reasons.get(code, "").strip() for code in form_codes), reasons


def when_repeats_are_there(page: Page, form: str) -> None:
    """Every group of the form has its first repeat."""
    for group in published(form).get("groups", []):
        if not page.locator(f"#g-{group['slug']} .cell-control").count():
            entry.repeat_added(page, group["slug"])


def then_cells_that_do_not_apply_are_shaded(page: Page, journey: Journey) -> None:
    """Those, and none that was filled in."""
    shaded = re.compile(r"\bis-off\b")
    for slug in journey.shaded:
        expect(entry.cell(page, slug).locator("xpath=ancestor::td")).to_have_class(shaded)
    for slug in journey.answers:
        expect(entry.cell(page, slug).locator("xpath=ancestor::td")).not_to_have_class(shaded)


def then_the_rule_finds_the_slip(page: Page, unit: Unit, journey: Journey) -> None:
    """At the cell, in the list, and on the server; the form is not taken."""
    expect(page.locator("#finding-list .finding-hard")).to_have_count(1)
    expect(page.locator("#finding-list .finding-hard")).to_contain_text(journey.message)
    found = EditFailure.objects.filter(case=steps.case_of(unit, journey.form), severity="hard")
    assert [failure.rule_id for failure in found] == [journey.rule]
    page.get_by_role("link", name="提交", exact=True).click()
    dialog = page.locator("#submit-dialog")
    expect(dialog.get_by_role("button", name="确认提交")).to_be_disabled()
    dialog.get_by_role("button", name="返回填报").click()


def when_the_slip_is_put_right(page: Page, journey: Journey) -> None:
    """In its cell, over what was there."""
    entry.cell(page, journey.slip).focus()
    page.keyboard.press("Control+a")
    entry.type_into(page, journey.answers[journey.slip])
    page.keyboard.press("Enter")
    expect(page.locator("#finding-list .finding")).to_have_count(0)


def then_the_answers_are_stored(case, journey: Journey) -> None:
    """Every answer that was typed, under its item."""
    held = {path.rsplit("/", 1)[-1]: value for path, value in steps.stored(case).items()}
    assert set(journey.answers) <= set(held)
    for slug, text in journey.answers.items():
        if text[0].isalpha() or text.isdigit():
            assert held[slug] == text, slug
