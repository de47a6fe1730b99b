"""One of everything in each place: the town, its sister town, the next county, another province."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import SigningKey
from registry.enums import FrameChangeKind
from registry.models import (
    CoverageBlock,
    CoverageRound,
    DivisionChange,
    EnumerationArea,
    FieldVerification,
    Overlay,
    SourceList,
    SourceRow,
)
from registry.services.frame_changes import ChangeRequest, frame_change_request
from registry.unit_data import as_json, data_of
from review.acceptance.criteria_files import criteria_of
from review.models import AcceptancePack, DutyRecord, InterferenceFinding, InterferenceRun
from submissions.enums import JobKind
from submissions.models import BatchRun, Case, EditFailure, ItemQuery, Job, RuleWaiver
from submissions.services import note_write
from tests.architecture.world_phases import phase_things
from tests.factories.case import make_plain_unit, make_submitted
from tests.factories.quality import quality_things
from tests.people import FAR_TOWN, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN, account

PLACES = {
    "own": TOWN,  # the enumerator's and the supervisor's town
    "child": OTHER_TOWN,  # another town of the county: a child of the county, beside the town
    "neighbour": NEIGHBOUR_TOWN,  # the next county
    "far": FAR_TOWN,  # another province
}


@dataclass(frozen=True)
class World:
    """Place → kind → thing."""

    things: dict[str, dict[str, Any]]


def world_make(divisions: dict[str, Any]) -> World:
    """A unit with a submitted case, a finding, a question, a job and a summary in each place."""
    from accounts.enums import Role
    from summaries.arithmetic import Line
    from summaries.definitions import tables_all
    from summaries.dispatch.content import content_of
    from summaries.models import (
        DataExport,
        DispatchReport,
        ReleaseRun,
        ReleaseTable,
        SummaryRelease,
        SummaryRun,
    )

    table = next(iter(tables_all().values()))
    nation = divisions["000000000000"]
    filler = account("filler-of-all", Role.ENUMERATOR, division=nation, full_name="全国填报")
    owner = account("owner-of-all", Role.OFFICE, division=nation, full_name="全国统计")
    key = SigningKey.objects.create(
        user=owner, public_key=b"p", fingerprint="f" * 64, salt=b"s", sealed_secret=b"x"
    )
    things = {}
    for place, code in PLACES.items():
        unit = make_plain_unit(filler, division_code=code, name=f"{place}之工厂{uuid.uuid4().hex}")
        case: Case = make_submitted(filler, unit=unit)
        submission = case.submissions.get()
        job = Job.objects.create(
            kind=JobKind.SUMMARY_RUN,
            parameters={},
            dedupe_key=uuid.uuid4().hex,
            division_code=code,
            requested_by=owner,
            created_at=timezone.now(),
        )
        source_list = SourceList.objects.create(
            authority="tax",
            name=f"{unit.name}.csv",
            path="none.csv",
            digest=uuid.uuid4().hex,
            division_code=code,
            state="screened",
            imported_by=owner,
        )
        release_run = ReleaseRun.objects.create(
            job=job,
            exercise=case.exercise,
            name=unit.name,
            division_code=code,
            division_name=unit.name,
            approval_level="county",
            as_of=timezone.now(),
            definitions={table.code: table.raw},
        )
        release = SummaryRelease.objects.create(
            run=release_run,
            origin="computed",
            exercise=case.exercise,
            name=unit.name,
            division_code=code,
            division_name=unit.name,
            approval_level="county",
            as_of=timezone.now(),
            definitions={table.code: table.raw},
            content_hash="0" * 64,
            created_at=timezone.now(),
            created_by=owner,
        )
        ReleaseTable.objects.create(
            release=release,
            table_code=table.code,
            division_code=code,
            division_name=unit.name,
            content={"total": Line().as_dict(), "axes": {"division": {}}, "names": {}},
            content_hash="0" * 64,
        )
        area = EnumerationArea.objects.create(
            code=f"{code}01", division_code=code, name=f"{unit.name}小区"
        )
        things[place] = {
            **quality_things(case, owner, key),
            **phase_things(case, code, owner),
            "release": release,
            "release_run": release_run,
            "frame_change": frame_change_request(
                actor=owner,
                wanted=ChangeRequest(
                    kind=FrameChangeKind.DEATH,
                    unit_id=unit.pk,
                    reason="停业",
                    evidence="笔录 1 号",
                    effective_on=timezone.localdate(),
                ),
            ),
            "division_change": DivisionChange.objects.create(
                old_code=code,
                old_name=unit.name,
                new_code=code,
                new_name=unit.name,
                level=4,
                document="国函〔2018〕1 号",
                effective_on=timezone.localdate(),
                requested_by=owner,
            ),
            "enumeration_area": area,
            "overlay": Overlay.objects.create(
                kind="park",
                code=f"PARK{code}",
                name=f"{unit.name}园区",
                division_code=code,
                created_by=owner,
            ),
            "coverage_block": CoverageBlock.objects.create(
                round=CoverageRound.objects.create(
                    division_code=code,
                    seed="1",
                    blocks_wanted=1,
                    frame=[area.code],
                    frame_digest="0" * 64,
                    drawn_by=owner,
                ),
                area=area,
                division_code=code,
            ),
            "verification": FieldVerification.objects.create(
                unit=unit,
                division_code=code,
                outcome="in_scope",
                verified_by=owner,
                observed_at=timezone.now(),
            ),
            "source_list": source_list,
            "source_row": SourceRow.objects.create(
                source_list=source_list,
                number=2,
                division_code=code,
                outcome="merged",
                data=as_json(data_of(unit)),
                unit=unit,
            ),
            "unit": unit,
            "case": case,
            "job": job,
            "failure": EditFailure.objects.create(
                case=case,
                division_code=code,
                rule_id="A1-R02",
                kind="rule",
                severity="soft",
                cells=["output"],
                message_zh="产量偏大",
                message_en="large",
                first_seen_at=timezone.now(),
            ),
            "query": ItemQuery.objects.create(
                case=case,
                division_code=code,
                submission=submission,
                cell="hours",
                text="请核实",
                raised_by=owner,
                raised_at=timezone.now(),
            ),
            "batch_run": BatchRun.objects.create(
                exercise=case.exercise,
                division_code=code,
                facts_at=timezone.now(),
                facts_sequence=1,
                requested_at=timezone.now(),
                requested_by=owner,
            ),
            "waiver": RuleWaiver.objects.create(
                case=case,
                division_code=code,
                rule_id="A1-R02",
                severity="soft",
                reason="六月起新增一条生产线",
                valid_until=timezone.localdate(),
                requested_by=owner,
                requested_at=timezone.now(),
            ),
            "dispatch": DispatchReport.objects.create(
                exercise=case.exercise,
                division_code=code,
                division_name=f"{unit.name}之区划",
                month=timezone.localdate().replace(day=1),
                as_of=timezone.now(),
                content=content_of(
                    exercise=case.exercise,
                    division=divisions[code],
                    month=timezone.localdate().replace(day=1),
                ),
                content_hash="0" * 64,
                made_at=timezone.now(),
            ),
            "export": DataExport.objects.create(
                job=job,
                number=f"DC-{code}",
                exercise=case.exercise,
                form_codes=["A1"],
                division_code=code,
                division_name=f"{unit.name}之区划",
                file_format="csv",
                reason="核对",
                requested_at=timezone.now(),
            ),
            "thread": note_write(case_id=case.pk, actor=filler, text="请核实").thread,
            "acceptance": AcceptancePack.objects.create(
                division_code=code,
                division_name=unit.name,
                exercise=case.exercise,
                criteria=criteria_of("nps2").raw,
                criteria_hash="0" * 64,
                score={"total": "0.00", "lines": []},
                as_of=timezone.now(),
                digest="0" * 64,
                made_at=timezone.now(),
                made_by=owner,
            ),
            "duty": DutyRecord.objects.create(
                exercise=case.exercise,
                division_code=code,
                kind="staff",
                title=unit.name,
                file_path="none.pdf",
                file_name="名单.pdf",
                file_digest="0" * 64,
                recorded_at=timezone.now(),
                recorded_by=owner,
            ),
            "interference": InterferenceFinding.objects.create(
                run=InterferenceRun.objects.create(
                    division_code=code,
                    exercise=case.exercise,
                    as_of=timezone.now(),
                    parameters={"threshold": 0.05},
                    sizes={"submissions": 1, "values": 1},
                    judged={},
                    finding_count=1,
                    digest="0" * 64,
                    made_at=timezone.now(),
                    made_by=owner,
                ),
                division_code=code,
                rank=1,
                signal="copies",
                subject=str(filler.pk),
                person=filler,
                chance=0.001,
                adjusted=0.01,
                size=20,
                figures={"pairs": 1, "cells": 9, "events": 9},
                facts=[{"case": case.pk, "other_case": case.pk, "cells": 9, "equal": 9}],
            ),
            "summary": SummaryRun.objects.create(
                job=job,
                exercise=case.exercise,
                table_code=table.code,
                definition=table.raw,
                definition_hash=table.content_hash,
                division_code=code,
                division_name=f"{place}之区划",
                axis="division",
                approval_level="county",
                as_of=timezone.now(),
            ),
        }
    return World(things)
