"""Reading runs: results by rule and by division, the findings themselves, what blocks a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from django.db.models import Q, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.scopes import prefix_range
from instruments.evaluation.language.duckdb import quoted
from instruments.selectors import definition_for, version_ids_current
from submissions.batch_editing.comparing import NAMESAKE, OUTLIER, SLIP
from submissions.batch_editing.running import prefix_of
from submissions.facts.reading import Facts
from submissions.facts.store import FactStore, Manifest
from submissions.models import (
    BatchDivisionCount,
    BatchRuleResult,
    BatchRun,
    Case,
    CollectionExercise,
)

PAGE = 100


@dataclass(frozen=True)
class RuleRow:
    """One rule of a run, over all its parts."""

    form_code: str
    rule_id: str
    kind: str
    severity: str
    judged: int
    found: int
    new: int
    gone: int
    milliseconds: float
    errors: int

    @property
    def rate(self) -> float:
        """Found for a thousand judged."""
        return 1000 * self.found / self.judged if self.judged else 0.0

    @property
    def still(self) -> int:
        """Found before, too."""
        return self.found - self.new

    @property
    def text(self) -> str:
        """What the rule says."""
        return rule_text(self.form_code, self.rule_id)


@dataclass(frozen=True)
class FindingRow:
    """One finding with the case it speaks of."""

    case: Case
    rule_id: str
    row: str
    is_new: bool


def rule_rows(run: BatchRun, *, only_found: bool = False) -> list[RuleRow]:
    """Every rule, those that did not run first, then by how much they found. One query."""
    rows = (
        BatchRuleResult.objects.filter(part__run=run)
        .values("form_code", "rule_id", "kind")
        .annotate(
            all_judged=Sum("judged"),
            all_found=Sum("found"),
            all_new=Sum("new"),
            all_gone=Sum("gone"),
            all_ms=Sum("milliseconds"),
        )
        .order_by("form_code", "rule_id", "kind")
    )
    failed: dict[tuple[str, str, str], int] = {}
    severities: dict[tuple[str, str, str], str] = {}
    details = BatchRuleResult.objects.filter(part__run=run).values_list(
        "form_code", "rule_id", "kind", "severity", "error"
    )
    for form_code, rule_id, kind, severity, error in details:
        key = (form_code, rule_id, kind)
        failed[key] = failed.get(key, 0) + bool(error)
        severities[key] = severities.get(key) or severity
    found = []
    for row in rows:
        key = (row["form_code"], row["rule_id"], row["kind"])
        if only_found and not (row["all_found"] or row["all_gone"] or failed[key]):
            continue
        found.append(
            RuleRow(
                *key,
                severity=severities[key],
                judged=row["all_judged"],
                found=row["all_found"],
                new=row["all_new"],
                gone=row["all_gone"],
                milliseconds=row["all_ms"],
                errors=failed[key],
            )
        )
    return sorted(found, key=lambda r: (-r.errors, -r.found, -r.gone, r.form_code, r.rule_id))


def unfinished_results(run: BatchRun) -> list[BatchRuleResult]:
    """Rules that did not run, with the reason. One query."""
    results = BatchRuleResult.objects.filter(part__run=run).exclude(error="")
    return list(results.select_related("part").order_by("form_code", "rule_id", "part__province"))


def division_rows(
    run: BatchRun, *, form_code: str, rule_id: str, digits: int
) -> list[dict[str, Any]]:
    """What a rule found by division of so many digits, most first. One query."""
    counts = BatchDivisionCount.objects.filter(
        result__part__run=run, result__form_code=form_code, result__rule_id=rule_id
    )
    summed: dict[str, list[int]] = {}
    for code, found, new in counts.values_list("division_code", "found", "new"):
        held = summed.setdefault(code[:digits].ljust(12, "0"), [0, 0])
        held[0] += found
        held[1] += new
    rows = [{"code": code, "found": held[0], "new": held[1]} for code, held in summed.items()]
    return sorted(rows, key=lambda row: (-int(row["found"]), str(row["code"])))


def findings_page(
    run: BatchRun, *, form_code: str, rule_id: str, division: str = "", page: int = 1
) -> tuple[list[FindingRow], int]:
    """One page of the findings of a rule, and how many there are in all. The list has no cap."""
    files = [part.file for part in run.parts.all() if part.file]
    if not files:
        return [], 0
    store = FactStore(run.exercise, "findings")
    connection = duckdb.connect(config={"threads": 1})
    try:
        scan = Facts(store, Manifest(0, "", "", "", ""), connection).scan(files)
        low, high = prefix_range(prefix_of(division) if division else "")
        where = f"form_code = {quoted(form_code)} AND rule_id = {quoted(rule_id)}"
        if high:
            where += f" AND division_code >= {quoted(low)} AND division_code < {quoted(high)}"
        counted = connection.execute(f"SELECT count(*) FROM {scan} WHERE {where}").fetchone()
        rows = connection.execute(
            f"SELECT case_id, rule_id, row, is_new FROM {scan} WHERE {where} "
            f"ORDER BY division_code, case_id, row LIMIT {PAGE} OFFSET {PAGE * (page - 1)}"
        ).fetchall()
    finally:
        connection.close()
    cases = Case.objects.select_related("unit").in_bulk([row[0] for row in rows])
    listed = [
        FindingRow(cases[case], rule, row, is_new)
        for case, rule, row, is_new in rows
        if case in cases
    ]
    return listed, int(counted[0]) if counted else 0


def release_blockers(exercise: CollectionExercise, division_code: str) -> list[str]:
    """Why figures of this division may not be released on its newest run; nothing where they may.

    A rule that did not run, a part that did not end, and no run at all block a release alike.
    """
    runs = BatchRun.objects.filter(exercise=exercise).filter(
        Q(division_code=division_code) | Q(division_code="0" * 12)
    )
    run = runs.first()
    if run is None:
        return [_("还没有对这个区划做过批量审核。")]
    blockers = []
    open_parts = [part.province for part in run.parts.filter(finished_at=None)]
    if open_parts:
        blockers.append(_("批量审核还有 %(count)d 个部分没有完成。") % {"count": len(open_parts)})
    if run.unfinished_count:
        blockers.append(
            _("有 %(count)d 条审核关系未能执行，不能视为通过。") % {"count": run.unfinished_count}
        )
    return blockers


def rule_text(form_code: str, rule_id: str) -> str:
    """What a rule or check says, in the language of the request."""
    check, _separator, slug = rule_id.partition("-")
    if check == NAMESAKE:
        return _("同一县内有名称相同的普查对象")
    definition = _definitions().get(form_code)
    if definition is None:
        return rule_id
    language = "en" if (get_language() or "").startswith("en") else "zh"
    if check in (OUTLIER, SLIP) and slug in definition.items_by_slug:
        label = definition.items_by_slug[slug].label[language]
        if check == SLIP:
            return _("%(item)s：与同行业同规模相差约 10 倍或 1000 倍，疑似计量单位错误") % {
                "item": label
            }
        return _("%(item)s：明显偏离同行业同规模的水平") % {"item": label}
    for rule in definition.rules:
        if rule.id == rule_id:
            return str(rule.message.get(language) or rule.message["zh"])
    slug, _separator, suffix = rule_id.removeprefix(f"{form_code}-").rpartition("-")
    return _item_text(definition.items_by_slug.get(slug), suffix, language) or rule_id


def _item_text(item: Any, suffix: str, language: str) -> str:
    if item is None:
        return ""
    sentences = {
        "type": _("%(item)s：格式不对或超出范围"),
        "list": _("%(item)s：不在代码表中"),
        "required": _("%(item)s：必填未填"),
        "applies": _("%(item)s：不应填写"),
    }
    return sentences[suffix] % {"item": item.label[language]} if suffix in sentences else ""


def _definitions() -> dict[str, Any]:
    return {d.code: d for d in map(definition_for, version_ids_current())}


def pages_of(total: int) -> Sequence[int]:
    """The numbers of the pages."""
    return range(1, max(1, -(-total // PAGE)) + 1)
