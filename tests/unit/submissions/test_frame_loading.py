"""The job that loads a list of units and opens the forms they owe."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from submissions import jobs
from submissions.enums import ExerciseStatus, JobKind, JobState, Level
from submissions.frame_loading import report_sentence, units_without_cases
from submissions.jobs import job_start
from submissions.models import Case, CollectionExercise
from submissions.tasks import frame_load_run
from tests.factories.case import make_case, make_plain_unit, publish_small_forms
from tests.factories.exercise import make_exercise
from tests.people import COUNTY, TOWN

pytestmark = pytest.mark.django_db
HEADER = "单位详细名称,普查对象类别,区划代码,行业代码1"


@pytest.fixture
def load(office, monkeypatch):
    """Run a load of these lines; the job as it ended."""
    from registry.models import Industry

    monkeypatch.setattr(jobs, "job_send", lambda job: None)
    make_exercise()
    publish_small_forms()
    Industry.objects.get_or_create(
        code="1752", defaults={"name": "化纤织物染整精加工", "level": 4, "is_in_scope": True}
    )

    def act(*lines, dry_run=False, header=HEADER):
        folder = Path(settings.MEDIA_ROOT) / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "名录.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
        job = job_start(
            kind=JobKind.FRAME_LOAD,
            parameters={"path": "uploads/名录.csv", "name": "名录.csv", "dry_run": dry_run},
            actor=office,
            division_code=COUNTY[:6],
        )
        frame_load_run(job.pk)
        job.refresh_from_db()
        return job

    return act


def line(name: str, division: str = TOWN) -> str:
    return f"{name},工业企业,{division},1752"


def test_units_are_registered_and_their_forms_opened(load):
    job = load(line("甲厂"), line("乙厂"))
    assert (job.state, job.error) == (JobState.SUCCEEDED, "")
    cases = Case.objects.filter(form_code="A1")
    assert {case.unit.name for case in cases} == {"甲厂", "乙厂"}
    assert job.result_path == ""


def test_the_same_list_again_changes_nothing(load):
    load(line("甲厂"))
    job = load(line("甲厂"))
    assert job.state == JobState.SUCCEEDED
    assert Case.objects.count() == 1


def test_a_dry_run_opens_nothing(load):
    assert load(line("甲厂"), dry_run=True).state == JobState.SUCCEEDED
    assert not Case.objects.exists()


def test_refused_rows_are_kept_as_a_workbook(load):
    job = load(line("甲厂"), line("丙厂", division="999"))
    assert job.state == JobState.SUCCEEDED
    assert job.result_name == "未导入的行_名录.xlsx"
    assert (Path(settings.MEDIA_ROOT) / job.result_path).read_bytes()[:2] == b"PK"


def test_a_file_that_is_no_list_fails_in_words(load):
    job = load("1,2", header="甲,乙")
    assert job.state == JobState.FAILED
    assert job.error
    assert not Case.objects.exists()


def test_the_sentence_accounts_for_every_row():
    from registry.frame.report import LoadReport

    report = LoadReport(is_dry_run=True, total=3, created=2, unchanged=1)
    assert report_sentence(report) == "试运行，未写入。共 3 行：新登记 2，无变化 1，未导入 0。"


def test_cases_derive_command_opens_what_is_missing(office):
    make_case(office)
    make_plain_unit(office)
    out = StringIO()
    call_command("cases_derive", stdout=out)
    assert out.getvalue().strip() == "1 units without forms, 1 forms opened"
    assert units_without_cases(None) == []


def test_exercise_create_command_opens_the_second_census_once():
    out = StringIO()
    call_command("exercise_create", stdout=out)
    exercise = CollectionExercise.objects.get()
    assert (exercise.code, exercise.status) == ("nps2", ExerciseStatus.OPEN)
    assert exercise.levels == list(Level)
    assert exercise.standard_time.isoformat() == "2017-12-31T15:59:59+00:00"
    with pytest.raises(CommandError, match="已经存在"):
        call_command("exercise_create")


def test_exercise_create_command_refuses_levels_out_of_order():
    with pytest.raises(CommandError):
        call_command("exercise_create", "--levels", "county,supervisor")
    with pytest.raises(CommandError):
        call_command("exercise_create", "--levels", "village")
    call_command(
        "exercise_create", "--levels", "county,national", "--standard-time", "2017-12-31T12:00"
    )
    exercise = CollectionExercise.objects.get()
    assert exercise.levels == [Level.COUNTY, Level.NATIONAL]
    assert exercise.standard_time.isoformat() == "2017-12-31T04:00:00+00:00"
