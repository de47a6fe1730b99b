"""A run from request to workbook: exact, split by child division, resumable, cancellable."""

import random
import threading
import time
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts.enums import Level, Role
from accounts.exceptions import Conflict, Invalid, NotAllowed
from audit.enums import AuditAction
from audit.selectors import events_for
from submissions.enums import JobKind, JobState
from submissions.jobs import JobIsElsewhere, job_cancel
from submissions.models import CollectionExercise, Job
from summaries.definitions import tables_all
from summaries.enums import Axis
from summaries.models import SummaryPart, SummaryRun
from summaries.presenters import SummaryPresenter, level_words
from summaries.services import SummaryOrder, summary_compute, summary_download, summary_request
from summaries.workbook import summary_workbook
from tests.factories.case import make_plain_unit
from tests.factories.division import industries_make
from tests.factories.exercise import make_exercise
from tests.factories.submission import frozen
from tests.people import (
    CITY,
    COUNTY,
    FAR_PROVINCE,
    FAR_TOWN,
    NATION,
    NEIGHBOUR_COUNTY,
    NEIGHBOUR_TOWN,
    OTHER_TOWN,
    PROVINCE,
    TOWN,
    account,
)

pytestmark = pytest.mark.django_db


def order(division=NATION, axis=Axis.DIVISION, level=Level.NATIONAL, table="H101"):
    return SummaryOrder(table, division, axis, level)


def run_of(actor, **asked) -> SummaryRun:
    """Request and compute, as the worker does."""
    run = summary_request(actor=actor, order=order(**asked))
    summary_compute(job_id=run.job_id)
    run.refresh_from_db()
    return run


def rows_of(run):
    return {row["code"]: row for row in run.result["rows"]}


def unit_with(actor, division, industry="1752"):
    return make_plain_unit(
        actor, division_code=division, industry_codes=[industry] if industry else []
    )


@pytest.fixture
def statistician(cast):
    make_exercise()
    industries_make()
    return cast.national_office


@pytest.fixture
def forms(statistician, cast):
    """Random forms in four towns; returns what was put in: (division, industry, form, item, text)."""
    choose = random.Random(7)
    put = []
    for number in range(40):
        division = choose.choice([TOWN, OTHER_TOWN, NEIGHBOUR_TOWN, FAR_TOWN])
        industry = choose.choice(["1752", "3011", "1751"])
        unit = unit_with(cast.enumerator, division, industry)
        output = f"{choose.randrange(10**12)}.{choose.randrange(100):02d}"
        values = {"gross_output": output} if number % 5 else {}
        frozen(unit, "G101-1", {"values": values}, actor=cast.enumerator)
        put.append((division, industry, "gross_output", values.get("gross_output")))
        if number % 3:
            continue
        rows = [f"out{place:05d}" for place in range(choose.randrange(4))]
        flows = [f"{choose.randrange(10**7)}.{choose.randrange(10)}" for _row in rows]
        document = {
            "values": {f"outlets/{r}/discharge": f for r, f in zip(rows, flows, strict=True)},
            "rows": {"outlets": rows},
        }
        document["values"]["cod_generated"] = "0"
        frozen(unit, "G102", document, actor=cast.enumerator)
        put.append((division, industry, "wastewater", flows))
        put.append((division, industry, "cod_generated", "0"))
    return put


def by_hand(put, slug, *, division="", industry=""):
    """The sum in integer hundredths, and how many units gave a value."""
    total, units = 0, 0
    for place, branch, name, texts in put:
        if name != slug or not place.startswith(division) or not branch.startswith(industry):
            continue
        given = [t for t in (texts if isinstance(texts, list) else [texts]) if t is not None]
        units += bool(given)
        for text in given:
            whole, _point, cents = text.partition(".")
            total += int(whole) * 100 + int(cents.ljust(2, "0") or 0)
    return total, units


@pytest.mark.parametrize("slug", ["gross_output", "wastewater", "cod_generated"])
def test_the_nation_by_province_equals_hand_arithmetic(forms, statistician, slug):
    run = run_of(statistician)
    rows = rows_of(run)
    assert set(rows) == {PROVINCE, FAR_PROVINCE}
    for code, row in [(PROVINCE[:2], rows[PROVINCE]), (FAR_PROVINCE[:2], rows[FAR_PROVINCE])]:
        cell = row["cells"][slug]
        assert (Decimal(cell["sum"]) * 100, cell["reporting"]) == by_hand(
            forms, slug, division=code
        )
    total = run.result["total"]["cells"][slug]
    assert (Decimal(total["sum"]) * 100, total["reporting"]) == by_hand(forms, slug)
    assert run.result["total"]["units"] == 40
    assert not run.parts.exists()


def test_the_city_by_county_and_the_county_by_town(forms, statistician):
    counties = rows_of(run_of(statistician, division=CITY))
    assert set(counties) == {COUNTY, NEIGHBOUR_COUNTY}
    towns = rows_of(run_of(statistician, division=COUNTY))
    assert set(towns) == {TOWN, OTHER_TOWN}
    of_towns = sum(Decimal(row["cells"]["gross_output"]["sum"]) for row in towns.values())
    assert of_towns == Decimal(counties[COUNTY]["cells"]["gross_output"]["sum"])


@pytest.mark.parametrize(("axis", "digits"), [("industry_division", 2), ("industry_class", 4)])
def test_by_industry(forms, statistician, cast, axis, digits):
    nameless = unit_with(cast.enumerator, TOWN, industry="")
    document = {"values": {"gross_output": "1.50"}}
    frozen(nameless, "G101-1", document, actor=cast.enumerator)
    rows = rows_of(run_of(statistician, axis=axis))
    assert set(rows) == {branch[:digits] for branch in ("1752", "3011", "1751")} | {""}
    for code, row in rows.items():
        if code:
            cell = row["cells"]["gross_output"]
            expected = by_hand(forms, "gross_output", industry=code)
            assert (Decimal(cell["sum"]) * 100, cell["reporting"]) == expected
    assert rows[""]["cells"]["gross_output"]["sum"] == "1.50"
    assert (rows[""]["name"], rows["17" if digits == 2 else "1752"]["name"][:2]) == (
        "未填行业",
        "纺织" if digits == 2 else "化纤",
    )


def test_only_what_the_level_has_approved(statistician, cast):
    for levels in [(Level.SUPERVISOR,), (Level.SUPERVISOR, Level.COUNTY), tuple(Level)]:
        unit = unit_with(cast.enumerator, TOWN)
        document = {"values": {"gross_output": "10"}}
        frozen(unit, "G101-1", document, actor=cast.enumerator, levels=levels)
    sums = {
        level: run_of(statistician, level=level).result["total"]["units"]
        for level in (Level.COUNTY, Level.CITY, Level.NATIONAL)
    }
    assert sums == {Level.COUNTY: 2, Level.CITY: 1, Level.NATIONAL: 1}


def test_the_newest_approved_submission_counts(statistician, cast):
    unit = unit_with(cast.enumerator, TOWN)
    frozen(unit, "G101-1", {"values": {"gross_output": "10"}}, actor=cast.enumerator)
    county = (Level.SUPERVISOR, Level.COUNTY)
    document = {"values": {"gross_output": "11"}}
    frozen(unit, "G101-1", document, actor=cast.enumerator, levels=county)

    def total(level):
        return run_of(statistician, level=level).result["total"]["cells"]["gross_output"]["sum"]

    assert (total(Level.COUNTY), total(Level.NATIONAL)) == ("11.00", "10.00")


def test_what_lies_in_no_known_child_is_a_row_of_its_own(statistician, cast):
    unit = unit_with(cast.enumerator, "330106999000")
    document = {"values": {"gross_output": "7"}}
    frozen(unit, "G101-1", document, actor=cast.enumerator)
    rows = rows_of(run_of(statistician, division=COUNTY))
    assert rows[""]["cells"]["gross_output"]["sum"] == "7.00"
    assert rows[TOWN]["units"] == 0


def test_a_finished_part_is_not_computed_again(statistician, cast):
    unit = unit_with(cast.enumerator, TOWN)
    document = {"values": {"gross_output": "7"}}
    frozen(unit, "G101-1", document, actor=cast.enumerator)
    run = summary_request(actor=statistician, order=order())
    SummaryPart.objects.create(run=run, prefix="33", lines={})
    assert str(run.parts.get()) == f"{run.pk} 33"
    summary_compute(job_id=run.job_id)
    run.refresh_from_db()
    assert run.result["total"]["units"] == 0
    with pytest.raises(JobIsElsewhere):
        summary_compute(job_id=run.job_id)


def test_a_run_that_has_its_result_is_left_alone(statistician):
    run = run_of(statistician)
    Job.objects.filter(pk=run.job_id).update(state=JobState.QUEUED, finished_at=None)
    before = run.computed_at
    summary_compute(job_id=run.job_id)
    run.refresh_from_db()
    assert run.computed_at == before
    assert run.job.state == JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"table": "H999"}, "unknown_table"),
        ({"axis": "colour"}, "unknown_axis"),
        ({"level": "supervisor"}, "unknown_level"),
        ({"level": "village"}, "unknown_level"),
        ({"division": "990000000000"}, "unknown_division"),
    ],
)
def test_what_is_wrong_with_an_order(statistician, asked, code):
    with pytest.raises(Invalid) as refused:
        summary_request(actor=statistician, order=order(**asked))
    assert refused.value.code == code


def test_no_summary_of_a_village_nor_without_an_exercise(statistician):
    from tests.factories.division import village_make

    village = village_make(f"{TOWN[:9]}201")
    with pytest.raises(Invalid) as refused:
        summary_request(actor=statistician, order=order(division=village.code))
    assert refused.value.code == "division_too_small"
    CollectionExercise.objects.all().delete()
    with pytest.raises(Invalid) as refused:
        summary_request(actor=statistician, order=order())
    assert refused.value.code == "no_exercise"


def test_a_county_sums_itself_and_nothing_beyond(statistician, cast):
    assert summary_request(actor=cast.office, order=order(division=COUNTY)).division_code == COUNTY
    for division in (NATION, CITY, NEIGHBOUR_COUNTY):
        with pytest.raises(NotAllowed):
            summary_request(actor=cast.office, order=order(division=division))
    with pytest.raises(NotAllowed):
        summary_request(actor=cast.county_reviewer, order=order(division=COUNTY))


def test_the_same_order_while_it_runs_is_one_run(statistician, divisions):
    first = summary_request(actor=statistician, order=order())
    colleague = account("colleague", Role.OFFICE, division=divisions[NATION])
    assert summary_request(actor=colleague, order=order()).pk == first.pk
    assert summary_request(actor=statistician, order=order(axis=Axis.INDUSTRY_CLASS)).pk != first.pk
    assert events_for(first).filter(action=AuditAction.SUMMARY_RUN).count() == 1
    summary_compute(job_id=first.job_id)
    assert summary_request(actor=statistician, order=order()).pk != first.pk


# --- the workbook -----------------------------------------------------------------------------
def hundredths(value) -> Decimal:
    """A cell as the file holds it: a number of at most 15 digits, a longer one as text, or none."""
    return Decimal(str(value or 0)) * 100


def test_the_workbook_says_what_the_result_says(forms, statistician):
    run = run_of(statistician, division=CITY, level=Level.COUNTY)
    summary = SummaryPresenter(run)
    book = load_workbook(BytesIO(summary_workbook(summary)))
    sheet = book["综H101表"]
    assert sheet["A1"].value == "工业企业污染物产生与排放情况"
    head = " ".join(str(cell.value or "") for row in sheet["A2:AC4"] for cell in row)
    for part in ("浙江省杭州市", "330100000000", "县级及以上审核通过", "综H101表", "2018〕103号"):
        assert part in head
    assert [sheet.cell(5, column).value for column in (1, 2, 3, 4)] == [
        "代码",
        "名称",
        "单位数",
        "工业总产值（当年价格）",
    ]
    assert [sheet.cell(7, column).value for column in (3, 4, 5)] == ["个", "千元", "个"]
    assert [sheet.cell(8, column).value for column in (1, 2, 3, 4, 5)] == [
        "甲",
        "乙",
        "1",
        "2",
        "3",
    ]
    assert sheet["B9"].value == "合计"
    for row, code in ((10, COUNTY), (11, NEIGHBOUR_COUNTY)):
        assert (sheet.cell(row, 1).value, sheet.cell(row, 1).number_format) == (code, "@")
        total, units = by_hand(forms, "gross_output", division=code[:6])
        assert hundredths(sheet.cell(row, 4).value) == total
        assert sheet.cell(row, 5).value == units
    for column in range(3, 30):
        below = [sheet.cell(row, column).value for row in (10, 11)]
        if any(value is not None for value in below):
            assert hundredths(sheet.cell(9, column).value) == sum(map(hundredths, below))
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$1:$8"
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows(max_col=2)}
    assert notes["表定义摘要（SM3）"] == tables_all()["H101"].content_hash
    assert notes["汇总编号"] == str(run.pk)
    assert statistician.full_name in notes["汇总人"]
    assert "G101-1" in notes["纳入的普查表"]


def test_a_sum_of_more_than_15_digits_is_kept_as_text(statistician, cast):
    for number in range(3):
        unit = unit_with(cast.enumerator, TOWN)
        document = {"values": {"water_total": f"9999999999999{number}.99"}}
        frozen(unit, "G102", document, actor=cast.enumerator)
    summary = SummaryPresenter(run_of(statistician))
    assert summary.total.figures[1].shown == "299,999,999,999,975.97"
    book = load_workbook(BytesIO(summary_workbook(summary)))
    cell = book["综H101表"].cell(9, 6)
    assert cell.data_type == "s"
    assert Decimal(cell.value) == sum(Decimal(f"9999999999999{n}.99") for n in range(3))


def test_what_begins_with_an_equals_sign_stays_text(statistician, divisions):
    sly = account("sly", Role.OFFICE, division=divisions[NATION], full_name="=1+1")
    book = load_workbook(BytesIO(summary_workbook(SummaryPresenter(run_of(sly)))))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_blank_is_no_zero(statistician, cast):
    unit = unit_with(cast.enumerator, TOWN)
    frozen(unit, "G102", {"values": {"cod_generated": "0"}}, actor=cast.enumerator)
    summary = SummaryPresenter(run_of(statistician))
    by_slug = {f.column.slug: f for f in summary.total.figures}
    assert by_slug["cod_generated"].shown == "0.00"
    assert by_slug["cod_discharged"].shown == "—"
    assert (by_slug["cod_discharged"].total, by_slug["cod_discharged"].tally.blank) == (None, 1)
    assert summary.wrong == 0


def test_an_unfinished_run_has_no_workbook(statistician, cast):
    run = summary_request(actor=statistician, order=order())
    summary = SummaryPresenter(run)
    assert (summary.rows, summary.total, summary.forms, summary.wrong) == ([], None, {}, 0)
    with pytest.raises(Conflict) as refused:
        summary_download(actor=statistician, run=run)
    assert refused.value.code == "summary_not_ready"
    with pytest.raises(NotAllowed):
        summary_download(actor=cast.office, run=run)
    assert str(run) == f"H101 {NATION} #{run.pk}"


def test_levels_in_words():
    assert level_words(Level.COUNTY) == "县级及以上审核通过"
    assert "定稿" in level_words(Level.NATIONAL)


# --- jobs -------------------------------------------------------------------------------------
def queued_run(actor) -> SummaryRun:
    """A run whose job waits, without a message to the broker."""
    table = tables_all()["H101"]
    job = Job.objects.create(
        kind=JobKind.SUMMARY_RUN,
        dedupe_key="test",
        division_code=NATION,
        requested_by=actor,
        created_at=timezone.now(),
    )
    return SummaryRun.objects.create(
        job=job,
        exercise=make_exercise(),
        table_code=table.code,
        definition=table.raw,
        definition_hash=table.content_hash,
        division_code=NATION,
        division_name="中国",
        axis=Axis.DIVISION,
        approval_level=Level.COUNTY,
        as_of=timezone.now(),
    )


@pytest.mark.django_db(transaction=True)
def test_a_run_stops_at_its_next_step_when_it_is_cancelled(cast):
    """The person cancels while the first province is computed; a lock holds the worker there."""
    run = queued_run(cast.national_office)
    worker = threading.Thread(target=in_another_connection, args=(run.job_id,))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE summaries_summarypart IN ACCESS EXCLUSIVE MODE")
        worker.start()
        for _try in range(200):
            if Job.objects.get(pk=run.job_id).state == JobState.RUNNING:
                break
            time.sleep(0.05)
        elsewhere = connections["default"].copy()
        with elsewhere.cursor() as beside:
            beside.execute(
                "UPDATE submissions_job SET cancel_requested_at = now(), "
                "cancel_requested_by_id = requested_by_id WHERE id = %s",
                [run.job_id],
            )
        elsewhere.close()
    worker.join()
    run.refresh_from_db()
    assert run.job.state == JobState.CANCELLED
    assert run.result is None


def in_another_connection(job_id: int) -> None:
    """What a worker process does, in a thread of its own."""
    try:
        summary_compute(job_id=job_id)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_run_cancelled_before_its_worker_came_back_does_nothing(cast):
    run = queued_run(cast.national_office)
    Job.objects.filter(pk=run.job_id).update(state=JobState.RUNNING)
    job_cancel(job_id=run.job_id, actor=cast.national_office)
    with pytest.raises(JobIsElsewhere):
        summary_compute(job_id=run.job_id)
    run.refresh_from_db()
    assert run.job.state == JobState.CANCELLED
    assert run.result is None


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_step_by_step(cast):
    run = queued_run(cast.national_office)
    summary_compute(job_id=run.job_id)
    run.job.refresh_from_db()
    assert run.job.state == JobState.SUCCEEDED
    # two provinces, and what lies in none
    assert (run.job.progress_done, run.job.progress_total) == (3, 3)


def test_the_task_computes(statistician):
    from summaries.tasks import summary_run

    run = summary_request(actor=statistician, order=order())
    summary_run(run.job_id)
    run.refresh_from_db()
    assert run.result["total"]["units"] == 0
