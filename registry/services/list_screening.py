"""Comparing the rows of a list with the register: each is merged, waits, is new, or is refused.

County by county in chunks that are one transaction each: a run that was killed goes on with the
rows that have no outcome, and screening the same list again changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.models import User
from accounts.scopes import Place, prefix_range
from audit.enums import AuditAction
from audit.services import audit_record
from registry.bulk import rows_update
from registry.enums import ListState, RowOutcome, UnitStatus
from registry.identifiers import Problem
from registry.models import MatchCandidate, SourceList, SourceRow, Unit
from registry.policies import FieldProblem
from registry.screening.comparable import comparable_address, comparable_name, comparable_person
from registry.screening.places import COUNTY_DIGITS, Gazetteer
from registry.screening.similarity import (
    CANDIDATES_AT_MOST,
    NEARLY,
    Candidate,
    Party,
    candidates,
)
from registry.services.freezing import freeze_of, register_frozen_problem
from registry.services.list_taking import TakenRow, units_create, units_merge
from registry.unit_data import UnitData, data_from_json

BY_CODE, BY_LIKENESS = "code", "likeness"
CHUNK = 3000
_LOCK = 7_301_120_178  # two lists are never compared with the same county at the same moment


@dataclass
class _Screening:
    """The state of one run."""

    source_list: SourceList
    actor: User
    gazetteer: Gazetteer
    may_load: dict[str, bool] = field(default_factory=dict)
    frozen: dict[str, bool] = field(default_factory=dict)

    def is_frozen(self, code: str) -> bool:
        """Whether the register of this county is frozen."""
        county = code[:COUNTY_DIGITS]
        if county not in self.frozen:
            self.frozen[county] = freeze_of(code) is not None
        return self.frozen[county]

    def may(self, code: str) -> bool:
        """Whether the person may load into this county."""
        county = code[:COUNTY_DIGITS]
        if county not in self.may_load:
            place = Place(county.ljust(12, "0"))
            self.may_load[county] = self.actor.has_perm(Permission.FRAME_LOAD, place)
        return self.may_load[county]


def source_list_screen(
    source_list: SourceList,
    *,
    progress: Callable[[int], None],
    gazetteer: Gazetteer,
) -> Counter[str]:
    """Give every row its outcome; answers how many rows have which."""
    run = _Screening(source_list, source_list.imported_by, gazetteer)
    done = 0
    for counties in _chunks(source_list):
        done += _screen_counties(run, counties)
        progress(done)
    counts = outcome_counts(source_list)
    if source_list.state != ListState.SCREENED:
        source_list.state, source_list.screened_at = ListState.SCREENED, timezone.now()
        source_list.save(update_fields=["state", "screened_at"])
        audit_record(
            action=AuditAction.LIST_SCREENED,
            actor=run.actor,
            division_code=source_list.division_code,
            detail={"list": source_list.pk, "file": source_list.name, **counts},
        )
    return counts


def outcome_counts(source_list: SourceList) -> Counter[str]:
    """How many rows have which outcome. One query on the index."""
    rows = source_list.rows.values_list("outcome").annotate(number=Count("pk"))
    return Counter(dict(rows))


def _chunks(source_list: SourceList) -> Iterator[list[str]]:
    """Counties in order, together at least `CHUNK` rows; the last ones whatever is left."""
    left = (
        source_list.rows.filter(outcome=RowOutcome.READ)
        .annotate(county=Left("division_code", COUNTY_DIGITS))
        .values_list("county")
        .annotate(number=Count("pk"))
        .order_by("county")
    )
    chunk: list[str] = []
    total = 0
    for county, number in left:
        chunk.append(county)
        total += number
        if total >= CHUNK:
            yield chunk
            chunk, total = [], 0
    if chunk:
        yield chunk


@transaction.atomic
def _screen_counties(run: _Screening, counties: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    rows = [
        TakenRow(row, data_from_json(row.data))
        for row in SourceRow.objects.filter(
            _within(counties), source_list=run.source_list, outcome=RowOutcome.READ
        ).order_by("division_code", "number")
    ]
    allowed = []
    for taken in rows:
        if not run.may(taken.row.division_code):
            taken.refuse(_elsewhere(taken.data))
        elif run.is_frozen(taken.row.division_code):
            taken.refuse(FieldProblem("division_code", register_frozen_problem()))
        else:
            allowed.append(taken)
    _match_by_code(run, allowed)
    for county, inside in _by_county(allowed).items():
        _match_by_likeness(run, county, inside)
    _take(run, allowed)
    rows_update(SourceRow, [taken.stored for taken in rows])
    return len(rows)


def _within(counties: Sequence[str]) -> Q:
    inside = Q(pk__in=[])
    for county in counties:
        low, high = prefix_range(county)
        inside |= Q(division_code__gte=low, division_code__lt=high) if high else Q(division_code="")
    return inside


def _by_county(rows: Sequence[TakenRow]) -> dict[str, list[TakenRow]]:
    found: dict[str, list[TakenRow]] = defaultdict(list)
    for taken in rows:
        found[taken.data.division_code[:COUNTY_DIGITS]].append(taken)
    return found


def _match_by_code(run: _Screening, rows: Sequence[TakenRow]) -> None:
    """Find the unit, or the earlier row, of the same code, wherever it lies. One query."""
    identities = {taken.data.identity for taken in rows} - {""}
    organisations = {taken.organisation for taken in rows} - {""}
    by_code: dict[str, Unit] = {}
    sites: dict[str, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.filter(Q(code__in=identities) | Q(matching_code__in=organisations)):
        by_code[unit.code] = unit
        sites[unit.matching_code].append(unit)
    leaders: dict[str, TakenRow] = {}
    for taken in rows:
        match = by_code.get(taken.data.identity) or _only_site(taken, sites[taken.organisation])
        if match is None:
            _follow_by_code(taken, leaders)
        elif run.may(match.division_code):
            taken.unit_id, taken.row.how = match.pk, BY_CODE
        else:
            taken.refuse(_taken_elsewhere(taken.data))


def _only_site(taken: TakenRow, sites: list[Unit]) -> Unit | None:
    """The one site of the organisation in the row's county; several are told apart by likeness."""
    if taken.data.site_suffix or not taken.organisation:
        return None
    county = taken.data.division_code[:COUNTY_DIGITS]
    here = [unit for unit in sites if unit.division_code.startswith(county)]
    return here[0] if len(here) == 1 else None


def _follow_by_code(taken: TakenRow, leaders: dict[str, TakenRow]) -> None:
    """A code for the second time in the list is the first one's unit."""
    keys = [taken.data.identity]
    if taken.organisation and not taken.data.site_suffix:
        keys.append(f"{taken.organisation} {taken.data.division_code[:COUNTY_DIGITS]}")
    for key in filter(None, keys):
        leader = leaders.setdefault(key, taken)
        if leader is not taken and taken.leader is None:
            taken.leader, taken.row.how = leader, BY_CODE


def _match_by_likeness(run: _Screening, county: str, rows: Sequence[TakenRow]) -> None:
    """Compare what no code has placed with the county's units, and the rows among themselves."""
    left = [taken for taken in rows if taken.is_new and taken.row.outcome == RowOutcome.READ]
    if not left:
        return
    places = run.gazetteer.places_of(county)
    keys, parties = _register_of(county, places)
    own = [
        _party((t.data.name, t.data.address, t.data.legal_person, t.organisation), places)
        for t in left
    ]
    compared = zip(left, candidates(own, [*parties, *own]), strict=True)
    for position, (taken, found) in enumerate(compared):
        near = []
        for one in found:
            target = _target(one.index, position, keys, left)
            if target is not None:
                near.append((one, target))
        _judge(taken, near)


def _register_of(county: str, places: tuple[str, ...]) -> tuple[list[int], list[Party]]:
    """The county's units, comparable. One query of five columns: a county may have 20,000."""
    low, high = prefix_range(county)
    rows = (
        Unit.objects.filter(division_code__gte=low, division_code__lt=high)
        .exclude(status=UnitStatus.DUPLICATE)
        .order_by("pk")
        .values_list("pk", "name", "address", "legal_person", "matching_code")
    )
    keys, parties = [], []
    for key, *facts in rows.iterator():
        keys.append(key)
        parties.append(_party(facts, places))
    return keys, parties


def _party(facts: Sequence[str], places: tuple[str, ...]) -> Party:
    name, address, person, code = facts
    return Party(
        comparable_name(name, places),
        comparable_address(address, places),
        comparable_person(person),
        code or "",
    )


def _target(
    index: int, position: int, keys: list[int], rows: list[TakenRow]
) -> int | TakenRow | None:
    """What a candidate stands for; a later row, or one that is undecided itself, for nothing."""
    if index < len(keys):
        return keys[index]
    earlier = rows[index - len(keys)].first if index - len(keys) < position else None
    if earlier is None or earlier.doubts:
        return None
    return earlier if earlier.unit_id is None else earlier.unit_id


def _judge(taken: TakenRow, near: list[tuple[Candidate, int | TakenRow]]) -> None:
    """The best one where it is beyond doubt and no second one is nearly as good; else a person."""
    near = _once_each(near)
    if not near:
        return
    best, target = near[0]
    rival = len(near) > 1 and near[1][0].is_same and best.score - near[1][0].score < NEARLY
    if best.is_same and not rival:
        taken.row.how = BY_LIKENESS
        if isinstance(target, TakenRow):
            taken.leader = target
        else:
            taken.unit_id = target
        return
    taken.doubts = [one for one in near if one[0].is_same or one[0].is_doubtful][
        :CANDIDATES_AT_MOST
    ]


def _once_each(
    near: list[tuple[Candidate, int | TakenRow]],
) -> list[tuple[Candidate, int | TakenRow]]:
    seen: dict[int | TakenRow, tuple[Candidate, int | TakenRow]] = {}
    for one in near:
        seen.setdefault(one[1], one)
    return list(seen.values())


def _take(run: _Screening, rows: Sequence[TakenRow]) -> None:
    """Write what was found: new units, what units learn, and the questions."""
    read = [taken for taken in rows if taken.row.outcome == RowOutcome.READ]
    units_create(run.source_list, _new_of(read))
    known = _units_of(read)
    claims: dict[int, tuple[Unit, list[UnitData]]] = {}
    for taken in read:
        first = taken.first
        if taken.row.outcome != RowOutcome.READ or first.doubts:
            continue
        unit = known.get(first.unit_id) if first.unit_id else first.unit
        if unit is None:
            taken.refuse(_same_as_refused(first))
            continue
        claims.setdefault(unit.pk, (unit, []))[1].append(taken.data)
        taken.settle(unit, RowOutcome.MERGED, taken.row.how)
    units_merge(run.source_list, list(claims.values()))
    _ask([taken for taken in read if taken.first.doubts], known)


def _new_of(rows: Sequence[TakenRow]) -> list[TakenRow]:
    """Rows that make a unit. One that lacks what a new unit needs may be merged, not registered."""
    new = []
    for taken in rows:
        if taken.is_new and taken.row.problems:
            taken.refuse()
        elif taken.is_new:
            new.append(taken)
    return new


def _units_of(rows: Sequence[TakenRow]) -> dict[int, Unit]:
    """Every registered unit that the rows are, or may be. One query."""
    keys = {taken.unit_id for taken in rows}
    keys |= {key for taken in rows for _one, key in taken.doubts if isinstance(key, int)}
    return Unit.objects.in_bulk([key for key in keys if key is not None])


def _ask(rows: Sequence[TakenRow], known: dict[int, Unit]) -> None:
    asked: list[MatchCandidate] = []
    for taken in rows:
        questions = [
            candidate_row(taken.row, unit, one)
            for one, target in taken.first.doubts
            if (unit := target.unit if isinstance(target, TakenRow) else known.get(target))
        ]
        if not questions:
            taken.refuse(_same_as_refused(taken.first))
            continue
        taken.row.outcome = RowOutcome.WAITING
        asked += questions
    MatchCandidate.objects.bulk_create(asked, batch_size=1000, ignore_conflicts=True)


def candidate_row(row: SourceRow, unit: Unit, one: Candidate) -> MatchCandidate:
    """A question for a person, unsaved."""
    return MatchCandidate(
        row=row,
        unit=unit,
        score=one.score,
        name_score=one.name,
        address_score=one.address,
        person_score=one.person,
        codes_differ=one.codes_differ,
    )


def _elsewhere(data: UnitData) -> FieldProblem:
    problem = Problem(
        "outside_jurisdiction",
        _("区划 %(code)s 不在您的管辖范围内。") % {"code": data.division_code},
        _("请交由该地普查办导入。"),
    )
    return FieldProblem("division_code", problem)


def _taken_elsewhere(data: UnitData) -> FieldProblem:
    problem = Problem(
        "code_taken",
        _("代码 %(code)s 已在其他地区登记。") % {"code": data.identity or data.organisation_code},
        _("同一单位在本地的厂区请填写不同的厂区编号。"),
    )
    return FieldProblem("credit_code" if data.credit_code else "organisation_code", problem)


def _same_as_refused(first: TakenRow) -> FieldProblem:
    """The same unit's earlier row was not taken, and this one has nothing more to say."""
    problem = Problem(
        "same_as_refused",
        _("与第 %(row)d 行是同一普查对象，该行未采用。") % {"row": first.row.number},
        _("请先改正第 %(row)d 行。") % {"row": first.row.number},
    )
    return FieldProblem("name", problem)
