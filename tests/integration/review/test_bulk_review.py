"""Signing off many routine cases: previewed, by the same door as one, exceptions with reasons."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from review.bulk import CASES_AT_MOST, bulk_preview
from review.bulk_reviewing import bulk_review_job
from review.enums import Decision
from review.models import DecisionSignature, ReviewDecision
from review.selectors import QueueFilter
from review.services import decision_record
from review.signing import submission_verified
from submissions.enums import JobKind, JobState
from submissions.models import Case, CollectionExercise, EditFailure, Job, ResponseRevision
from submissions.services import case_submit
from tests.factories.case import make_case, make_submitted, save
from tests.factories.decision import return_by
from tests.factories.submission import submit_again
from tests.factories.unit import unit_make

pytestmark = pytest.mark.django_db
PHRASE = "西湖-晚风-2017"


@pytest.fixture
def supervised(client, supervisor):
    client.force_login(supervisor, backend="accounts.backends.PasswordBackend")
    return client


def submitted(actor, number) -> Case:
    return make_submitted(actor, unit=unit_make(number=number, name=f"第{number}厂"))


def previewed(actor):
    return bulk_preview(actor=actor, narrowed=QueueFilter())


def started(client, preview, **more):
    typed = {"token": preview.token, "confirmed": "1", **more}
    return client.post(reverse("bulk_review"), typed)


def run(job: Job) -> Job:
    bulk_review_job(job.pk)
    job.refresh_from_db()
    return job


def test_routine_cases_are_approved_each_with_its_decision(supervised, cast):
    cases = [submitted(cast.enumerator, number) for number in (1, 2, 3)]
    preview = previewed(cast.supervisor)
    assert [one.case for one in preview.ready] == [case.pk for case in cases]
    answer = started(supervised, preview)
    job = Job.objects.get(kind=JobKind.BULK_REVIEW)
    assert answer.headers["Location"] == reverse("job_detail", args=[job.pk])
    job = run(job)
    assert job.state == JobState.SUCCEEDED
    assert job.result_name == ""
    decisions = ReviewDecision.objects.filter(decision=Decision.APPROVE)
    assert {d.decided_by for d in decisions} == {cast.supervisor}
    assert {case.review_level for case in Case.objects.filter(pk__in=[c.pk for c in cases])} == {
        "county"
    }
    assert previewed(cast.supervisor).ready == []


def test_what_needs_a_person_is_left_with_its_reason(supervised, cast):
    routine = submitted(cast.enumerator, 1)
    returned = submitted(cast.enumerator, 2)
    decision_record(
        case_id=returned.pk,
        decision=Decision.RETURN,
        actor=cast.supervisor,
        reason_codes=["omission"],
    )
    case_submit(case_id=returned.pk, actor=cast.enumerator)
    explained = submitted(cast.enumerator, 3)
    EditFailure.objects.create(
        case=explained,
        division_code=explained.division_code,
        rule_id="A1-R9",
        kind="rule",
        severity="soft",
        message_zh="偏大",
        cells=["hours"],
        explanation="原料为外购浆粕",
        explanation_key="k",
        first_seen_at=explained.submitted_at,
        explained_at=explained.submitted_at,
        explained_by=cast.enumerator,
    )
    preview = previewed(cast.supervisor)
    assert [one.case for one in preview.ready] == [routine.pk]
    found = {str(one.reason): one.number for one in preview.exceptions}
    assert found == {"有核实性说明，须逐份审核": 1, "退回后重报，须逐份审核": 1}
    page = supervised.get(reverse("bulk_review")).content.decode()
    assert "第2厂" in page
    assert "可以通过 1 份" in page
    assert (preview.forms, preview.named) == ([("A1", 1)], [(routine.pk, "A1 第1厂")])
    assert "第1厂" in page  # what is answered for can be looked at


def test_a_changed_queue_needs_another_preview(supervised, cast):
    submitted(cast.enumerator, 1)
    preview = previewed(cast.supervisor)
    submitted(cast.enumerator, 2)
    answer = supervised.post(
        reverse("bulk_review"), {"token": preview.token, "confirmed": "1"}, follow=True
    )
    assert "请重新预览" in answer.content.decode()
    assert not Job.objects.exists()


def test_a_second_delivery_decides_the_rest_of_the_list_and_nothing_else(supervised, cast):
    first, second = (submitted(cast.enumerator, number) for number in (1, 2))
    started(supervised, previewed(cast.supervisor))
    job = Job.objects.get(kind=JobKind.BULK_REVIEW)
    # the worker had decided one and died; a case has come in since, which nobody has confirmed
    decision_record(case_id=first.pk, decision=Decision.APPROVE, actor=cast.supervisor)
    late = submitted(cast.enumerator, 3)
    assert run(job).state == JobState.SUCCEEDED
    assert [d.case_id for d in ReviewDecision.objects.order_by("pk")] == [first.pk, second.pk]
    assert job.result_name == ""
    late.refresh_from_db()
    assert late.review_level == "supervisor"


def test_an_altered_list_is_not_carried_out(supervised, cast):
    submitted(cast.enumerator, 1)
    started(supervised, previewed(cast.supervisor))
    other = submitted(cast.enumerator, 2)
    job = Job.objects.get(kind=JobKind.BULK_REVIEW)
    path = Path(settings.MEDIA_ROOT) / job.parameters["list"]
    path.write_text(f'[[{other.pk}, {other.submissions.get().pk}, "approve"]]', encoding="utf-8")
    job = run(job)
    assert job.state == JobState.FAILED
    assert "已被改动" in job.error
    assert not ReviewDecision.objects.exists()


def test_nobody_approves_their_own_work_in_bulk(cast, supervisor):
    case = make_case(cast.enumerator, unit=unit_make(number=1, name="第1厂"))
    save(case, cast.enumerator, hours="4800", has_water="2", note="")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    revision = ResponseRevision.objects.filter(response__case=case).latest("number")
    assert revision.actor == cast.enumerator
    assert previewed(cast.enumerator).ready == []
    assert [one.case for one in previewed(supervisor).ready] == [case.pk]


def test_where_decisions_are_signed_each_has_its_own_signature(supervised, cast):
    cases = [submitted(cast.enumerator, number) for number in (1, 2)]
    CollectionExercise.objects.update(requires_signature=True)
    preview = previewed(cast.supervisor)
    assert preview.ready == []
    told = [str(one.reason) for one in preview.exceptions]
    assert told == ["本普查阶段的审核结论须签名，请先打开签名密钥"]
    opened = {"act": "make", "passphrase": PHRASE, "again": PHRASE}
    supervised.post(reverse("signing_key"), opened)
    assert "每份各签一个名" in supervised.get(reverse("bulk_review")).content.decode()
    preview = bulk_preview(actor=cast.supervisor, narrowed=QueueFilter(), signs=True)
    started(supervised, preview)
    folder = Path(settings.MEDIA_ROOT) / "bulk-review"
    half = folder / f"{preview.token}-{cast.supervisor.pk}.key"
    assert (len(half.read_bytes()), half.stat().st_mode & 0o077) == (16, 0)
    job = run(Job.objects.get())
    assert (job.state, job.result_name, half.exists()) == (JobState.SUCCEEDED, "", False)
    for case in cases:
        found = submission_verified(case.submissions.get().receipt_code)
        assert [check.is_valid for check in found.checks] == [True]
    signatures = {bytes(one.signature) for one in DecisionSignature.objects.all()}
    assert len(signatures) == 2


def test_a_key_that_was_put_away_signs_nothing_more(supervised, cast):
    submitted(cast.enumerator, 1)
    supervised.post(reverse("signing_key"), {"act": "make", "passphrase": PHRASE, "again": PHRASE})
    started(supervised, previewed(cast.supervisor))
    cache.clear()  # as after half an hour
    job = run(Job.objects.get())
    assert job.state == JobState.FAILED
    assert "签名密钥已收起" in job.error
    assert not ReviewDecision.objects.exists()


def test_one_refusal_does_not_stop_the_rest(supervised, cast):
    cases = [submitted(cast.enumerator, number) for number in (1, 2)]
    started(supervised, previewed(cast.supervisor))
    return_by(cases[0], cast.supervisor)
    submit_again(cases[0], cast.enumerator, hours="4000")
    job = run(Job.objects.get(kind=JobKind.BULK_REVIEW))
    assert job.result_name == "未通过的普查表.csv"
    told = (Path(settings.MEDIA_ROOT) / job.result_path).read_text(encoding="utf-8-sig")
    assert f"{cases[0].pk},本表已重新提交" in told
    assert ReviewDecision.objects.get(decision=Decision.APPROVE).case == cases[1]


def test_without_confirming_nothing_starts(supervised, cast):
    submitted(cast.enumerator, 1)
    assert supervised.post(reverse("bulk_review"), {"token": "x"}).status_code == 302
    assert not Job.objects.exists()


def test_the_preview_asks_few_queries(supervised, cast, django_assert_max_num_queries):
    for number in (1, 2, 3):
        submitted(cast.enumerator, number)
    with django_assert_max_num_queries(10):
        supervised.get(reverse("bulk_review"))
    assert CASES_AT_MOST == 10_000
