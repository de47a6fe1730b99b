"""What a summary reads: the exercise, the parts of a division, the forms in force."""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.scopes import prefix_range
from instruments.selectors import definition_for
from registry.models import Division
from registry.selectors import division_get, divisions_below, industry_names
from review.selectors import submissions_in_force
from submissions.models import CollectionExercise, Submission
from submissions.phase_selectors import exercise_shown
from summaries.arithmetic import Form
from summaries.definitions import SummaryTable
from summaries.enums import INDUSTRY_DIGITS, Axis
from summaries.models import SummaryRun

CHUNK = 500
ELSEWHERE = ""  # the part and the row of what lies in no known child, or names no industry


def exercise_current(code: str = "") -> CollectionExercise | None:
    """The exercise with this code; without one, the newest real one that runs, else the newest."""
    return exercise_shown(code)


def prefix_in_force(division_code: str) -> str:
    """The significant digits of a division. Raises Division.DoesNotExist."""
    division = division_get(division_code)
    if division is None:
        raise Division.DoesNotExist(division_code)
    return division.prefix


def parts_of(run: SummaryRun) -> dict[str, str]:
    """Prefix and name of every step: the child divisions, then whatever lies outside them."""
    children = divisions_below(run.division_code)
    parts = {child.prefix: child.name for child in children}
    return {**parts, ELSEWHERE: _("其他")}


def forms_within(run: SummaryRun, table: SummaryTable, prefix: str) -> Iterator[Form]:
    """The forms in force of one part, read one by one."""
    submissions = submissions_in_force(
        exercise=run.exercise, level=run.approval_level, as_of=run.as_of
    ).filter(case__form_code__in=table.forms)
    submissions = _under(submissions, prefix or prefix_in_force(run.division_code))
    if prefix == ELSEWHERE:
        for known in parts_of(run):
            if known:
                low, high = prefix_range(known)
                submissions = submissions.exclude(
                    case__division_code__gte=low, case__division_code__lt=high
                )
    digits = INDUSTRY_DIGITS.get(run.axis)
    rows = submissions.values_list(
        "case__unit_id",
        "case__unit__industry_codes",
        "case__form_code",
        "instrument_version_id",
        "document",
    )
    for unit_id, industries, form_code, version_id, document in rows.iterator(chunk_size=CHUNK):
        key = prefix if digits is None else (industries or [ELSEWHERE])[0][:digits]
        items = definition_for(version_id).items_by_slug
        yield Form(unit_id, key, form_code, items, document)


def _under(submissions: QuerySet[Submission], prefix: str) -> QuerySet[Submission]:
    low, high = prefix_range(prefix)
    if high is None:
        return submissions
    return submissions.filter(case__division_code__gte=low, case__division_code__lt=high)


def row_names(run: SummaryRun, keys: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Code and name of every row by its key, in the order of the table."""
    if run.axis == Axis.DIVISION:
        children = divisions_below(run.division_code)
        names = {child.prefix: (child.code, child.name) for child in children}
        return {**names, ELSEWHERE: ("", _("其他（未划入下级区划）"))}
    found = industry_names([key for key in keys if key])
    named = {key: (key, found.get(key, key)) for key in sorted(keys) if key}
    return {**named, ELSEWHERE: ("", _("未填行业"))}
