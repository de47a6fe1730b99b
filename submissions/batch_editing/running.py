"""Starting a run, and doing one part of it: a province's forms, or what compares units."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from instruments.evaluation.definition import Definition
from instruments.evaluation.language.duckdb import quoted
from instruments.selectors import Published, compiled_among, definition_for, published_now
from submissions.batch_editing.comparing import compare
from submissions.batch_editing.judging import FINDINGS, Outcome, judge
from submissions.batch_editing.relations import Relations
from submissions.division_filter import significant
from submissions.enums import JobKind
from submissions.facts.reading import Facts, facts_open
from submissions.facts.store import FactStore
from submissions.jobs import job_running, job_start
from submissions.models import (
    BatchDivisionCount,
    BatchPart,
    BatchRuleResult,
    BatchRun,
    CollectionExercise,
)

COMPARING = "00"  # the part that compares units of the whole division
NATION = "0" * 12
Progress = Callable[[int, int], None]
_KEY = "case_id, form_code, rule_id, row, kind"


def prefix_of(division_code: str) -> str:
    """The digits that say something; none for the nation."""
    return significant(division_code) if division_code.strip("0") else ""


@transaction.atomic
def batch_run_start(
    *, actor: User, exercise: CollectionExercise, division_code: str = NATION
) -> BatchRun:
    """Ask for a run over the newest facts: one job a province, for any number of workers.

    Raises NotAllowed, and Missing where there are no facts. A run that is under way is that one.
    """
    if not actor.has_perm(Permission.FINDING_REPORT_VIEW, Place(division_code)):
        raise NotAllowed(_("您不能在这个区划启动此项任务。"))
    runs = BatchRun.objects.filter(exercise=exercise, division_code=division_code)
    alive = runs.filter(finished_at=None).first()
    if alive is not None and _is_alive(alive):
        return alive
    with facts_open(exercise) as facts:
        provinces = _provinces(facts, prefix_of(division_code))
        run = BatchRun.objects.create(
            exercise=exercise,
            division_code=division_code,
            facts_at=facts.at,
            facts_sequence=facts.manifest.sequence,
            previous=runs.filter(finished_at__isnull=False).first(),
            requested_at=timezone.now(),
            requested_by=actor,
        )
    for province in (*provinces, COMPARING):
        part = BatchPart.objects.create(run=run, province=province)
        part.job = job_start(
            kind=JobKind.BATCH_EDITING,
            parameters={"part": part.pk},
            actor=actor,
            division_code=division_code,
        )
        part.save(update_fields=["job"])
    return run


def _is_alive(run: BatchRun) -> bool:
    """Whether a job of it still waits or runs. A run whose jobs have all ended badly is over."""
    return any(part.job is not None and part.job.is_alive for part in run.parts.all())


def _provinces(facts: Facts, prefix: str) -> list[str]:
    """Largest first, so that no worker ends with the largest alone."""
    weights: dict[str, int] = {}
    for code in facts.form_codes:
        for province, part in facts.manifest.forms[code].base.items():
            weights[province] = weights.get(province, 0) + part.rows
        if facts.manifest.forms[code].delta:
            view = facts.view(code)
            found = facts.sql(f"SELECT DISTINCT left(case_division, 2) FROM {view}").fetchall()
            for (province,) in found:
                weights.setdefault(province, 0)
    wanted = [p for p in weights if not prefix or p == prefix[:2]]
    return sorted(wanted, key=lambda province: -weights[province])


def batch_part_job(job_id: int) -> None:
    """Run a part's job. Parameters: `part`. Done again after a crash, it replaces its results."""
    with job_running(job_id) as running:
        part = BatchPart.objects.select_related("run__exercise").get(
            pk=running.job.parameters["part"]
        )
        found = batch_part_run(
            part=part,
            progress=lambda done, total: running.progress(done, total, _("正在审核")),
        )
        running.progress(1, 1, _("发现 %(count)d 处问题") % {"count": found})


def batch_part_run(*, part: BatchPart, progress: Progress = lambda _done, _total: None) -> int:
    """Judge one part and store what was found; how many findings. Raises Missing."""
    run = part.run
    province = "" if part.province == COMPARING else part.province
    with facts_open(run.exercise, as_of=run.facts_at, province=province, threads=1) as facts:
        if facts.manifest.sequence != run.facts_sequence:
            raise Missing(_("审核所用的分析数据已经清理，请重新启动批量审核。"))
        facts.connection.execute(FINDINGS)
        outcomes = _outcomes(facts, part, progress)
        _marked(facts, part)
        return _stored(facts, part, outcomes)


def _outcomes(facts: Facts, part: BatchPart, progress: Progress) -> list[Outcome]:
    published = published_now()
    if part.province == COMPARING:
        prefix = prefix_of(part.run.division_code)
        return list(compare(facts, _definitions(facts, published), prefix))
    relations = Relations(facts, published.codelists, prefix_of(part.run.division_code))
    summed: dict[tuple[str, str, str], Outcome] = {}
    codes = facts.form_codes
    for number, code in enumerate(codes):
        progress(number, len(codes))
        for version_id in _versions(facts, code):
            compiled = compiled_among(version_id, published.version_ids)
            relations.make(compiled, version_id)
            part.case_count += _count(facts, "SELECT count(*) FROM chosen")
            for outcome in judge(facts.connection, compiled, frozenset(published.codelists)):
                if outcome.key in summed:
                    summed[outcome.key].add(outcome)
                else:
                    summed[outcome.key] = outcome
    return list(summed.values())


def _definitions(facts: Facts, published: Published) -> dict[str, Definition]:
    known = (definition_for(pk) for pk in published.version_ids)
    return {d.code: d for d in known if d.code in facts.form_codes}


def _versions(facts: Facts, code: str) -> list[int]:
    found = facts.sql(
        f"SELECT DISTINCT case_version FROM {facts.view(code)} WHERE case_revision > 0 ORDER BY 1"
    )
    return [row[0] for row in found.fetchall()]


def _count(facts: Facts, sql: str) -> int:
    found = facts.connection.execute(sql).fetchone()
    return int(found[0]) if found else 0


def _store(run: BatchRun) -> FactStore:
    """The findings lie beside the facts that they speak of."""
    return FactStore(run.exercise, "findings")


def _marked(facts: Facts, part: BatchPart) -> None:
    """`marked`: every finding with whether it is new; `gone`: those of the run before that are not
    found any more.
    """
    run = facts.connection.execute
    before = BatchPart.objects.filter(run=part.run.previous, province=part.province).first()
    if before is None or not before.file:
        run("CREATE OR REPLACE TEMP TABLE marked AS SELECT *, true AS is_new FROM findings")
        run("CREATE OR REPLACE TEMP TABLE gone AS SELECT * FROM findings WHERE false")
        return
    old = Facts(_store(part.run), facts.manifest, facts.connection).scan([before.file])
    within = ""
    prefix = prefix_of(part.run.division_code)
    if prefix:
        within = f" WHERE starts_with(division_code, {quoted(prefix)})"
    run(f"CREATE OR REPLACE TEMP TABLE before AS SELECT * FROM {old}{within}")
    run(
        f"CREATE OR REPLACE TEMP TABLE marked AS SELECT f.*, ({_KEY}) NOT IN "
        f"(SELECT ({_KEY}) FROM before) AS is_new FROM findings f"
    )
    run(
        f"CREATE OR REPLACE TEMP TABLE gone AS SELECT * FROM before WHERE ({_KEY}) NOT IN "
        f"(SELECT ({_KEY}) FROM findings)"
    )


def _stored(facts: Facts, part: BatchPart, outcomes: list[Outcome]) -> int:
    """The file first, then the counts in one transaction that names it."""
    store, name = _store(part.run), f"run-{part.run_id}.{part.province}"
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / "findings.parquet"
        facts.connection.execute(
            f"COPY (SELECT * FROM marked ORDER BY division_code, case_id, rule_id, row) "
            f"TO '{local}' (FORMAT parquet, COMPRESSION zstd)"
        )
        part.file = store.new_name(name)
        store.put(local, part.file)
    with transaction.atomic():
        BatchDivisionCount.objects.filter(result__part=part).delete()
        BatchRuleResult.objects.filter(part=part).delete()
        _counted(facts, part, outcomes)
        part.finished_at = timezone.now()
        part.save()
        _run_close(part.run)
    return _count(facts, "SELECT count(*) FROM marked")


def _counted(facts: Facts, part: BatchPart, outcomes: list[Outcome]) -> None:
    """Counts by rule and by county, those of rules that found something before too."""
    new = _by_rule(facts, "marked WHERE is_new")
    gone = _by_rule(facts, "gone")
    results = {
        outcome.key: BatchRuleResult(
            part=part,
            form_code=outcome.form_code,
            rule_id=outcome.rule_id,
            kind=outcome.kind,
            severity=outcome.severity,
            judged=outcome.judged,
            found=outcome.found,
            new=new.get(outcome.key, 0),
            gone=gone.pop(outcome.key, 0),
            milliseconds=outcome.milliseconds,
            error=outcome.error,
        )
        for outcome in outcomes
    }
    for (form_code, rule_id, kind), count in gone.items():  # rules that there are no longer
        key = (form_code, rule_id, kind)
        results[key] = BatchRuleResult(
            part=part, form_code=form_code, rule_id=rule_id, kind=kind, severity="", judged=0,
            found=0, new=0, gone=count, milliseconds=0,
        )  # fmt: skip
    BatchRuleResult.objects.bulk_create(results.values())
    counties = facts.connection.execute(
        "SELECT form_code, rule_id, kind, rpad(left(division_code, 6), 12, '0'), count(*), "
        "count(*) FILTER (is_new) FROM marked GROUP BY ALL"
    ).fetchall()
    BatchDivisionCount.objects.bulk_create(
        [
            BatchDivisionCount(
                result=results[form_code, rule_id, kind], division_code=county, found=found, new=n
            )
            for form_code, rule_id, kind, county, found, n in counties
        ],
        batch_size=2000,
    )


def _by_rule(facts: Facts, source: str) -> dict[tuple[str, str, str], int]:
    found = facts.connection.execute(
        f"SELECT form_code, rule_id, kind, count(*) FROM {source} GROUP BY form_code, rule_id, kind"
    ).fetchall()
    return {(form_code, rule_id, kind): count for form_code, rule_id, kind, count in found}


def _run_close(run: BatchRun) -> None:
    """The last part to finish ends the run."""
    locked = BatchRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if locked.parts.filter(finished_at=None).exists():
        return
    failed = BatchRuleResult.objects.filter(part__run=run).exclude(error="")
    locked.unfinished_count = failed.count()
    locked.finished_at = timezone.now()
    locked.save(update_fields=["unfinished_count", "finished_at"])
