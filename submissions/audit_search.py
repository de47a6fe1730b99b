"""What an auditor looks for: the words of the form, turned into conditions of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.models import User
from accounts.scopes import Jurisdiction
from audit.enums import ActGroup, AuditAction, ReadWay
from audit.selectors import EventFilter, Place, ReadFilter
from registry.models import Unit
from registry.prefixes import significant_digits
from submissions.models import Case

PEOPLE_AT_MOST = 50
UNITS_AT_MOST = 20
FIELDS = ("group", "action", "person", "unit", "division", "since", "until", "way")
LONGEST = 100


@dataclass
class AuditSearch:
    """The fields as they were typed, for the form and the next page; and what was wrong with them."""

    user: User
    typed: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, user: User, asked: Mapping[str, str]) -> AuditSearch:
        """Only the known fields, without control characters."""
        typed = {name: _clean(asked.get(name, "")) for name in FIELDS}
        return cls(user, typed)

    @property
    def query(self) -> str:
        """The search as the part of an address."""
        return urlencode({name: text for name, text in self.typed.items() if text})

    @cached_property
    def people(self) -> list[User] | None:
        """The people that are meant; None where nobody is asked for. One query."""
        if not (text := self.typed["person"]):
            return None
        named = Q(full_name__contains=text) | Q(username__contains=text)
        found = list(User.objects.filter(named).order_by("pk")[: PEOPLE_AT_MOST + 1])
        if len(found) > PEOPLE_AT_MOST:
            self.problems.append(_("符合的人员超过 %d 人，请把姓名写完整。") % PEOPLE_AT_MOST)
            return []
        if not found:
            self.problems.append(_("没有叫“%s”的人员。") % text)
        return found

    @cached_property
    def units(self) -> list[Unit] | None:
        """The units that are meant, by code or part of a name; None where none is asked for."""
        if not (text := self.typed["unit"]):
            return None
        visible = Unit.objects.visible_to(self.user)
        found = list(visible.filter(code=text.upper())[:1])
        if not found:
            found = list(visible.filter(name__icontains=text).order_by("pk")[: UNITS_AT_MOST + 1])
        if len(found) > UNITS_AT_MOST:
            self.problems.append(
                _("符合的普查对象超过 %d 个，请填写代码或完整名称。") % UNITS_AT_MOST
            )
            return []
        if not found:
            self.problems.append(_("没有代码或名称为“%s”的普查对象。") % text)
        return found

    @cached_property
    def events(self) -> EventFilter:
        """The conditions on acts. Up to three queries."""
        since, until = self.span
        return EventFilter(
            actions=self._actions(),
            actor_ids=_keys(self.people),
            subjects=self._subjects(),
            division=self._division(),
            since=since,
            until=until,
        )

    @cached_property
    def reads(self) -> ReadFilter:
        """The conditions on reads. Up to two queries."""
        since, until = self.span
        way = self.typed["way"]
        return ReadFilter(
            actor_ids=_keys(self.people),
            unit_ids=_keys(self.units),
            since=since,
            until=until,
            ways=(way,) if way in ReadWay.values else (),
        )

    @cached_property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """From the first moment to before the last; a day is meant whole."""
        since, until = self._moment("since"), self._moment("until", is_end=True)
        if since and until and since >= until:
            self.problems.append(_("起止时间颠倒了。"))
        return since, until

    def _moment(self, name: str, *, is_end: bool = False) -> datetime | None:
        if not (text := self.typed[name]):
            return None
        zone = timezone.get_default_timezone()
        try:
            day = date.fromisoformat(text) + timedelta(days=int(is_end))
            return datetime.combine(day, time(), zone)
        except (ValueError, OverflowError):
            self.problems.append(_("“%s”不是日期，请写成 2018-03-01。") % text)
            return None

    def _division(self) -> str:
        text = self.typed["division"]
        if text and not (text.isascii() and text.isdigit() and len(text) <= 12):
            self.problems.append(_("区划代码只有数字，最多 12 位。"))
            return ""
        return significant_digits(text) if len(text) == 12 else text

    def _actions(self) -> tuple[str, ...]:
        if self.typed["action"] in AuditAction.values:
            return (self.typed["action"],)
        if self.typed["group"] in ActGroup.values:
            return tuple(ActGroup(self.typed["group"]).actions)
        return ()

    def _subjects(self) -> tuple[tuple[str, str], ...] | None:
        """A unit's acts are those on itself and on each of its forms."""
        if self.units is None:
            return None
        keys = [unit.pk for unit in self.units]
        cases = Case.objects.filter(unit__in=keys).values_list("pk", flat=True)
        return (
            *((Unit._meta.label_lower, str(key)) for key in keys),
            *((Case._meta.label_lower, str(key)) for key in cases),
        )


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:LONGEST]


def _keys(rows: list[User] | list[Unit] | None) -> tuple[int, ...] | None:
    return None if rows is None else tuple(row.pk for row in rows)


def prefixes_of(user: User, permission: Permission) -> list[str]:
    """The prefixes within which a person holds a right over the log."""
    scopes = user.scopes_for(permission)
    return [p for scope in scopes if isinstance(scope, Jurisdiction) for p in scope.prefixes]


def place_read(text: str) -> Place | None:
    """Where a page begins, as `place_written` wrote it; None for the first page and for nonsense."""
    moment, _sign, key = text.partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if at is None or timezone.is_naive(at) or not key.isdecimal() or len(key) > 18:
        return None
    return at, int(key)


def place_written(place: Place) -> str:
    """The same as a part of an address."""
    return f"{place[0].isoformat()}_{place[1]}"
