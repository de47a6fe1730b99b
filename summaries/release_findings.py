"""Why a release may not be made: equations that do not hold, values left out, rules that never ran."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.scopes import prefix_range
from registry.selectors import division_name
from submissions.enums import FailureKind
from submissions.models import EditFailure
from summaries.definitions import SummaryTable, forms_to_read
from summaries.enums import Axis
from summaries.models import ReleaseRun
from summaries.proof import Check, checks_of, malformed_of
from summaries.release_lines import CITY, PROVINCE_DIGITS, Content

AT_MOST = 200  # findings that a run keeps; the first is in the job's sentence


def findings_of(run: ReleaseRun, tables: Sequence[SummaryTable]) -> list[dict[str, Any]]:
    """Everything that stands against the release, in the order of weight."""
    found = chain(_rules_not_run(run, tables), _tables(run, tables))
    return list(islice(found, AT_MOST))


def _rules_not_run(run: ReleaseRun, tables: Sequence[SummaryTable]) -> Iterator[dict[str, Any]]:
    """A rule that could not run counts as failed. One query."""
    failures = EditFailure.objects.filter(
        case__exercise=run.exercise,
        case__is_owed=True,
        case__form_code__in=forms_to_read(tables),
        kind=FailureKind.FAILED_TO_RUN,
    )
    low, high = prefix_range(run.division_code.rstrip("0"))
    if high is not None:
        failures = failures.filter(division_code__gte=low, division_code__lt=high)
    rows = (
        failures.order_by("rule_id").values("rule_id").annotate(cases=Count("case", distinct=True))
    )
    for row in rows:
        yield {
            "kind": "rule_not_run",
            "rule": row["rule_id"],
            "count": row["cases"],
            "sentence": _("审核关系 %(rule)s 在 %(count)d 份普查表上未能执行")
            % {"rule": row["rule_id"], "count": row["cases"]},
        }


def _tables(run: ReleaseRun, tables: Sequence[SummaryTable]) -> Iterator[dict[str, Any]]:
    for table in tables:
        contents = dict(contents_of_run(run, table))
        yield from _unplaced(table, contents)
        for slug, count in malformed_of(table, contents).items():
            yield {
                "kind": "malformed",
                "table": table.code,
                "column": slug,
                "count": count,
                "sentence": _("%(table)s %(column)s：%(count)d 个格式错误的数值没有计入")
                % {
                    "table": table.number,
                    "column": table.by_slug[slug].label["zh"],
                    "count": count,
                },
            }
        yield from failed_told(table, checks_of(table, contents))


def contents_of_run(run: ReleaseRun, table: SummaryTable) -> Iterator[tuple[str, Content]]:
    """The areas of one table: prefix and content, the nation's under no prefix."""
    parts = run.parts.filter(prefix__endswith=f":{table.code}").order_by("prefix")
    for part in parts.iterator(chunk_size=8):
        yield part.prefix.partition(":")[0], part.lines


def _unplaced(table: SummaryTable, contents: Mapping[str, Content]) -> Iterator[dict[str, Any]]:
    """Rows of divisions that the register does not have: its counties do not make the whole."""
    for area, content in contents.items():
        for axis in (CITY, Axis.DIVISION):
            for key, (code, name) in content["names"].get(axis, {}).items():
                if _is_unknown(name, key):
                    units = content["axes"][axis][key]["units"]
                    yield {
                        "kind": "unplaced",
                        "table": table.code,
                        "area": area,
                        "key": key,
                        "count": units,
                        "sentence": _("%(table)s：%(units)d 个单位的区划 %(code)s 不在现行区划中")
                        % {"table": table.number, "units": units, "code": code},
                    }


def _is_unknown(name: str, key: str) -> bool:
    return name.startswith(_("名录中没有的区划 %(prefix)s") % {"prefix": key})


def failed_told(table: SummaryTable, checks: Iterable[Check]) -> Iterator[dict[str, Any]]:
    """The equations that do not hold, each with a sentence."""
    for check in checks:
        if not check.holds:
            yield {**check.as_dict(), "kind": "equation", "sentence": sentence_of(table, check)}


def kind_words(kind: str) -> str:
    """What is added up, in words."""
    words = {
        Axis.DIVISION: _("下级区划之和"),
        CITY: _("各市之和"),
        Axis.INDUSTRY_DIVISION: _("各行业大类之和"),
        Axis.INDUSTRY_CLASS: _("各行业小类之和"),
        Axis.SIZE: _("各规模之和"),
        "cities_of_counties": _("各县之和与市"),
        "province": _("省表与全国表中的省"),
    }
    return str(words.get(kind, _("各省之和与全国的行")))


def sentence_of(table: SummaryTable, check: Check) -> str:
    """One equation that does not hold."""
    column = table.by_slug.get(check.column)
    return _("%(table)s %(place)s %(column)s：%(kind)s为 %(rows)s，合计为 %(total)s") % {
        "table": table.number,
        "place": _place(check),
        "column": column.label["zh"] if column and check.measure == "sum" else _("单位数"),
        "kind": kind_words(check.kind),
        "rows": check.rows,
        "total": check.total,
    }


def _place(check: Check) -> str:
    prefix = check.key if check.kind in {"cities_of_counties", "province"} else check.area
    if not prefix:
        return str(_("全国"))
    return division_name(prefix.ljust(12, "0")) if len(prefix) >= PROVINCE_DIGITS else prefix
