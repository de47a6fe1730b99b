"""Listing forms (清查表) feed the register: what was found on the site, and what has changed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.models import User
from instruments.evaluation.definition import Definition, Item, ItemType
from instruments.evaluation.parsing.coordinates import read_coordinate
from registry.enums import FieldOutcome
from registry.models import Unit
from registry.services.verifications import Finding, verification_record
from registry.unit_data import FIELDS
from submissions.models import Response
from submissions.services.deriving import cases_derive
from submissions.unit_facts import register_facts

NO = "2"  # of the list YES_NO
# Of the code list INV_STATUS; anything else runs.
OUTCOME_OF_STATUS = {"2": FieldOutcome.SUSPENDED, "3": FieldOutcome.CLOSED}
# What a code or a place is, the register decides: they change on the unit's own page.
_IDENTITY = frozenset({"credit_code", "site_suffix", "organisation_code", "division_code"})
_FED = frozenset(FIELDS) - _IDENTITY - {"industry_codes", "kind", "status"}
_HUNDREDTHS = Decimal(360_000)  # of a second of arc, in a degree
INDUSTRIES_FED = 3


def listing_unit_lock(*, case_id: int) -> None:
    """Hold the unit of a listing form before its responses: the order in which others lock them."""
    units = Unit.objects.select_for_update(of=("self",), no_key=True).filter(
        cases=case_id, cases__instrument_version__definition__has_key="listing"
    )
    list(units.values_list("pk"))


def listing_follow(*, response: Response, definition: Definition, actor: User) -> None:
    """Let the register follow a listing form that was just submitted. Nothing for another form.

    The result of the listing is kept as a field verification; facts that the form took from the
    register and that were corrected go back to it. What a respondent says of itself changes
    nothing: the census's own people list. Raises what `verification_record` raises, at the item.
    """
    if not definition.listing:
        return
    unit = Unit.objects.get(pk=response.case.unit_id)
    if not actor.has_perm(Permission.UNIT_AMEND, unit):
        return
    values: Mapping[str, str] = response.plain()["values"]
    outcome = _outcome(definition.listing, values)
    finding = Finding(
        outcome=outcome,
        note=_note(definition.listing, values, outcome)[:500],
        observed_at=_day(values.get(definition.listing["observed_on"], "")),
        facts=_facts(unit, definition, response, values),
    )
    try:
        verification_record(actor=actor, unit_id=unit.pk, finding=finding)
    except Refusal as refusal:
        if refusal.cell == "note":
            refusal.cell = definition.listing["reason"]
        raise
    cases_derive(unit_id=unit.pk, actor=actor)


def _outcome(listing: Mapping[str, str], values: Mapping[str, str]) -> FieldOutcome:
    status = OUTCOME_OF_STATUS.get(values.get(listing.get("status", ""), ""))
    if status == FieldOutcome.CLOSED:
        return status
    if values.get(listing["in_scope"]) == NO:
        return FieldOutcome.OUT_OF_SCOPE
    return status or FieldOutcome.IN_SCOPE


def _note(listing: Mapping[str, str], values: Mapping[str, str], outcome: FieldOutcome) -> str:
    """The reason in the person's words; that a unit does not run, the form says by itself."""
    words = values.get(listing["reason"], "")
    if words or outcome not in OUTCOME_OF_STATUS.values():
        return words
    return _("清查表填报：%(outcome)s") % {"outcome": outcome.label}


def _day(text: str) -> datetime | None:
    """The last moment of the day, or now where that is still to come."""
    day = parse_date(text)
    if day is None:
        return None
    local = timezone.localtime()
    whole = local.replace(
        year=day.year, month=day.month, day=day.day, hour=23, minute=59, second=59, microsecond=0
    )
    return min(whole, timezone.now()) if day <= local.date() else whole


def _facts(
    unit: Unit, definition: Definition, response: Response, values: Mapping[str, str]
) -> dict[str, Any]:
    """Facts of the register that the form says otherwise; a blank says nothing."""
    now = register_facts(unit)
    found: dict[str, Any] = {}
    for item in definition.group_items(""):
        fact = item.prefill.removeprefix("unit.")
        text = values.get(item.slug, "")
        if fact in _FED and text and text != now[fact]:
            found[fact] = _fact(item, text)
    if ("longitude" in found) != ("latitude" in found):  # a position changes as a whole
        found.setdefault("longitude", unit.longitude)
        found.setdefault("latitude", unit.latitude)
    industries = _industries(definition, response, values)
    if industries and industries != tuple(unit.industry_codes):
        found["industry_codes"] = industries
    return found


def _fact(item: Item, text: str) -> Any:
    if item.type != ItemType.COORDINATE:
        return text
    hundredths = read_coordinate(text).value
    return None if hundredths is None else Decimal(hundredths) / _HUNDREDTHS


def _industries(
    definition: Definition, response: Response, values: Mapping[str, str]
) -> tuple[str, ...]:
    item = definition.items_by_slug.get(definition.listing.get("industry", ""))
    if item is None:
        return ()
    rows = response.rows.get(item.group, [])
    codes = [values.get(item.path(row), "") for row in rows]
    return tuple(dict.fromkeys(code for code in codes if code))[:INDUSTRIES_FED]
