"""Every row of a list is created, unchanged or refused with row, column, code and hint."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from openpyxl import load_workbook

from accounts.exceptions import NotAllowed
from audit.enums import AuditAction
from audit.models import AuditEvent
from registry.enums import UnitKind, UnitSource, UnitStatus
from registry.frame.rows import degrees_read
from registry.frame.workbooks import error_workbook, frame_template_workbook
from registry.models import Unit, UnitRevision
from registry.services import frame, frame_load, unit_amend
from registry.unit_data import data_of
from tests.factories.division import industries_make
from tests.factories.unit import credit_code_make, unit_make
from tests.people import NEIGHBOUR_TOWN, OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db

HEADER = [
    "统一社会信用代码",
    "厂区编号",
    "单位名称",
    "普查对象类别",
    "区划代码",
    "行业代码",
    "经度",
    "纬度",
]


@pytest.fixture(autouse=True)
def industries(divisions):
    industries_make()


def row(number, **changes):
    facts = {
        "code": credit_code_make(number),
        "suffix": "",
        "name": f"第{number}厂",
        "kind": "工业企业",
        "division": TOWN,
        "industry": "1752",
        "longitude": "120°5′35.25″",
        "latitude": "30.326458",
    }
    return list({**facts, **changes}.values())


@pytest.fixture
def list_of(tmp_path):
    def write(*rows, header=HEADER, name="list.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


def counts(report):
    return (report.total, report.created, report.unchanged, report.refused)


def test_a_list_is_loaded_once_and_the_second_run_changes_nothing(office, list_of):
    path = list_of(
        row(1),
        row(1, suffix="2", name="第1厂二车间"),
        row(2, code=""),
        row(3, kind="入河（海）排污口", industry=""),
    )
    seen = []
    report = frame_load(
        path=path, actor=office, progress=lambda done, total: seen.append((done, total))
    )
    assert counts(report) == (4, 4, 0, 0)
    assert seen == [(4, 4)]
    first = Unit.objects.get(code=credit_code_make(1))
    assert (str(first.longitude), str(first.latitude)) == ("120.093125", "30.326458")
    assert (first.source, first.registered_by) == (UnitSource.FRAME, office)
    assert first.revisions.get().data["name"] == "第1厂"
    assert Unit.objects.filter(code=credit_code_make(1) + "02").exists()
    assert Unit.objects.get(name="第2厂").code == f"G{TOWN}00001"
    assert Unit.objects.get(name="第3厂").kind == UnitKind.OUTFALL
    event = AuditEvent.objects.get(action=AuditAction.FRAME_LOADED)
    assert event.detail["created"] == 4

    again = frame_load(path=path, actor=office)
    assert counts(again) == (4, 0, 4, 0)
    assert (Unit.objects.count(), UnitRevision.objects.count()) == (4, 4)


def test_a_dry_run_counts_and_writes_nothing(office, list_of):
    report = frame_load(path=list_of(row(1), row(2, code="")), actor=office, dry_run=True)
    assert counts(report) == (2, 2, 0, 0)
    assert not Unit.objects.exists()
    assert not AuditEvent.objects.filter(action=AuditAction.FRAME_LOADED).exists()


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"code": "9.13501E+17"}, "统一社会信用代码", "stored_as_number"),
        ({"code": credit_code_make(1)[:-1] + "~"}, "统一社会信用代码", "character"),
        ({"suffix": "甲"}, "厂区编号", "suffix"),
        ({"name": ""}, "单位详细名称", "required"),
        ({"kind": "工厂"}, "普查对象类别", "unknown_choice"),
        ({"kind": ""}, "普查对象类别", "required"),
        ({"division": "330106"}, "区划代码", "division_length"),
        ({"division": NEIGHBOUR_TOWN}, "区划代码", "outside_jurisdiction"),
        ({"industry": "610"}, "行业代码1", "industry_length"),
        ({"longitude": "东经"}, "经度", "not_degrees"),
        ({"longitude": "120°65′00″"}, "经度", "not_degrees"),
        ({"longitude": "30.1", "latitude": "120.1"}, "经度", "outside_china"),
    ],
)
def test_a_faulty_row_is_refused_with_its_column_and_the_rest_is_loaded(
    office, list_of, changes, column, code
):
    report = frame_load(path=list_of(row(1, **changes), row(2)), actor=office)
    assert counts(report) == (2, 1, 0, 1)
    error = report.errors[0]
    assert (error.row, error.column, error.code) == (2, column, code)
    assert error.message


def test_the_same_unit_twice_in_a_file_is_refused_the_second_time(office, list_of):
    report = frame_load(path=list_of(row(1), row(2), row(1)), actor=office)
    assert counts(report) == (3, 2, 0, 1)
    assert "第 2 行" in report.errors[0].message


def test_a_list_never_overwrites_the_register(office, list_of):
    path = list_of(row(1), row(2))
    frame_load(path=path, actor=office)
    unit = Unit.objects.get(code=credit_code_make(1))
    data = data_of(unit)
    unit_amend(
        actor=office,
        unit_id=unit.pk,
        reason="核实",
        data=type(data)(**{**vars(data), "industry_codes": ("1751",), "status": UnitStatus.CLOSED}),
    )
    report = frame_load(path=path, actor=office)
    assert counts(report) == (2, 0, 1, 1)
    assert report.errors[0].code == "differs_from_register"
    assert "1751" in report.errors[0].message
    unit.refresh_from_db()
    assert unit.industry_codes == ["1751"]


def test_a_unit_of_another_area_is_refused_without_its_name(office, list_of):
    other = unit_make(number=1, division_code=NEIGHBOUR_TOWN, name="邻县秘密厂")
    report = frame_load(path=list_of(row(1)), actor=office)
    assert report.errors[0].code == "code_taken"
    assert other.name not in report.errors[0].message


def test_blanks_and_missing_columns_do_not_count_as_differences(office, list_of):
    frame_load(path=list_of(row(1)), actor=office)
    short = list_of([credit_code_make(1), "第1厂", TOWN], header=["信用代码", "名称", "区划代码"])
    # without an industry the row of an industrial unit is refused, without other columns it is not
    assert frame_load(path=short, actor=office).errors[0].code == "required"
    path = list_of(
        [credit_code_make(1), "第1厂", TOWN, "1752；"],
        header=["信用代码", "名称", "区划代码", "行业代码"],
    )
    assert counts(frame_load(path=path, actor=office)) == (1, 0, 1, 0)


def test_status_and_three_industries_are_read(office, list_of):
    header = [*HEADER, "行业代码2", "行业代码3", "运行状态"]
    frame_load(
        path=list_of(
            [*row(1), "1751", "3011", "全年停产"],
            [*row(2, industry="1752、2614"), "", "", ""],
            header=header,
        ),
        actor=office,
    )
    one, two = Unit.objects.order_by("pk")
    assert one.industry_codes == ["1752", "1751", "3011"]
    assert (one.status, two.status) == (UnitStatus.SUSPENDED_ALL_YEAR, UnitStatus.OPERATING)
    assert two.industry_codes == ["1752", "2614"]


def test_loading_needs_the_verb(enumerator, list_of):
    with pytest.raises(NotAllowed):
        frame_load(path=list_of(row(1)), actor=enumerator)


def test_a_row_registered_by_somebody_else_meanwhile_is_looked_at_again(
    office, list_of, monkeypatch
):
    write = frame._write
    calls = []

    def overtaken(actor, lines):
        calls.append(len(lines))
        if len(calls) == 1:
            raise IntegrityError
        write(actor, lines)

    monkeypatch.setattr(frame, "_write", overtaken)
    assert counts(frame_load(path=list_of(row(1)), actor=office)) == (1, 1, 0, 0)
    assert calls == [1, 1]


def test_the_error_workbook_loads_again_after_correction(office, list_of, tmp_path):
    path = list_of(row(1), row(2, industry="610", name="=1+1"), [*row(3)[:-2]], row(4, name=""))
    report = frame_load(path=path, actor=office)
    assert counts(report) == (4, 2, 0, 2)
    out = error_workbook(report, tmp_path / "errors.xlsx")
    book = load_workbook(out)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == [*HEADER, "原行号", "有误的列", "错误", "处理建议"]
    assert sheet["C2"].value == "=1+1"
    assert sheet["C2"].data_type == "s"
    assert sheet["I2"].value == "3"
    assert "4 位" in sheet["K2"].value
    sheet["F2"], sheet["C3"] = "0610", "第四厂"
    sheet["F2"] = "1752"
    book.save(out)
    assert counts(frame_load(path=out, actor=office)) == (2, 2, 0, 0)


def test_the_template_loads_with_a_row_typed_into_it(office, tmp_path):
    out = frame_template_workbook(tmp_path / "template.xlsx")
    book = load_workbook(out)
    sheet = book.active
    assert sheet["A2"].number_format == "@"
    labels = {cell.value: cell.column for cell in sheet[1]}
    for label, value in {
        "统一社会信用代码": credit_code_make(9),
        "单位详细名称": "模板厂",
        "普查对象类别": "工业企业",
        "区划代码": TOWN,
        "行业代码1": "1752",
    }.items():
        sheet.cell(row=2, column=labels[label], value=value)
    book.save(out)
    assert counts(frame_load(path=out, actor=office)) == (1, 1, 0, 0)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    office, list_of, django_assert_max_num_queries
):
    office.can_anywhere("registry.frame_load")
    path = list_of(*[row(n, division=TOWN if n % 2 else OTHER_TOWN) for n in range(200)])
    with django_assert_max_num_queries(13):
        frame_load(path=path, actor=office)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("", None),
        ("120.5", "120.5"),
        ("１２０．５°", "120.5"),
        ("120°30′00″", "120.5"),
        ("120度30分0秒", "120.5"),
        ("120 30 0", "120.5"),
        ("120°30'0\"E", "120.5"),
    ],
)
def test_degrees_are_read_in_every_usual_spelling(text, degrees):
    found = degrees_read(text)
    assert (None if found is None else str(found.normalize())) == degrees


def command(*args, **options):
    out = io.StringIO()
    call_command("frame_load", *args, stdout=out, **options)
    return out.getvalue()


def test_the_command_prints_counts_and_faults_and_writes_the_workbook(office, list_of, tmp_path):
    path = list_of(*[row(n, name="") for n in range(22)], header=[*HEADER[:-1], "纬度"])
    said = command(str(path), user="office", errors=tmp_path / "e.xlsx")
    assert "22 rows, 0 created, 0 unchanged, 22 refused" in said
    assert "row 2, 单位详细名称 [required]" in said
    assert "2 more" in said
    assert (tmp_path / "e.xlsx").is_file()
    said = command(
        str(list_of([*row(1), "x"], header=[*HEADER, "备注"])), user="office", dry_run=True
    )
    assert "dry run, nothing written: 1 rows, 1 created" in said
    assert "ignored columns: 备注" in said


def test_the_command_refuses_in_words(office, enumerator, list_of):
    path = str(list_of(row(1)))
    for args, sentence in [
        ({"user": "nobody"}, "no such user"),
        ({"user": "enumerator"}, "职责"),
    ]:
        with pytest.raises(CommandError, match=sentence):
            command(path, **args)
    with pytest.raises(CommandError, match="no such file"):
        command("absent.csv", user="office")
