"""Loading a list of units: chunk by chunk, every row created, unchanged or refused with a reason."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from registry.enums import UnitKind, UnitSource
from registry.frame.columns import Header, header_read
from registry.frame.files import Row, by_field, rows_read
from registry.frame.report import LoadReport, RowError
from registry.frame.rows import data_read
from registry.identifiers import Problem
from registry.models import Unit
from registry.policies import FieldProblem, data_problems
from registry.selectors import classifications_for
from registry.services.freezing import freeze_of, register_frozen_problem
from registry.services.revisions import revise
from registry.services.units import changed_fields, object_codes_issue
from registry.successions import place_now, successions
from registry.unit_data import UnitData, data_normalised, data_of

CHUNK = 1000
REASON = "frame_load"


@dataclass
class Line:
    """One row of the file on its way into the register."""

    number: int
    cells: list[str]
    by_field: dict[str, str]
    data: UnitData
    problems: list[FieldProblem]
    is_unchanged: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same unit on the next run: its code, or its name at its place."""
        return (
            (self.data.identity,)
            if self.data.identity
            else (self.data.division_code, self.data.name)
        )


@dataclass
class _Load:
    """The state of one run."""

    actor: User
    header: Header
    report: LoadReport
    first_rows: dict[tuple[str, ...], int] = field(default_factory=dict)
    may_load: dict[str, bool] = field(default_factory=dict)
    frozen: dict[str, bool] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=successions)  # codes of divisions

    def is_frozen(self, code: str) -> bool:
        """Whether the register of this county is frozen: it takes no new units from lists."""
        county = code[:6]
        if county not in self.frozen:
            self.frozen[county] = freeze_of(code) is not None
        return self.frozen[county]


def frame_load(
    *,
    path: Path,
    actor: User,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> LoadReport:
    """Register the units of a CSV or XLSX file. Raises `NotAllowed`, or `Invalid` for a bad file.

    Each chunk is its own transaction, so a run that was cut off is finished by running it again;
    the same file twice changes nothing. A registered unit is never overwritten by a list: a row
    that differs from the register is refused with the differences.
    """
    if not actor.can_anywhere(Permission.FRAME_LOAD):
        raise NotAllowed(_("您的职责不包括导入名录。"))
    header_row, *rows = rows_read(path)
    header = header_read(header_row[1])
    report = LoadReport(is_dry_run=dry_run, header=header_row[1], total=len(rows))
    report.ignored_columns = header.ignored
    load = _Load(actor=actor, header=header, report=report)
    for start in range(0, len(rows), CHUNK):
        _load_chunk(load, rows[start : start + CHUNK])
        if progress is not None:
            progress(min(start + CHUNK, len(rows)), len(rows))
    if not dry_run:
        _record(load, path)
    return report


def _record(load: _Load, path: Path) -> None:
    report = load.report
    audit_record(
        action=AuditAction.FRAME_LOADED,
        actor=load.actor,
        division_code=load.actor.division_code,
        detail={
            "file": path.name,
            "total": report.total,
            "created": report.created,
            "unchanged": report.unchanged,
            "refused": report.refused,
        },
    )


def _load_chunk(load: _Load, rows: Sequence[Row]) -> None:
    lines = list(_lines_read(load, rows))
    try:
        _match_and_write(load, lines)
    except IntegrityError:
        # somebody registered one of these units in the meantime: look again, once
        _match_and_write(load, lines)
    for line in lines:
        if line.problems:
            errors = [RowError.of(line.number, found, line.by_field) for found in line.problems]
            load.report.refuse(line.number, line.cells, errors)
        elif line.is_unchanged:
            load.report.unchanged += 1
        else:
            load.report.created += 1


def _lines_read(load: _Load, rows: Sequence[Row]) -> Iterator[Line]:
    """Rows to facts, with everything that the register's present content has no say in."""
    lines = []
    for number, cells in rows:
        cells_by_field = by_field(cells, load.header.positions)
        data, problems = data_read(cells_by_field)
        data = place_now(data_normalised(data), load.replaced)
        lines.append(Line(number, cells, cells_by_field, data, problems))
    classifications = classifications_for([line.data for line in lines])
    for line in lines:
        unread = {found.field for found in line.problems}
        line.problems += [
            found
            for found in data_problems(line.data, classifications)
            if not (unread and found.field in {"longitude", "latitude"})
        ]
        if not line.problems:
            line.problems += _place_problems(load, line)
        if not line.problems:
            line.problems += _repetition_problems(load, line)
        yield line


def _place_problems(load: _Load, line: Line) -> list[FieldProblem]:
    code = line.data.division_code
    if code not in load.may_load:
        load.may_load[code] = load.actor.has_perm(Permission.FRAME_LOAD, Place(code))
    if load.may_load[code]:
        return []
    problem = Problem(
        "outside_jurisdiction",
        _("区划 %(code)s 不在您的管辖范围内。") % {"code": code},
        _("请交由该地普查办导入。"),
    )
    return [FieldProblem("division_code", problem)]


def _repetition_problems(load: _Load, line: Line) -> list[FieldProblem]:
    first = load.first_rows.setdefault(line.key, line.number)
    if first == line.number:
        return []
    problem = Problem(
        "repeated_in_file",
        _("与第 %(row)d 行是同一普查对象。") % {"row": first},
        _("如是同一单位的另一厂区，请填写不同的厂区编号；否则请删去一行。"),
    )
    return [FieldProblem(_identity_field(line.data), problem)]


def _identity_field(data: UnitData) -> str:
    if data.credit_code:
        return "credit_code"
    return "organisation_code" if data.organisation_code else "name"


@transaction.atomic
def _match_and_write(load: _Load, lines: list[Line]) -> None:
    sound = [line for line in lines if not line.problems]
    registered = _registered(sound)
    new = []
    for line in sound:
        unit = registered.get(line.key)
        if unit is None and load.is_frozen(line.data.division_code):
            line.problems.append(FieldProblem("division_code", register_frozen_problem()))
        elif unit is None:
            new.append(line)
        elif found := _difference(load, line, unit):
            line.problems.append(found)
        else:
            line.is_unchanged = True
    if new and not load.report.is_dry_run:
        _write(load.actor, new)


def _registered(lines: list[Line]) -> dict[tuple[str, ...], Unit]:
    """The units that these lines speak of, under the lines' keys. Two queries."""
    by_code = Unit.objects.filter(code__in=[line.data.identity for line in lines])
    nameless = [line for line in lines if not line.data.identity]
    by_name = Unit.objects.filter(
        division_code__in={line.data.division_code for line in nameless},
        name__in={line.data.name for line in nameless},
        credit_code="",
        organisation_code="",
    )
    found: dict[tuple[str, ...], Unit] = {(unit.code,): unit for unit in by_code}
    if nameless:
        found.update({(unit.division_code, unit.name): unit for unit in by_name})
    return found


def _difference(load: _Load, line: Line, unit: Unit) -> FieldProblem | None:
    """Why a registered unit is not simply unchanged: other facts, or another area's unit."""
    if not load.actor.has_perm(Permission.UNIT_VIEW, unit):
        problem = Problem(
            "code_taken",
            _("代码 %(code)s 已在其他地区登记。") % {"code": unit.code},
            _("同一单位在本地的厂区请填写不同的厂区编号。"),
        )
        return FieldProblem(_identity_field(line.data), problem)
    now = data_of(unit)
    stated = [name for name in changed_fields(now, line.data) if _is_stated(line, name)]
    if not stated:
        return None
    shown = getattr(now, stated[0])
    problem = Problem(
        "differs_from_register",
        _("该普查对象已登记，此列与名录库不同，名录库中为“%(now)s”。")
        % {"now": _("、").join(shown) if isinstance(shown, tuple) else shown},
        _("名录不会覆盖已登记的内容，如需修改请在普查对象页面办理。"),
    )
    return FieldProblem(stated[0], problem)


def _is_stated(line: Line, name: str) -> bool:
    if name == "industry_codes":
        return bool(line.data.industry_codes)
    return bool(line.by_field.get(name, "").strip())


def _write(actor: User, lines: list[Line]) -> None:
    object_codes = _object_codes(lines)
    units = []
    for line in lines:
        data = line.data
        object_code = "" if data.identity else next(object_codes[_stem(data)])
        units.append(
            Unit(
                **{**vars(data), "industry_codes": list(data.industry_codes)},
                code=data.identity or object_code,
                object_code=object_code,
                source=UnitSource.FRAME,
                registered_by=actor,
            )
        )
    with transaction.atomic():
        Unit.objects.bulk_create(units)
    revise(units, actor=actor, reason=REASON)


def _stem(data: UnitData) -> tuple[str, str]:
    return (data.kind, data.division_code)


def _object_codes(lines: list[Line]) -> dict[tuple[str, str], Iterator[str]]:
    needed = Counter(_stem(line.data) for line in lines if not line.data.identity)
    issued: dict[tuple[str, str], Iterator[str]] = defaultdict(lambda: iter(()))
    for kind, division_code in sorted(needed):
        issued[kind, division_code] = iter(
            object_codes_issue(
                kind=UnitKind(kind),
                division_code=division_code,
                count=needed[kind, division_code],
            )
        )
    return issued
