"""The coefficient library: loading, what is in force, search, look-up."""

from __future__ import annotations

import csv
import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.exceptions import Invalid, NotAllowed
from audit.models import AuditEvent
from instruments.accounting.refusals import NotComputable
from instruments.coefficient_files import COLUMNS, STARTER_FILE, industries_spelled
from instruments.coefficient_lookup import Process, coefficient_for, coefficients_near
from instruments.coefficient_selectors import (
    CoefficientSearch,
    coefficient_page,
    coefficient_versions,
    coefficients_found,
    pollutants_of,
    version_in_force,
)
from instruments.models import Coefficient, CoefficientPublication, CoefficientVersion
from instruments.models.published import ImmutableVersion
from instruments.services import coefficients_load, coefficients_publish

HANDBOOK = Path(__file__).resolve().parents[4] / "shared" / "reference" / "coefficients.csv.gz"
pytestmark = pytest.mark.django_db
ROW = {
    "industry_code": "3011",
    "industry_level": "小类",
    "product": "水泥",
    "raw_material": "石灰石",
    "process": "新型干法",
    "scale": "所有规模",
    "medium": "气",
    "pollutant": "颗粒物",
    "unit": "千克/吨-产品",
    "generation_coefficient": "120",
    "source": "测试",
    "handbook_page": "7",
    "confidence": "high",
}


def write(path: Path, *rows: dict) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows({**dict.fromkeys(COLUMNS, ""), **ROW, **row} for row in rows)
    return path


def load(path: Path, **more):
    return coefficients_load(actor=None, path=path, title="测试手册", **more)


def process(**changes) -> Process:
    fields = {
        "industries": ("3011",),
        "pollutant": "颗粒物",
        "product": "水泥",
        "raw_material": "石灰石",
        "process": "新型干法",
        "scale": "大于4000吨/日",
    }
    return Process(**{**fields, **changes})


def test_file_becomes_a_numbered_hashed_version(tmp_path):
    report = load(write(tmp_path / "c.csv", {}, {"confidence": "low"}, {"unit": "个/吨-产品"}))
    version = report.version
    assert (version.number, report.is_new) == (1, True)
    assert (version.row_count, version.low_count, version.fault_count) == (3, 1, 1)
    assert len(version.content_hash) == 64
    assert version.coefficients.get(line=4).fault == "unit_unreadable"
    assert AuditEvent.objects.filter(action="coefficients.loaded").count() == 1


def test_same_file_is_the_same_version_and_another_is_the_next(tmp_path):
    first = load(write(tmp_path / "a.csv", {}))
    again = load(write(tmp_path / "b.csv", {}))
    other = load(write(tmp_path / "c.csv", {"generation_coefficient": "121"}))
    assert (again.version, again.is_new) == (first.version, False)
    assert other.version.number == 2
    assert [v.number for v in coefficient_versions()] == [2, 1]


def test_dry_run_writes_nothing(tmp_path):
    report = load(write(tmp_path / "c.csv", {}), dry_run=True)
    assert (report.rows, report.version) == (1, None)
    assert not CoefficientVersion.objects.exists()


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"medium": "空气"}, "medium", "medium"),
        ({"confidence": "sure"}, "confidence", "confidence"),
        ({"industry_code": "37-33"}, "industry_code", "industry"),
        ({"industry_code": "水泥"}, "industry_code", "industry"),
        ({"industry_level": "小"}, "industry_level", "level"),
        ({"product": ""}, "product", "blank"),
        ({"generation_coefficient": "-1"}, "generation_coefficient", "number"),
        ({"removal_efficiency_percent": "九十"}, "removal_efficiency_percent", "number"),
        ({"process": "长" * 121}, "process", "too_long"),
    ],
)
def test_one_bad_row_refuses_the_file_with_row_column_and_hint(tmp_path, change, column, code):
    report = load(write(tmp_path / "c.csv", {}, change))
    (error,) = report.errors
    assert (error.row, error.column, error.code) == (3, column, code)
    assert error.message
    assert error.hint
    assert not CoefficientVersion.objects.exists()


def test_row_with_too_few_columns_is_an_error(tmp_path):
    path = write(tmp_path / "c.csv", {})
    path.write_text(path.read_text(encoding="utf-8") + "3011,小类\n", encoding="utf-8")
    assert [error.code for error in load(path).errors] == ["columns"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", "unreadable_file"),
        (b"\x1f\x8b\x08broken", "unreadable_file"),
        (b"product,unit\n", "missing_columns"),
        (",".join(COLUMNS).encode() + b"\n", "no_rows"),
    ],
)
def test_file_that_is_none_is_refused(tmp_path, content, code):
    path = tmp_path / "c.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refusal:
        load(path)
    assert refusal.value.code == code


def test_gzip_is_read(tmp_path):
    plain = write(tmp_path / "c.csv", {})
    packed = tmp_path / "c.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert load(packed).version.row_count == 1


def test_only_the_national_office_loads_and_publishes(cast, tmp_path):
    path = write(tmp_path / "c.csv", {})
    for person in (cast.office, cast.enumerator):
        with pytest.raises(NotAllowed):
            coefficients_load(actor=person, path=path, title="x")
    version = load(path).version
    with pytest.raises(NotAllowed):
        coefficients_publish(actor=cast.office, version_id=version.pk)


def test_publication_puts_a_version_in_force_and_back(tmp_path):
    one = load(write(tmp_path / "a.csv", {})).version
    two = load(write(tmp_path / "b.csv", {"generation_coefficient": "9"})).version
    assert version_in_force() is None
    first = coefficients_publish(actor=None, version_id=one.pk)
    assert coefficients_publish(actor=None, version_id=one.pk) == first
    coefficients_publish(actor=None, version_id=two.pk)
    assert version_in_force() == two
    coefficients_publish(actor=None, version_id=one.pk)
    assert version_in_force() == one


def test_versions_and_rows_cannot_be_changed(tmp_path):
    version = load(write(tmp_path / "a.csv", {})).version
    row = version.coefficients.get()
    publication = coefficients_publish(actor=None, version_id=version.pk)
    for thing in (version, row, publication):
        with pytest.raises(ImmutableVersion):
            thing.save()
        assert str(thing)
    statements = (
        "UPDATE instruments_coefficient SET generation = '1'",
        "DELETE FROM instruments_coefficient",
        "UPDATE instruments_coefficientversion SET title = 'x'",
        "DELETE FROM instruments_coefficientpublication",
        "INSERT INTO instruments_coefficient SELECT * FROM instruments_coefficient LIMIT 0",
    )
    for statement in statements[:4]:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_published_version_takes_no_more_rows(tmp_path):
    version = load(write(tmp_path / "a.csv", {})).version
    row = version.coefficients.get()
    row.pk, row._state.adding, row.line = None, True, 99
    coefficients_publish(actor=None, version_id=version.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert CoefficientPublication.objects.count() == 1


def test_ranges_of_industries_are_spelled_out():
    assert industries_spelled("33-35|431-432") == ["33", "34", "35", "431", "432"]
    assert industries_spelled("4411|4412") == ["4411", "4412"]
    assert industries_spelled("") == []


@pytest.fixture
def library(tmp_path):
    rows = [
        {},
        {
            "treatment_technology": "袋式除尘",
            "removal_efficiency_percent": "99",
            "k_formula": "k=1",
        },
        {"industry_code": "30", "industry_level": "大类", "generation_coefficient": "100"},
        {"pollutant": "氨", "confidence": "low"},
        {"pollutant": "汞", "condition": "烟煤"},
        {"pollutant": "汞", "condition": "褐煤", "generation_coefficient": "5"},
        {
            "industry_code": "33-37",
            "industry_level": "大类",
            "product": "涂装件",
            "section": "涂装",
        },
    ]
    version = load(write(tmp_path / "lib.csv", *rows)).version
    coefficients_publish(actor=None, version_id=version.pk)
    return version


def test_lookup_finds_the_row_of_the_class_before_that_of_the_division(library):
    near = coefficients_near(library, [process()])
    assert coefficient_for(process(), near, medium="气").generation == "120"
    assert coefficient_for(process(industries=("3024",)), near).generation == "100"
    assert coefficient_for(process(treatment="袋式除尘"), near).efficiency == "99"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pollutant": "氨"}, "存疑"),
        ({"pollutant": "汞"}, "2 条不同的系数"),
        ({"industries": ("1751",)}, "行业"),
        ({"process": "湿法"}, "工艺“湿法”；现有：新型干法"),
        ({"product": "面包"}, "没有"),
        ({"treatment": "水膜"}, "治理工艺"),
    ],
)
def test_lookup_says_why_there_is_no_row(library, changes, sentence):
    wanted = process(**changes)
    with pytest.raises(NotComputable) as refusal:
        coefficient_for(wanted, coefficients_near(library, [wanted]))
    assert sentence in refusal.value.sentence()


def test_lookup_is_narrowed_by_the_condition(library):
    wanted = process(pollutant="汞", condition="褐煤")
    assert coefficient_for(wanted, coefficients_near(library, [wanted])).generation == "5"


def test_low_confidence_and_faulty_rows_are_not_official(library):
    assert library.coefficients.official().count() == 6
    assert Coefficient.objects.of_industry("3512").get().product == "涂装件"


def test_search_narrows_by_every_part(library):
    def count(**query):
        return coefficients_found(library, CoefficientSearch.read(query)).count()

    assert count() == 7
    assert count(q="水泥 颗粒") == 3
    assert count(industry="3512") == 1
    assert count(industry="30") == 1
    assert count(product="涂装", section="涂装") == 1
    assert count(pollutant="汞", medium="气") == 2
    assert count(confidence="low") == 1
    assert count(confidence="？", industry="x", medium="土") == 7
    assert count(treatment="袋式", process="干法", raw_material="石灰", scale="所有") == 1
    assert pollutants_of(library.pk) == ("氨", "汞", "颗粒物")


def test_pages_go_forth_and_back_by_key(library):
    found = coefficients_found(library, CoefficientSearch())
    first = coefficient_page(found, size=3)
    second = coefficient_page(found, after=first.after, size=3)
    third = coefficient_page(found, after=second.after, size=3)
    assert (first.before, len(third.coefficients), third.after) == ("", 1, "")
    back = coefficient_page(found, before=third.before, size=3)
    assert back.coefficients == second.coefficients
    assert coefficient_page(found, before=second.before, size=3).before == ""


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command("coefficients_load", *arguments, stdout=out, **options)
    return out.getvalue()


def test_command_loads_the_starter_set_and_puts_it_in_force():
    assert "in force" in run(starter=True, publish=True)
    version = version_in_force()
    assert version.is_demonstration
    assert 40 <= version.row_count <= 80
    assert version.fault_count == 0
    assert "unchanged" in run(starter=True)


def test_command_refuses_what_it_cannot_do(tmp_path, cast):
    with pytest.raises(CommandError, match="no such file"):
        run(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="no active account"):
        run(STARTER_FILE, user="nobody")
    with pytest.raises(CommandError, match="国家级"):
        run(STARTER_FILE, user=cast.enumerator.username)
    with pytest.raises(CommandError, match="1 errors in 1 rows"):
        run(write(tmp_path / "bad.csv", {"medium": ""}))
    run(write(tmp_path / "a.csv", {}), publish=True)
    with pytest.raises(CommandError, match="only the first"):
        run(write(tmp_path / "b.csv", {"handbook_page": "8"}), publish=True)
    assert "dry run" in run(write(tmp_path / "c.csv", {}), dry_run=True)


@pytest.mark.skipif(
    not HANDBOOK.is_file(), reason="the handbook of coefficients is not beside the project"
)
def test_whole_handbook_is_loaded_and_almost_all_of_it_can_be_reckoned_with():
    report = load(HANDBOOK)
    assert report.error_count == 0, report.errors[:5]
    assert report.version.row_count == 24_472
    assert report.low == 1_221
    assert report.faults < 1_000
    assert not load(HANDBOOK).is_new
