"""What a person says of a doubtful row: the same unit or another one; and taking it back."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import RowOutcome, UnitStatus, Verdict
from registry.models import MatchCandidate, MatchDecision, SourceRow, Unit
from registry.screening.comparable import comparable_address, comparable_name, comparable_person
from registry.screening.places import COUNTY_DIGITS, places_of
from registry.screening.precedence import FIELD, NOT_MERGED, merged
from registry.screening.similarity import Party, candidates
from registry.services.freezing import freeze_of, register_frozen_problem
from registry.services.list_taking import (
    TakenRow,
    held_origins,
    unit_save,
    units_create,
    units_merge,
)
from registry.services.revisions import revise
from registry.unit_data import data_from_json, data_of

BY_PERSON = "person"
REVERSED = "match_reversed"
WAITING_AT_MOST = 2000  # rows of a county that are compared with a unit a person has just added


@transaction.atomic
def match_decide(*, actor: User, row_id: int, verdict: Verdict, unit_id: int | None = None) -> Unit:
    """Merge the row into a candidate, or register it as another unit. Answers the unit.

    Raises `Missing`, `NotAllowed`, `Conflict` where somebody else has decided, or `Invalid` for a
    unit that is no candidate or a new unit that lacks what it needs.
    """
    row = _row_locked(actor, row_id)
    if row.outcome != RowOutcome.WAITING:
        raise Conflict(_("此行已由他人判断，请看下一条。"), code="decided_meanwhile")
    if freeze_of(row.division_code) is not None:
        raise Conflict(str(register_frozen_problem()), code="register_frozen")
    taken = TakenRow(row, data_from_json(row.data))
    if verdict == Verdict.SAME:
        unit = _candidate_unit(row, unit_id)
        taken.settle(unit, RowOutcome.MERGED, BY_PERSON)
        row.save()
        units_merge(row.source_list, [(unit, [taken.data])])
    else:
        unit = _as_another(row, taken)
    decision = MatchDecision.objects.create(row=row, unit=unit, verdict=verdict, decided_by=actor)
    audit_record(
        action=AuditAction.MATCH_DECIDED,
        actor=actor,
        subject=unit,
        detail={"row": row.pk, "list": row.source_list_id, "verdict": str(verdict)},
        kept=decision,
    )
    return unit


@transaction.atomic
def match_reverse(*, actor: User, row_id: int) -> SourceRow:
    """Take a decision back: the row waits again, and the unit is what its other rows say.

    A unit that the decision registered stays, marked as a duplicate: nothing is deleted. Raises
    `Missing`, `NotAllowed`, or `Conflict` where there is no decision to reverse.
    """
    row = _row_locked(actor, row_id)
    last = row.decisions.first()
    if last is None or last.verdict == Verdict.REVERSED or row.unit is None:
        raise Conflict(_("此行没有可撤销的判断。"), code="nothing_to_reverse")
    unit = Unit.objects.select_for_update(no_key=True).get(pk=row.unit.pk)
    created_it = row.outcome == RowOutcome.CREATED
    row.outcome, row.unit, row.how = RowOutcome.WAITING, None, ""
    row.save()
    _forget(unit, created_it=created_it, actor=actor)
    decision = MatchDecision.objects.create(
        row=row, unit=unit, verdict=Verdict.REVERSED, decided_by=actor
    )
    audit_record(
        action=AuditAction.MATCH_REVERSED,
        actor=actor,
        subject=unit,
        detail={"row": row.pk, "list": row.source_list_id, "was": last.verdict},
        kept=decision,
    )
    return row


def _row_locked(actor: User, row_id: int) -> SourceRow:
    rows = SourceRow.objects.select_for_update(no_key=True, of=("self",)).visible_to(actor)
    row = rows.select_related("source_list", "source_list__imported_by").filter(pk=row_id).first()
    if row is None:
        raise Missing(_("没有这一行，或不在您的管辖范围内。"))
    if not actor.has_perm(Permission.FRAME_LOAD, row):
        raise NotAllowed(_("只有普查办可以判断疑似重复。"))
    return row


def _candidate_unit(row: SourceRow, unit_id: int | None) -> Unit:
    if unit_id is None or not row.candidates.filter(unit=unit_id).exists():
        raise Invalid(_("请从列出的疑似对象中选择。"), code="not_a_candidate")
    return Unit.objects.select_for_update(no_key=True).get(pk=unit_id)


def _as_another(row: SourceRow, taken: TakenRow) -> Unit:
    if row.problems:
        raise Invalid(
            _("作为新对象登记还缺：%(problem)s") % {"problem": row.problems[0]["message"]},
            code="unit_invalid",
        )
    if taken.data.identity and Unit.objects.filter(code=taken.data.identity).exists():
        raise Conflict(
            _("代码 %(code)s 已登记，不能作为另一个对象。") % {"code": taken.data.identity},
            code="code_taken",
        )
    units_create(row.source_list, [taken])
    row.save()
    if taken.unit is None:
        raise Missing(_("没有这一行，或不在您的管辖范围内。"))
    _offer_to_others(taken.unit)
    return taken.unit


def _offer_to_others(unit: Unit) -> None:
    """Rows of the county that still wait may be the unit that has just been registered."""
    county = unit.division_code[:COUNTY_DIGITS]
    waiting = list(
        SourceRow.objects.filter(outcome=RowOutcome.WAITING, division_code__startswith=county)[
            :WAITING_AT_MOST
        ]
    )
    places = places_of(county)
    own = _party(unit.name, unit.address, unit.legal_person, unit.matching_code or "", places)
    others = []
    for row in waiting:
        data = data_from_json(row.data)
        code = data.credit_code[8:17] or data.organisation_code
        others.append(_party(data.name, data.address, data.legal_person, code, places))
    asked = [
        MatchCandidate(
            row=row,
            unit=unit,
            score=one.score,
            name_score=one.name,
            address_score=one.address,
            person_score=one.person,
            codes_differ=one.codes_differ,
        )
        for row, found in zip(waiting, candidates(others, [own]), strict=True)
        for one in found
        if one.is_same or one.is_doubtful
    ]
    MatchCandidate.objects.bulk_create(asked, ignore_conflicts=True)


def _party(name: str, address: str, person: str, code: str, places: tuple[str, ...]) -> Party:
    return Party(
        comparable_name(name, places),
        comparable_address(address, places),
        comparable_person(person),
        code,
    )


def _forget(unit: Unit, *, created_it: bool, actor: User) -> None:
    """Set the unit back to what it was registered with, a person's word and its remaining rows."""
    now, held = data_of(unit), held_origins(unit)
    rows = unit.source_rows.select_related("source_list").order_by("pk")
    claims = [(row.source_list.authority, data_from_json(row.data)) for row in rows]
    if created_it and not claims:
        data, origins = replace(now, status=UnitStatus.DUPLICATE), {**held, "status": FIELD}
    else:
        kept = {name: origin for name, origin in held.items() if origin == FIELD}
        first = data_from_json(unit.revisions.order_by("number")[0].data)
        base = replace(first, **{name: getattr(now, name) for name in (*kept, *NOT_MERGED)})
        data, origins = merged(base, kept, claims)
    unit_save(unit, data, origins, actor=actor)
    revise([unit], actor=actor, reason=REVERSED)
