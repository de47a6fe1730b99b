"""The orders of the queue, and the pages of each: by keyset, whatever the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from submissions.models import Case
from submissions.models.case import CaseQuerySet

DIGITS_AT_MOST = 18


class Place(NamedTuple):
    """Where a case stands in the queue: its value in the order, then its number."""

    value: Any
    pk: int


@dataclass(frozen=True)
class Order:
    """One order. Every one has an index `case_queue_…`; the number goes in the same direction."""

    name: str
    label: str | Promise
    column: str
    read: Callable[[str], Any]
    is_descending: bool = False

    def sorted(self, cases: CaseQuerySet, *, without_index: bool = False) -> CaseQuerySet:
        """The cases in this order.

        `without_index`: for a county its own few cases are found by division and sorted. By the
        index of the order the planner would walk through the whole nation's waiting cases; an
        expression that changes nothing keeps it off.
        """
        column: Any = Coalesce(F(self.column), F(self.column)) if without_index else F(self.column)
        if self.is_descending:
            return cases.order_by(column.desc(), "-pk")
        return cases.order_by(column.asc(), "pk")

    def place_of(self, case: Case) -> Place:
        """Where a case stands."""
        return Place(getattr(case, self.column), case.pk)

    def behind(self, cases: CaseQuerySet, place: Place | None) -> CaseQuerySet:
        """The queue behind a place; the cost does not grow with the depth."""
        return cases if place is None else self._beyond(cases, place, forward=True)

    def before(self, cases: CaseQuerySet, place: Place) -> CaseQuerySet:
        """The queue before a place, nearest first."""
        return self._beyond(cases, place, forward=False).reverse()

    def _beyond(self, cases: CaseQuerySet, place: Place, *, forward: bool) -> CaseQuerySet:
        way = "gt" if forward != self.is_descending else "lt"
        column = self.column
        # the first condition alone bounds the walk through the index
        return cases.filter(**{f"{column}__{way}e": place.value}).filter(
            Q(**{f"{column}__{way}": place.value})
            | Q(**{column: place.value, f"pk__{way}": place.pk})
        )

    def place_read(self, text: str) -> Place | None:
        """The place after which a page of the queue begins; None for what makes no sense."""
        written, _separator, pk = text.partition("~")
        value = self.read(written)
        if value is None or not _is_number(pk):
            return None
        return Place(value, int(pk))


def place_written(place: Place) -> str:
    """A place as text."""
    value = place.value.isoformat() if hasattr(place.value, "isoformat") else place.value
    return f"{value}~{place.pk}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= DIGITS_AT_MOST


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _count(text: str) -> int | None:
    return int(text) if _is_number(text) and len(text) < 10 else None


ORDERS: dict[str, Order] = {
    order.name: order
    for order in (
        Order("submitted", _("最早提交"), "submitted_at", _moment),
        Order("arrival", _("最早到达本级"), "status_changed_at", _moment),
        Order("due", _("审核期限最近"), "review_due_on", _day),
        Order("soft", _("核实性问题最多"), "soft_count", _count, is_descending=True),
        Order("changes", _("上次审核以来改动最多"), "changed_count", _count, is_descending=True),
        Order("size", _("单位规模最大"), "unit_size", _count),
    )
}
OLDEST_FIRST = ORDERS["submitted"]
