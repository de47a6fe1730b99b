"""Samples of quality control: rows for tests of scopes, and drawn ones by the services."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import time_machine
from django.utils import timezone

from accounts.models import SigningKey, User
from review.models import QualityCheck, QualityLot, QualityReport, QualitySample
from review.quality.enums import CheckStage, DifferenceVerdict, SampleStage
from review.quality.plan import plan_of
from review.quality.report_content import report_content
from review.quality.services.checking import (
    check_answer,
    check_close,
    check_open,
    check_save,
    differences_adjudicate,
    removed_check,
)
from review.quality.services.sampling import sample_draw, sample_freeze
from submissions.models import Case, CollectionExercise

SOURCE, VALUE = "双色球第 2018058 期开奖号码", "02 07 11 18 25 31 + 09"


def quality_things(case: Case, owner: User, key: SigningKey) -> dict[str, Any]:
    """A sample, a check and a report over one case, as rows alone."""
    now = timezone.now()
    sample = QualitySample.objects.create(
        exercise=case.exercise,
        division_code=case.division_code,
        level="county",
        stage=SampleStage.DRAWN,
        plan=dict(plan_of("nps2").data),
        frame_path=f"none-{uuid.uuid4().hex}",
        frame_digest="0" * 64,
        frame_count=1,
        frozen_by=owner,
        public_source=SOURCE,
        public_at=now + dt.timedelta(days=1),
        public_value=VALUE,
        seed="1" * 64,
        draw_digest="2" * 64,
        drawn_at=now,
        drawn_by=owner,
    )
    lot = QualityLot.objects.create(
        sample=sample,
        part="form",
        division_code=case.division_code,
        unit_kind="industrial",
        size=1,
        sample_size=1,
        acceptance_number=0,
        strata={"small/old": [1, 1]},
    )
    check = QualityCheck.objects.create(
        sample=sample,
        lot=lot,
        division_code=case.division_code,
        unit=case.unit,
        case=case,
        submission=case.submissions.get(),
        code=f"{case.unit.code}/{case.form_code}",
        stratum="small/old",
        rank=1,
    )
    report = QualityReport.objects.create(
        sample=sample,
        division_code=case.division_code,
        code=f"QC-{uuid.uuid4().hex[:12]}",
        content=report_content(sample, owner),
        hash="3" * 64,
        key=key,
        signature=b"0" * 64,
        issued_by=owner,
    )
    return {"quality_sample": sample, "quality_check": check, "quality_report": report}


def frozen_sample(actor: User, division_code: str) -> QualitySample:
    """A frame whose number becomes public in an hour."""
    return sample_freeze(
        actor=actor,
        exercise=CollectionExercise.objects.get(code="nps2"),
        division_code=division_code,
        source=SOURCE,
        at=timezone.now() + dt.timedelta(hours=1),
    )


def drawn_sample(actor: User, division_code: str, value: str = VALUE) -> QualitySample:
    """The same, drawn two hours later."""
    sample = frozen_sample(actor, division_code)
    return later_drawn(actor, sample, value)


def later_drawn(actor: User, sample: QualitySample, value: str = VALUE) -> QualitySample:
    """Drawn once its number is public."""
    with time_machine.travel(sample.public_at + dt.timedelta(hours=1), tick=False):
        return sample_draw(actor=actor, sample_id=sample.pk, value=value)


def answer(check: QualityCheck, checker: User, values: Mapping[str, str]) -> QualityCheck:
    """Take the check, fill it, close the own answers."""
    check_open(actor=checker, check_id=check.pk)
    check_save(
        actor=checker,
        check_id=check.pk,
        save_id=uuid.uuid4(),
        base_version=1,
        changes=[{"op": "set", "cell": cell, "value": value} for cell, value in values.items()],
    )
    return check_answer(actor=checker, check_id=check.pk)


def finish(
    check: QualityCheck,
    checker: User,
    adjudicator: User,
    values: Mapping[str, str],
    verdict: DifferenceVerdict = DifferenceVerdict.TRUE_ERROR,
) -> QualityCheck:
    """The whole of a check, every difference with the same verdict."""
    if not check.is_of_form:
        check_open(actor=checker, check_id=check.pk)
        return removed_check(
            actor=checker, check_id=check.pk, outcome="gone", note="厂房已拆除，原址为空地"
        )
    check = answer(check, checker, values)
    if check.stage == CheckStage.COMPARED:
        verdicts = {one.pk: (verdict, "对照台账") for one in check.differences.all()}
        differences_adjudicate(actor=adjudicator, check_id=check.pk, verdicts=verdicts)
        check = check_close(actor=adjudicator, check_id=check.pk)
    return check
