"""Quality control by sampling: the draw, blind checks, adjudication, lots, reports."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.bars import refuse_while_checking
from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from audit.models import AuditEvent
from registry.enums import UnitStatus
from registry.models import RegisterFreeze, Unit
from review.models import QualityCheck, QualitySample
from review.quality.enums import CheckStage, DifferenceVerdict, RedrawFault
from review.quality.selectors import redraw
from review.quality.services.checking import (
    check_answer,
    check_close,
    check_open,
    differences_adjudicate,
)
from review.quality.services.sampling import sample_close, sample_draw, sample_freeze
from submissions.models import Case, CollectionExercise
from tests.architecture.routes import ROUTES
from tests.architecture.test_scopes import TARGETS
from tests.factories.case import make_plain_unit, make_submitted
from tests.factories.decision import approve_by
from tests.factories.quality import (
    SOURCE,
    VALUE,
    answer,
    drawn_sample,
    finish,
    frozen_sample,
    later_drawn,
)
from tests.people import CITY, COUNTY, TOWN, account

pytestmark = pytest.mark.django_db
SAME = {"hours": "4800", "has_water": "2"}
BACKEND = "accounts.backends.PasswordBackend"


@pytest.fixture
def cases(enumerator) -> list[Case]:
    return [make_submitted(enumerator) for _n in range(6)]


@pytest.fixture
def checker(divisions) -> User:
    """Another reviewer of the county, who has looked at nothing yet."""
    return account("checker", Role.REVIEWER, division=divisions[COUNTY], full_name="韩核查")


@pytest.fixture
def sample(cases, office) -> QualitySample:
    return drawn_sample(office, COUNTY)


@pytest.fixture
def check(sample) -> QualityCheck:
    return sample.checks.select_related("unit", "case", "submission").first()


def signed_in(client, user):
    client.force_login(User.objects.get(pk=user.pk), backend=BACKEND)
    return client


def same_as(check: QualityCheck) -> dict[str, str]:
    return {"unit_name": check.unit.name, **SAME}


# --- the draw -------------------------------------------------------------------------------------


def test_a_number_that_is_public_already_cannot_draw(cases, office):
    exercise = CollectionExercise.objects.get()
    wanted = {"actor": office, "exercise": exercise, "division_code": COUNTY, "source": SOURCE}
    with pytest.raises(Invalid, match="可以挑选"):
        sample_freeze(**wanted, at=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(Invalid, match="写明用哪一个"):
        sample_freeze(**{**wanted, "source": " "}, at=timezone.now() + dt.timedelta(days=1))
    sample = sample_freeze(**wanted, at=timezone.now() + dt.timedelta(days=1))
    with pytest.raises(Conflict, match="还没有到"):
        sample_draw(actor=office, sample_id=sample.pk, value=VALUE)
    with pytest.raises(Conflict, match="不能反复冻结"):
        sample_freeze(**wanted, at=timezone.now() + dt.timedelta(days=2))


def test_each_level_draws_its_own(cases, office, county_reviewer, national_office, divisions):
    at = timezone.now() + dt.timedelta(days=1)
    exercise = CollectionExercise.objects.get()
    for actor, place in (
        (office, CITY),
        (office, TOWN),
        (county_reviewer, COUNTY),
        (national_office, COUNTY),  # the county's own office draws for the county
    ):
        with pytest.raises(NotAllowed):
            sample_freeze(actor=actor, exercise=exercise, division_code=place, source=SOURCE, at=at)
    city = account("city-office", Role.OFFICE, division=divisions[CITY])
    assert frozen_sample(city, CITY).level == "city"


def test_the_same_frame_and_number_draw_the_same_list(sample, office, cases):
    again = redraw(sample)
    assert again.is_equal
    drawn = [code for lot in again.lots for code, _stratum in lot.codes]
    assert drawn == list(sample.checks.values_list("code", flat=True))
    other = drawn_sample(office, COUNTY, value="another")
    assert other.frame_digest == sample.frame_digest
    assert other.seed != sample.seed
    call_command("quality_redraw", sample.pk)


def rewritten(sample: QualitySample, settings, change) -> None:
    path = Path(settings.MEDIA_ROOT) / sample.frame_path
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = change(file.readlines())
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(lines)


def test_a_tampered_frame_is_found(sample, settings, capsys):
    rewritten(sample, settings, lambda lines: [line.replace("small", "large") for line in lines])
    assert RedrawFault.FRAME_CHANGED in redraw(sample).faults
    with pytest.raises(CommandError):
        call_command("quality_redraw", sample.pk)
    (Path(settings.MEDIA_ROOT) / sample.frame_path).write_bytes(b"nothing")
    assert redraw(sample).faults == [RedrawFault.FRAME_UNREADABLE]


def test_a_frame_that_was_changed_before_the_draw_draws_nothing(cases, office, settings):
    sample = frozen_sample(office, COUNTY)
    rewritten(sample, settings, lambda lines: lines[1:])
    with pytest.raises(Conflict, match="与冻结时不一致"):
        later_drawn(office, sample)


def test_a_check_put_among_those_drawn_is_found(sample, check):
    QualityCheck.objects.filter(pk=check.pk).update(rank=99)
    assert redraw(sample).faults == [RedrawFault.CHECKS_CHANGED]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE review_qualitysample SET seed = 'x'",
        "UPDATE review_qualitysample SET frame_digest = 'x'",
        "UPDATE review_qualitysample SET public_source = 'x'",
        "DELETE FROM review_qualitysample",
    ],
)
def test_the_database_keeps_what_was_drawn_with(sample, sql):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="never changed"):
            cursor.execute(sql)


def test_what_was_added_and_what_left_are_drawn_apart(enumerator, office, cases):
    RegisterFreeze.objects.create(
        division_code="330000000000",
        standard_moment=timezone.now(),
        known_at=timezone.now(),
        unit_count=6,
        counties={},
        digest="0" * 64,
        frozen_by=office,
    )
    added = make_submitted(enumerator)
    gone = make_plain_unit(enumerator, status=UnitStatus.DUPLICATE)
    sample = drawn_sample(office, COUNTY)
    forms, removed = sample.lots.all()
    assert (forms.size, removed.size) == (7, 1)
    assert forms.strata["small/added"] == [1, 1]
    assert sample.checks.get(case=added).stratum == "small/added"
    check = sample.checks.get(unit=gone)
    assert (check.case, check.stratum) == (None, UnitStatus.DUPLICATE)


# --- who sees it ----------------------------------------------------------------------------------


def test_nobody_but_the_own_level_sees_the_list_before_the_end(client, cast, sample, check):
    """Every person × every page: the sample, its lots, its checks, the frame, the jobs, the acts."""
    pages = [
        reverse("quality_home") + f"?division={COUNTY}",
        reverse("quality_sample", args=[sample.pk]),
        reverse("quality_frame", args=[sample.pk]),
        reverse("quality_check", args=[check.pk]),
        reverse("quality_cells", args=[check.pk]),
        reverse("quality_answered", args=[check.pk]),
        reverse("quality_photo", args=[check.pk]),
        reverse("job_list"),
        reverse("audit_list"),
        reverse("api_job_list"),
    ]
    own = {"county_reviewer", "office"}
    marks = [sample.frame_digest, check.code, f'href="/quality/{sample.pk}/"', check.unit.code]
    for name in cast.__dataclass_fields__:
        person = getattr(cast, name)
        signed_in(client, person)
        for page in pages:
            answer_ = client.get(page)
            text = b"".join(answer_) if answer_.streaming else answer_.content
            shown = [mark for mark in marks if mark.encode() in text]
            if name in own:
                assert answer_.status_code < 500
            elif "audit" in page:  # the act and its digest are on record, not the list
                assert check.code.encode() not in text, name
            elif f"/{sample.pk}/" in page or f"/{check.pk}/" in page:
                assert answer_.status_code in {403, 404}, f"{name} {page}"
            else:
                assert not shown, f"{name} {page}: {shown}"
        seen = QualityCheck.objects.visible_to(User.objects.get(pk=person.pk))
        assert seen.exists() == (name in own), name
    assert sample.frame_digest in signed_in(client, cast.office).get(pages[1]).content.decode()


def test_acts_on_record_name_no_drawn_unit(sample, check, checker, office):
    finish(check, checker, office, {**same_as(check), "hours": "1"})
    acts = AuditEvent.objects.filter(action__startswith="quality.")
    assert acts.count() >= 6
    for act in acts:
        told = f"{act.subject_label} {act.detail} {act.division_code}"
        assert check.unit.name not in told
        assert check.unit.code not in told
        assert act.division_code == COUNTY


def test_a_closed_sample_is_seen_above_and_by_auditors(client, sample, cast, checker, office):
    closed_whole(sample, checker, office)
    url = reverse("quality_sample", args=[sample.pk])
    for person in (cast.city_reviewer, cast.national_office, cast.auditor):
        assert signed_in(client, person).get(url).status_code == 200
    assert signed_in(client, cast.neighbour).get(url).status_code == 404
    page = signed_in(client, cast.city_reviewer).get(reverse("quality_home") + f"?division={CITY}")
    assert "西湖区" in page.content.decode()


def closed_whole(sample, checker, office) -> None:
    from review.quality.services.lots import lot_decide

    for check in sample.checks.select_related("unit"):
        finish(check, checker, office, same_as(check))
    for lot in sample.lots.all():
        lot_decide(actor=office, lot_id=lot.pk)
    sample_close(actor=office, sample_id=sample.pk)


# --- blind ----------------------------------------------------------------------------------------


def pages_of(check: QualityCheck) -> dict[str, str]:
    """Every route of the portal that shows this form or this unit, by name."""
    things = {"case": check.case, "unit": check.unit}
    arguments = {route.name: route.arguments for route in ROUTES}
    found = {}
    for name, target in TARGETS.items():
        try:
            kwargs = target.kwargs(things)
        except KeyError:  # about something else
            continue
        if name not in arguments:
            continue
        if "number" in arguments[name]:
            kwargs["number"] = 1
        found[name] = reverse(name, kwargs=kwargs)
    return found


def test_whoever_checks_blind_cannot_look_at_the_first_answers(client, check, checker):
    check_open(actor=checker, check_id=check.pk)
    signed_in(client, checker)
    pages = pages_of(check)
    assert len(pages) > 35
    answers = {name: client.get(url).status_code for name, url in pages.items()}
    assert set(answers.values()) <= {403, 404, 405}, answers
    told = client.get(reverse("case_fill", args=[check.case_id]))
    assert told.status_code == 403
    assert "正在独立核查" in told.content.decode()
    for listing in ("unit_list", "case_list", "rule_list"):
        assert check.unit.name not in client.get(reverse(listing)).content.decode(), listing
    assert check.unit.name not in client.get(f"/units/?q={check.unit.code}").content.decode()
    sheet = client.get(reverse("quality_check", args=[check.pk])).content.decode()
    assert "4800" not in sheet
    assert 'data-cell="hours"' in sheet
    with pytest.raises(NotAllowed, match="不能导出数据"):
        refuse_while_checking(User.objects.get(pk=checker.pk))
    others = Case.objects.exclude(unit=check.unit_id).first()
    assert client.get(reverse("case_fill", args=[others.pk])).status_code == 200


def test_the_bar_ends_with_the_own_answers(client, check, checker):
    answer(check, checker, same_as(check))
    signed_in(client, checker)
    assert client.get(reverse("case_fill", args=[check.case_id])).status_code == 200
    assert User.objects.get(pk=checker.pk).barred_units == []


def test_who_filled_or_reviewed_it_does_not_check_it(
    check, enumerator, supervisor, county_reviewer, checker, divisions
):
    approve_by(check.case, supervisor, county_reviewer)
    with pytest.raises(NotAllowed, match="填报、登记或审核过"):
        check_open(actor=county_reviewer, check_id=check.pk)
    with pytest.raises(Missing):
        check_open(actor=supervisor, check_id=check.pk)
    both = account("both", Role.REVIEWER, division=divisions[COUNTY])
    Case.objects.filter(pk=check.case_id)
    check_open(actor=checker, check_id=check.pk)
    with pytest.raises(Conflict):
        check_open(actor=both, check_id=check.pk)


def test_the_checkers_own_answers_are_closed_once(check, checker, county_reviewer):
    with pytest.raises(Conflict):
        check_answer(actor=checker, check_id=check.pk)
    check_open(actor=checker, check_id=check.pk)
    with pytest.raises(Invalid, match="还没有填写"):
        check_answer(actor=checker, check_id=check.pk)
    with pytest.raises(NotAllowed, match="韩核查"):
        check_answer(actor=county_reviewer, check_id=check.pk)


def test_equal_answers_end_the_check_and_evidence_is_kept(check, checker):
    found = answer(check, checker, same_as(check))
    assert (found.stage, found.is_nonconforming) == (CheckStage.CLOSED, False)
    assert found.tallies["hours"] == [0, 1]
    assert (found.key_errors, found.key_checked) == (0, 1)
    assert found.opened_at <= found.answered_at
    assert set(found.seconds) == {"s1"}


# --- adjudication ---------------------------------------------------------------------------------


@pytest.fixture
def compared(check, checker) -> QualityCheck:
    return answer(check, checker, {**same_as(check), "hours": "4000", "output": "5"})


def verdicts(check, verdict, reason="台账") -> dict[int, tuple[str, str]]:
    return {one.pk: (verdict, reason) for one in check.differences.all()}


def test_differences_are_judged_by_another_person_with_a_reason(compared, checker, office):
    assert {(d.cell, d.first, d.own, d.is_key) for d in compared.differences.all()} == {
        ("hours", "4800", "4000", True),
        ("output", "", "5", False),
    }
    wanted = verdicts(compared, DifferenceVerdict.TRUE_ERROR)
    with pytest.raises(NotAllowed, match="不裁定自己"):
        differences_adjudicate(actor=checker, check_id=compared.pk, verdicts=wanted)
    with pytest.raises(Invalid, match="理由"):
        differences_adjudicate(
            actor=office, check_id=compared.pk, verdicts=verdicts(compared, "explained", " ")
        )
    with pytest.raises(Conflict, match="2 处"):
        check_close(actor=office, check_id=compared.pk)
    assert differences_adjudicate(actor=office, check_id=compared.pk, verdicts=wanted) == 0
    closed = check_close(actor=office, check_id=compared.pk)
    assert closed.is_nonconforming
    assert (closed.key_errors, closed.other_errors) == (1, 1)


@pytest.mark.parametrize("verdict", [DifferenceVerdict.EXPLAINED, DifferenceVerdict.CHECKER_ERROR])
def test_only_a_true_error_of_the_first_counts(compared, office, verdict):
    differences_adjudicate(actor=office, check_id=compared.pk, verdicts=verdicts(compared, verdict))
    closed = check_close(actor=office, check_id=compared.pk)
    assert (closed.key_errors, closed.other_errors, closed.is_nonconforming) == (0, 0, False)


def test_the_page_of_differences_loses_nothing_typed(client, compared, office):
    url = reverse("quality_check", args=[compared.pk])
    signed_in(client, office)
    one, two = compared.differences.all()
    posted = {
        "act": "adjudicate",
        f"verdict-{one.pk}": "true_error",
        f"reason-{one.pk}": "对照水费单",
        f"verdict-{two.pk}": "explained",
        f"reason-{two.pk}": "",
    }
    refused = client.post(url, posted)
    assert refused.status_code == 400
    assert "对照水费单" in refused.content.decode()
    assert "请写明裁定理由" in refused.content.decode()
    assert not compared.differences.exclude(verdict="").exists()
    posted[f"reason-{two.pk}"] = "计量口径不同"
    assert client.post(url, {**posted, "close": "1"}).status_code == 302
    compared.refresh_from_db()
    assert compared.stage == CheckStage.CLOSED
    assert "对照水费单" in client.get(url).content.decode()


def test_a_unit_that_left_is_found_gone_or_still_there(client, enumerator, cases, office, checker):
    gone = make_plain_unit(enumerator, status=UnitStatus.NOT_FOUND)
    check = drawn_sample(office, COUNTY).checks.get(unit=gone)
    url = reverse("quality_check", args=[check.pk])
    signed_in(client, checker)
    client.post(url, {"act": "open"})
    refused = client.post(url, {"act": "removed", "outcome": "still_there", "note": ""})
    assert refused.status_code == 400
    assert "请写明现场情况和依据" in refused.content.decode()
    client.post(url, {"act": "removed", "outcome": "still_there", "note": "仍在生产"})
    check.refresh_from_db()
    assert (check.stage, check.is_nonconforming) == (CheckStage.CLOSED, True)
    assert Unit.objects.filter(pk=gone.pk).exists()


def test_place_and_photograph_are_kept(client, check, checker):
    from django.core.files.uploadedfile import SimpleUploadedFile

    check_open(actor=checker, check_id=check.pk)
    signed_in(client, checker)
    url = reverse("quality_check", args=[check.pk])
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 99)
    posted = {"act": "evidence", "longitude": "120.1", "latitude": "30.2", "photo": photo}
    assert client.post(url, posted).status_code == 302
    check.refresh_from_db()
    assert check.photo_digest
    assert str(check.longitude) == "120.100000"
    shown = client.get(reverse("quality_photo", args=[check.pk]))
    assert b"".join(shown).startswith(b"\xff\xd8\xff")
    for bad in ({"longitude": "10"}, {"longitude": "x"}, {}, {"latitude": "30.2"}):
        assert client.post(url, {"act": "evidence", **bad}).status_code == 400


def test_bad_input_is_told_and_nothing_breaks(client, check, sample, checker, office):
    check_open(actor=checker, check_id=check.pk)
    signed_in(client, checker)
    page, cells = (reverse(name, args=[check.pk]) for name in ("quality_check", "quality_cells"))
    for typed in ({"act": "x"}, {"act": "adjudicate", "verdict-9": "\x00"}, {"act": "removed"}):
        assert 400 <= client.post(page, typed).status_code < 500
    assert client.post(cells, data="{", content_type="application/json").status_code == 400
    signed_in(client, office)
    for typed in ({}, {"exercise": "1"}, {"exercise": "9", "source": "\x00", "at": "x"}):
        assert client.post(reverse("quality_home"), typed).status_code == 400
    url = reverse("quality_sample", args=[sample.pk])
    for typed in ({"act": "x"}, {"act": "decide", "lot": "9" * 30}, {"act": "close"}):
        assert client.post(url, typed).status_code == 302
    assert client.get(url, {"lot": "x", "after": "-1"}).status_code == 200


def test_few_queries(client, sample, office, django_assert_max_num_queries):
    signed_in(client, office)
    with django_assert_max_num_queries(30):
        client.get(reverse("quality_sample", args=[sample.pk]))
    with django_assert_max_num_queries(26):
        client.get(reverse("quality_home"))
