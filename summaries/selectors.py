"""What a summary reads: the exercise, the parts of a division, the forms in force."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.scopes import prefix_range
from instruments.definition_files import codelist_files
from registry.models import Division
from registry.selectors import division_get, divisions_below, industry_names
from submissions.models import CollectionExercise
from submissions.phase_selectors import exercise_shown
from summaries.arithmetic import Form
from summaries.definitions import SummaryTable, forms_to_read
from summaries.enums import Axis
from summaries.frames import (
    COUNTY_DIGITS,
    ELSEWHERE,
    Basins,
    FrameOrder,
    counties_within,
    frame_of,
    keys_of,
    place_of,
    units_read,
)
from summaries.models import SummaryRun

TOTAL = "*"  # the row of the total where the rows do not add up to it


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
    """The forms in force of one part, county by county, the forms of a unit one after the other.

    A unit that lies in two basins comes once for each, and once for the total: basins add up to
    nothing.
    """
    order = FrameOrder(run.exercise, run.approval_level, run.as_of, forms_to_read([table]))
    basins = Basins()
    for place in _places(run, prefix):
        for unit, forms in units_read(frame_of(order, place, basins)):
            counted = [form for form in forms if form.code in table.forms]
            axis = run.axis
            keys = (prefix,) if axis == Axis.DIVISION else keys_of(axis, unit, forms)
            if axis == Axis.BASIN:
                keys = (*keys, TOTAL)
            for key in keys:
                for form in counted:
                    yield Form(form.unit_id, key, form.code, form.items, form.document)


def _places(run: SummaryRun, prefix: str) -> Iterator[Q]:
    """The pieces of a part, none larger than a county."""
    if prefix == ELSEWHERE:
        outside = place_of(prefix_in_force(run.division_code))
        for known in parts_of(run):
            if known:
                low, high = prefix_range(known)
                outside &= ~Q(case__division_code__gte=low, case__division_code__lt=high)
        yield outside
    elif len(prefix) >= COUNTY_DIGITS:
        yield place_of(prefix)
    else:
        for county in counties_within(run.exercise, prefix):
            yield place_of(county)


@lru_cache(maxsize=1)
def size_names() -> Mapping[str, str]:
    """The list of sizes (企业规模) by code."""
    sizes = next(one for one in codelist_files() if one.name == "SIZE")
    return {entry["code"]: entry["label"] for entry in sizes.entries}


def axis_names(axis: str, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Code and name of every row by its key, in order; divisions have `division_names`."""
    given = {key for key in keys if key}
    if axis == Axis.SIZE:
        names = {key: size_names().get(key, key) for key in {*size_names(), *given}}
        return {**_coded(names), ELSEWHERE: ("", _("未填规模"))}
    if axis == Axis.BASIN:
        return {**_coded(Basins().names), ELSEWHERE: ("", _("不在任何流域"))}
    found = industry_names(sorted(given))
    named = {key: (key, found.get(key, key)) for key in sorted(given)}
    return {**named, ELSEWHERE: ("", _("未填行业"))}


def _coded(names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {key: (key, names[key]) for key in sorted(names)}


def row_names(run: SummaryRun, keys: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Code and name of every row of a run by its key, in the order of the table."""
    if run.axis == Axis.DIVISION:
        children = divisions_below(run.division_code)
        names = {child.prefix: (child.code, child.name) for child in children}
        return {**names, ELSEWHERE: ("", _("其他（未划入下级区划）"))}
    return axis_names(run.axis, keys)
