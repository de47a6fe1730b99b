"""Writing a province of the invented exercise by COPY, in one transaction."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.enums import Level
from accounts.identifiers import CREDIT_CHARACTERS
from accounts.models import User
from audit.hashing import canonical_json, content_hash, sm3_hex, sm3_hex_of
from census_portal.demo.units import person_name
from census_portal.demo.vocabulary import BRANDS_FIRST, BRANDS_SECOND, ROADS
from census_portal.synthesis.errors import SHARE, Planted
from census_portal.synthesis.places import Place, places_of
from census_portal.synthesis.templates import PLACES, SAMPLE, Form, Identity, Template, credit_code
from submissions.models import CollectionExercise, Response, ResponseRevision, Submission
from submissions.unit_facts import degrees

BATCH = 2_000
BEGAN = datetime(2018, 6, 1, 1, 0, tzinfo=UTC)
_COUNTY = 6
# how far a unit's answered forms have come, in hundredths
STATES: tuple[tuple[str, str, int], ...] = (
    ("untouched", "", 15),
    ("open", "", 15),
    ("under_review", Level.SUPERVISOR, 10),
    ("under_review", Level.COUNTY, 20),
    ("under_review", Level.CITY, 12),
    ("under_review", Level.PROVINCE, 10),
    ("under_review", Level.NATIONAL, 6),
    ("final", "", 12),
)
_WEIGHTS = list(accumulate(weight for *_state, weight in STATES))
_TABLES = {
    "registry_unit": (
        "id code credit_code site_suffix organisation_code object_code name former_name kind status "
        "division_code address longitude latitude industry_codes legal_person contact_name "
        "contact_phone source registered_at registered_by_id"
    ),
    "submissions_case": (
        "id exercise_id unit_id instrument_version_id form_code division_code status review_level "
        "owed_reason is_owed opened_at submitted_at submitted_by_id finalised_at finalised_by_id "
        "status_changed_at hard_count soft_open_count filled_count required_count "
        "required_missing_count updated_at"
    ),
    "submissions_response": "id case_id version cells rows head_hash updated_at",
    "submissions_responserevision": (
        "id response_id number save_id request_hash patch actor_id device at previous_hash hash"
    ),
    "submissions_submission": (
        "id case_id number instrument_version_id response_version document explanations waivers "
        "revision_hash hash receipt_code submitted_at submitted_by_id"
    ),
}


@dataclass
class Written:
    """What a province came to; `digest` covers the content, not the keys that the database gave."""

    units: int = 0
    cases: int = 0
    planted: dict[str, int] = field(default_factory=dict)
    digest: str = ""


@dataclass
class ProvinceWriter:
    """Makes the rows of one province; the same seed makes the same content."""

    exercise: CollectionExercise
    actor: User
    province: str
    templates: Sequence[Template]
    seed: int
    first: int  # serial number of its first unit in the nation
    truth: Path

    def __post_init__(self) -> None:
        """The towns of the province, and the templates of each kind with their weights."""
        self.chance = Random(f"{self.seed}/{self.province}")  # noqa: S311  invented data
        self.places = places_of(self.province)
        self.rows: dict[str, list[str]] = {table: [] for table in _TABLES}
        self.ids: dict[str, list[int]] = {table: [] for table in _TABLES}
        self.written = Written()
        self.lines: list[bytes] = []
        self.names: dict[str, str] = {}
        self.by_kind: dict[str, tuple[list[Template], list[float]]] = {}
        for template in self.templates:
            held, weights = self.by_kind.setdefault(template.trade.kind, ([], []))
            held.append(template)
            weights.append((weights[-1] if weights else 0.0) + template.trade.weight)

    @transaction.atomic
    def write(self, kinds: Sequence[tuple[str, int]]) -> Written:
        """Write so many units of each kind, and the truth beside them."""
        aside = self.truth.with_suffix(".writing")
        with aside.open("w", encoding="utf-8") as truth:
            number = 0
            for kind, count in kinds:
                for _n in range(count):
                    found = self._unit(kind, self.first + number, number)
                    if found:
                        truth.write(json.dumps(found, ensure_ascii=False) + "\n")
                    number += 1
                    if number % BATCH == 0:
                        self._flush()
            self._flush()
        aside.replace(self.truth)
        self.written.digest = sm3_hex_of(self.lines)
        return self.written

    def _unit(self, kind: str, serial: int, number: int) -> dict[str, Any] | None:
        held, weights = self.by_kind[kind]
        template = held[min(bisect(weights, self.chance.random() * weights[-1]), len(held) - 1)]
        place = self.places[self.chance.randrange(len(self.places))]
        planted = self._planted(template)
        status, level, _weight = STATES[bisect(_WEIGHTS, self.chance.randrange(100))]
        if planted is Planted.NAMESAKE and place.code[:_COUNTY] not in self.names:
            planted = None  # the first unit of a county has no other to be named after
        if planted and planted is not Planted.NAMESAKE:
            status, level = "open", ""  # a form with such an error cannot be submitted
        identity = self._identity(template, place, serial, planted)
        variant = template.spoilt.get(planted, template.clean) if planted else template.clean
        unit_id = self._id("registry_unit")
        self._register(unit_id, template, identity)
        self.written.units += 1
        is_begun = status != "untouched"
        replaced = _replacements(identity, place)
        for form in variant.forms:
            self._case(unit_id, form, identity, replaced, status if is_begun else "", level)
        self.lines.append(
            f"{identity.credit_code}|{identity.name}|{identity.division_code}|{status}|{level}|"
            f"{template.number}|{planted or ''}\n".encode()
        )
        if planted is None:
            return None
        self.written.planted[planted] = self.written.planted.get(planted, 0) + 1
        found = [list(finding) for finding in variant.findings] if is_begun else []
        return {"unit": identity.credit_code, "planted": planted, "findings": found}

    def _planted(self, template: Template) -> Planted | None:
        if self.chance.random() >= SHARE:
            return None
        kinds = [*template.spoilt, Planted.NAMESAKE]
        return kinds[self.chance.randrange(len(kinds))]

    def _identity(
        self, template: Template, place: Place, serial: int, planted: Planted | None
    ) -> Identity:
        chance, body = self.chance, ""
        for _n in range(5):
            serial, rest = divmod(serial, len(CREDIT_CHARACTERS))
            body = CREDIT_CHARACTERS[rest] + body
        county = place.code[:_COUNTY]
        code = credit_code(county, f"MAY{body}")
        name = (
            place.names["city_name"][:2]
            + chance.choice(BRANDS_FIRST)
            + chance.choice(BRANDS_SECOND)
            + body
            + template.trade.ending
        )
        if planted is Planted.NAMESAKE:
            name = self.names[county]
        else:
            self.names[county] = name
        return Identity(
            code,
            name,
            place.code,
            f"{place.names['town_name']}{chance.choice(ROADS)}{chance.randint(1, 399)}号",
            _degree(place.longitude + chance.uniform(-0.05, 0.05)),
            _degree(place.latitude + chance.uniform(-0.04, 0.04)),
            person_name(chance),
            f"1390000{chance.randint(0, 9999):04d}",
        )

    def _register(self, unit_id: int, template: Template, one: Identity) -> None:
        industries = "{" + ",".join(template.trade.industries) + "}"
        self._row(
            "registry_unit", unit_id, one.credit_code, one.credit_code, "", "", "", one.name, "",
            template.trade.kind, template.status, one.division_code, one.address, one.longitude,
            one.latitude, industries, one.person, one.person, one.phone, "frame",
            BEGAN.isoformat(), self.actor.pk,
        )  # fmt: skip

    def _case(
        self,
        unit_id: int,
        form: Form,
        one: Identity,
        replaced: list[tuple[str, str]],
        status: str,
        level: str,
    ) -> None:
        """A form nobody fills waits, whatever becomes of the unit's others."""
        is_filled = bool(status) and form.is_answered
        state = status if is_filled else "open"
        case_id, response_id = self._id("submissions_case"), self._id("submissions_response")
        sent = is_filled and state != "open"
        at, final = BEGAN + timedelta(minutes=case_id % 40_000), state == "final"
        hard, soft, filled, required, missing = form.counters
        if not is_filled:
            hard, soft, filled = 0, 0, len(form.prefilled)
        self._row(
            "submissions_case", case_id, self.exercise.pk, unit_id, form.version_id, form.code,
            one.division_code, state, level if state == "under_review" else "",
            "{}", "t", BEGAN.isoformat(), at.isoformat() if sent else None,
            self.actor.pk if sent else None, at.isoformat() if final else None,
            self.actor.pk if final else None, at.isoformat() if sent else BEGAN.isoformat(),
            hard, soft, filled, required, missing, at.isoformat(),
        )  # fmt: skip
        self.written.cases += 1
        collected = _replaced(form.values, replaced) if is_filled else {}
        cells = self._cells(collected, _replaced(form.prefilled, replaced))
        head = self._revised(response_id, collected, at) if is_filled else ""
        self._row(
            "submissions_response", response_id, case_id, 1 if is_filled else 0,
            _json(cells), _json(form.rows), head, at.isoformat(),
        )  # fmt: skip
        if sent:
            values = {**_replaced(form.prefilled, replaced), **collected}
            self._submitted(case_id, form, values, head, at)

    def _cells(self, collected: dict[str, str], prefilled: dict[str, str]) -> dict[str, Any]:
        who, at = self.actor.pk, BEGAN.isoformat(timespec="seconds")
        cells: dict[str, Any] = {
            path: {"carried_forward": {"v": value, "by": who, "at": at, "n": 0}}
            for path, value in prefilled.items()
        }
        for path, value in collected.items():
            slot = {"v": value, "by": who, "at": at, "n": 1}
            cells[path] = {**cells.get(path, {}), "collected": slot}
        return cells

    def _revised(self, response_id: int, collected: dict[str, str], at: datetime) -> str:
        """The one save that the answers came from, with its hash."""
        request = sm3_hex(f"{self.seed}/{self.exercise.pk}/{response_id}".encode())
        revision = ResponseRevision(
            response=Response(pk=response_id),
            number=1,
            save_id=UUID(request[:32]),
            request_hash=request,
            patch=[
                {"op": "set", "cell": path, "value": value, "before": ""}
                for path, value in collected.items()
            ],
            actor=self.actor,
            device="synthetic",
            at=at,
            previous_hash="",
        )
        head = revision.content_hash()
        self._row(
            "submissions_responserevision", self._id("submissions_responserevision"), response_id,
            1, revision.save_id, revision.request_hash, _json(revision.patch), self.actor.pk,
            "synthetic", at.isoformat(), "", head,
        )  # fmt: skip
        return head

    def _submitted(
        self, case_id: int, form: Form, values: dict[str, str], head: str, at: datetime
    ) -> None:
        document = {"values": values, "rows": form.rows}
        frozen = Submission(
            case_id=case_id,
            number=1,
            instrument_version_id=form.version_id,
            response_version=1,
            document=document,
            revision_hash=head,
            submitted_at=at,
            submitted_by=self.actor,
        )
        frozen.hash = content_hash(frozen.content())
        code = f"{form.code}-{at:%Y%m%d}-{case_id:07d}-01-{frozen.hash[:8].upper()}"
        self._row(
            "submissions_submission", self._id("submissions_submission"), case_id, 1,
            form.version_id, 1, _json(document), "[]", "[]", head, frozen.hash, code,
            at.isoformat(), self.actor.pk,
        )  # fmt: skip

    def _id(self, table: str) -> int:
        ids = self.ids[table]
        if not ids:
            ids.extend(reversed(_reserved(table)))
        return ids.pop()

    def _row(self, table: str, *values: Any) -> None:
        self.rows[table].append("\t".join("\\N" if v is None else _escaped(v) for v in values))

    def _flush(self) -> None:
        """COPY what has been made, parents first."""
        with connection.cursor() as cursor:
            for table, columns in _TABLES.items():
                rows = self.rows[table]
                if rows:
                    listed = ", ".join(columns.split())
                    source = StringIO("\n".join(rows) + "\n")
                    cursor.copy_expert(f"COPY {table} ({listed}) FROM STDIN", source)
                    rows.clear()


def _reserved(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, 5000)",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def _escaped(value: Any) -> str:
    text = str(value)
    return text.replace("\\", "\\\\") if "\\" in text else text


def _json(value: Any) -> str:
    return canonical_json(value).decode()


def _degree(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")


def _replacements(one: Identity, place: Place) -> list[tuple[str, str]]:
    """From the sample's words to this unit's."""
    return [
        (SAMPLE.credit_code, one.credit_code),
        (SAMPLE.name, one.name),
        (SAMPLE.division_code, one.division_code),
        (SAMPLE.address, one.address),
        (degrees(SAMPLE.longitude), degrees(one.longitude)),
        (degrees(SAMPLE.latitude), degrees(one.latitude)),
        (SAMPLE.person, one.person),
        (SAMPLE.phone, one.phone),
        *((PLACES[key], name) for key, name in place.names.items()),
    ]


def _replaced(values: dict[str, str], words: list[tuple[str, str]]) -> dict[str, str]:
    known = dict(words)
    return {path: known.get(value, value) for path, value in values.items()}


def provinces_done(exercise: CollectionExercise) -> Iterator[str]:
    """Provinces that have cases already: a run that broke off goes on with the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT left(division_code, 2) FROM submissions_case WHERE exercise_id = %s",
            [exercise.pk],
        )
        yield from (row[0] for row in cursor.fetchall())
