"""Cases at a status, reached by walking the workflow; two small forms for tests of filling in."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from accounts.models import User
from instruments.models import Instrument, InstrumentVersion
from registry.models import Unit
from submissions.enums import CaseAction, CaseStatus
from submissions.models import Case
from submissions.services import case_submit, cases_derive, response_save
from submissions.transitions import case_transition
from tests.factories.exercise import make_exercise
from tests.people import TOWN

_serial = itertools.count(1)


def _label(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def _item(slug: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "code": slug[:4],
        "label": _label(slug),
        "type": kind,
        "required": "never",
        "confidence": "found",
        **more,
    }


# Form A decides whether form B is owed, and form B has a rule that reads form A.
FORM_A: dict[str, Any] = {
    "code": "A1",
    "title": _label("甲表"),
    "respondent": "unit",
    "unit_kinds": ["industrial"],
    "basis": "test",
    "orientation": "portrait",
    "owed_when": "always",
    "owed_reason": _label("都填"),
    "groups": [{"slug": "kilns", "label": _label("炉窑"), "layout": "columns", "min": 0, "max": 3}],
    "sections": [
        {
            "id": "s1",
            "title": _label("一"),
            "items": [
                _item("unit_name", "text", max_length=100, required="always", prefill="unit.name"),
                _item("hours", "integer", required="always"),
                _item("has_water", "yes_no", required="always"),
                _item("note", "text", max_length=200),
                _item("output", "decimal", digits=14, scale=2),
            ],
        },
        {
            "id": "s2",
            "title": _label("二"),
            "group": "kilns",
            "items": [
                _item("fuel", "decimal", digits=14, scale=2),
                _item("kiln_hours", "integer"),
            ],
        },
    ],
    "rules": [
        {
            "id": "A1-R01",
            "severity": "hard",
            "assert": "hours <= 8760",
            "message": _label("全年不超过 8760 小时"),
            "source": "test",
            "pass": {"hours": "8760"},
            "fail": {"hours": "8761"},
        },
        {
            "id": "A1-R02",
            "severity": "soft",
            "assert": "output <= 1000",
            "message": _label("产量偏大，请核实"),
            "source": "test",
            "pass": {"output": "1000"},
            "fail": {"output": "1001"},
        },
        {
            "id": "A1-R03",
            "severity": "hard",
            "each": "kilns",
            "assert": "kiln_hours <= hours",
            "message": _label("炉窑运行时间不应超过全厂"),
            "source": "test",
            "pass": {"values": {"hours": "10"}, "rows": {"kilns": [{"kiln_hours": "9"}]}},
            "fail": {"values": {"hours": "10"}, "rows": {"kilns": [{"kiln_hours": "11"}]}},
        },
    ],
}
FORM_B: dict[str, Any] = {
    **FORM_A,
    "code": "B1",
    "title": _label("乙表"),
    "owed_when": "a1.has_water = '1'",
    "owed_reason": _label("有废水"),
    "groups": [],
    "sections": [
        {
            "id": "s1",
            "title": _label("一"),
            "items": [
                _item("water", "decimal", digits=14, scale=2, required="always"),
                _item("treatment_hours", "integer"),
            ],
        }
    ],
    "rules": [
        {
            "id": "B1-R01",
            "severity": "hard",
            "assert": "treatment_hours <= a1.hours",
            "message": _label("治理时间不应超过生产时间"),
            "source": "test",
            "pass": {"treatment_hours": "5", "a1.hours": "6"},
            "fail": {"treatment_hours": "7", "a1.hours": "6"},
        }
    ],
}


def publish(definition: dict[str, Any], sequence: int = 1) -> InstrumentVersion:
    """A published version, without the checks of publishing (they have their own tests)."""
    instrument, _created = Instrument.objects.get_or_create(
        code=definition["code"],
        defaults={"title": definition["title"]["zh"], "sequence": sequence},
    )
    existing = instrument.versions.order_by("-number").first()
    if existing is not None and existing.definition == definition:
        return existing
    return InstrumentVersion.objects.create(
        instrument=instrument,
        number=existing.number + 1 if existing else 1,
        definition=definition,
        content_hash=uuid.uuid4().hex,
    )


def publish_small_forms() -> None:
    """Forms A and B."""
    publish(FORM_A, 1)
    publish(FORM_B, 2)


def make_plain_unit(actor: User, **fields: Any) -> Unit:
    """A unit as the register holds it."""
    serial = next(_serial)
    code = f"G{fields.get('division_code', TOWN)}{serial:05d}"
    return Unit.objects.create(
        **{
            "code": code,
            "object_code": code,
            "name": f"测试厂{serial}",
            "kind": "industrial",
            "division_code": TOWN,
            "registered_by": actor,
            **fields,
        }
    )


def make_case(actor: User, *, unit: Unit | None = None, form_code: str = "A1") -> Case:
    """An open case of the small form A, as `cases_derive` opens it."""
    make_exercise()
    publish_small_forms()
    unit = unit or make_plain_unit(actor)
    cases = cases_derive(unit_id=unit.pk, actor=None)
    return next(case for case in cases if case.form_code == form_code)


def save(case: Case, actor: User, base: int | None = None, **values: str):
    """Save plain cells on the version there is now (or on `base`)."""
    version = base
    if version is None:
        version = type(case.response).objects.get(case=case).version
    return response_save(
        case_id=case.pk,
        actor=actor,
        save_id=uuid.uuid4(),
        base_version=version,
        changes=[{"op": "set", "cell": cell, "value": value} for cell, value in values.items()],
        device="test",
    )


def fill(case: Case, actor: User) -> None:
    """Answers of form A that no rule objects to."""
    save(case, actor, hours="4800", has_water="2", note="")


def make_submitted(actor: User, **fields: Any) -> Case:
    """A case of form A under review at the first level."""
    case = make_case(actor, **fields)
    fill(case, actor)
    case_submit(case_id=case.pk, actor=actor)
    case.refresh_from_db()
    return case


def approve(case: Case, *reviewers: User) -> Case:
    """Approve level by level, one reviewer each."""
    for reviewer in reviewers:
        case = case_transition(case_id=case.pk, action=CaseAction.APPROVE, actor=reviewer)
    return case


def make_case_at(status: CaseStatus, cast: Any) -> Case:
    """A case at a status, reached by the acts that lead there."""
    case = make_case(cast.enumerator)
    if status == CaseStatus.OPEN:
        return case
    if status == CaseStatus.VOID:
        return case_transition(
            case_id=case.pk, action=CaseAction.VOID, actor=cast.office, reason="重复登记"
        )
    fill(case, cast.enumerator)
    case_submit(case_id=case.pk, actor=cast.enumerator)
    if status == CaseStatus.RETURNED:
        return case_transition(case_id=case.pk, action=CaseAction.RETURN, actor=cast.supervisor)
    if status == CaseStatus.FINAL:
        approve(case, *cast.reviewers()[:-1])
        return case_transition(
            case_id=case.pk, action=CaseAction.FINALISE, actor=cast.national_office
        )
    case.refresh_from_db()
    return case
