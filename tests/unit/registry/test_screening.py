"""Lists of several authorities become one register: every row accounted for, nothing twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from audit.hashing import sm3_hex
from benchmarks.labelled_lists import INDUSTRIES, Town, firms, list_write, pairs_judged
from registry.enums import IndustryLevel, ListState, RowOutcome, UnitStatus, Verdict
from registry.models import Industry, MatchCandidate, SourceList, SourceRow, Unit, UnitRevision
from registry.screening.places import Gazetteer
from registry.services import unit_amend
from registry.services.freezing import register_freeze
from registry.services.list_reading import source_list_read
from registry.services.list_screening import source_list_screen
from registry.services.match_decisions import match_decide, match_reverse
from registry.services.source_lists import (
    BroughtFile,
    columns_shown,
    source_list_bring,
    source_list_columns_set,
)
from registry.unit_data import data_of
from tests.people import NATION, NEIGHBOUR_TOWN, OTHER_TOWN, TOWN

TOWNS = [
    Town(TOWN, "三墩镇", "西湖区"),
    Town(OTHER_TOWN, "双浦镇", "西湖区"),
    Town(NEIGHBOUR_TOWN, "良渚街道", "余杭区"),
]


@pytest.fixture
def office(national_office, settings, tmp_path):
    """The national office, with a place for uploads and the industries of the lists."""
    settings.MEDIA_ROOT = str(tmp_path)
    Industry.objects.bulk_create(
        Industry(code=code, level=IndustryLevel.CLASS, name=code, is_in_scope=True)
        for code in INDUSTRIES
    )
    return national_office


def brought(office, folder: Path, name: str, authority: str) -> SourceList:
    path = folder / name
    file = BroughtFile(name=name, path=name, digest=sm3_hex(path.read_bytes()))
    return source_list_bring(
        actor=office,
        authority=authority,
        file=file,
        division_code=NATION,
        reference_date=dt.date(2017, 12, 31),
    )


def screened(source_list: SourceList) -> dict[str, int]:
    if source_list.state == ListState.MAPPING:
        source_list = source_list_columns_set(
            actor=source_list.imported_by, list_id=source_list.pk, columns=source_list.columns
        )
    gazetteer = Gazetteer.load()
    source_list_read(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    return source_list_screen(source_list, progress=lambda _n: None, gazetteer=gazetteer)


def test_three_lists_become_one_register(office, tmp_path):
    known = list(firms(TOWNS, 400))
    clusters, lists = [], {}
    for authority in ("business", "permit", "electricity"):
        name = f"{authority}.csv"
        truth = list_write(authority, known, tmp_path / name)
        source_list = lists[authority] = brought(office, tmp_path, name, authority)
        counts = screened(source_list)
        source_list.refresh_from_db()
        assert sum(counts.values()) == len(truth) == source_list.rows_read
        assert counts[RowOutcome.REFUSED] == 0
        for number, unit in source_list.rows.values_list("number", "unit_id"):
            clusters.append((truth[number - 2], unit or -len(clusters) - 1))
    precision, recall = pairs_judged(clusters)
    assert precision > 0.99
    assert recall > 0.9
    assert 380 < Unit.objects.count() < 440
    assert UnitRevision.objects.count() >= Unit.objects.count()
    unit = (
        SourceRow.objects.filter(source_list=lists["permit"], outcome=RowOutcome.MERGED)
        .first()
        .unit
    )
    assert {unit.origins["name"], unit.origins["address"]} == {"business", "permit"}


def test_a_run_that_was_killed_goes_on_and_the_same_list_twice_changes_nothing(office, tmp_path):
    known = list(firms(TOWNS, 60))
    truth = list_write("business", known, tmp_path / "a.csv")
    source_list = brought(office, tmp_path, "a.csv", "business")
    assert brought(office, tmp_path, "a.csv", "business") == source_list
    source_list = source_list_columns_set(
        actor=office, list_id=source_list.pk, columns=source_list.columns
    )
    gazetteer = Gazetteer.load()
    source_list_read(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    # cut off between reading and the mark of it: reading again adds no row
    source_list_read(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    assert source_list.rows.count() == len(truth)

    class Killed(Exception):
        pass

    def kill(_done: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        source_list_screen(source_list, progress=kill, gazetteer=gazetteer)
    units = Unit.objects.count()
    first = source_list_screen(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    again = source_list_screen(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    assert first == again
    assert Unit.objects.count() == units
    revisions = UnitRevision.objects.count()
    (tmp_path / "b.csv").write_bytes((tmp_path / "a.csv").read_bytes() + b"\r\n")
    counts = screened(brought(office, tmp_path, "b.csv", "business"))
    assert counts == {RowOutcome.MERGED: len(truth)}
    assert (Unit.objects.count(), UnitRevision.objects.count()) == (units, revisions)


def test_rows_are_refused_with_row_column_code_and_hint(office, tmp_path):
    (tmp_path / "c.csv").write_text(
        "某市名录\n单位名称,所在区划代码,地区代码,住所,行业代码,社会信用代码\n"
        "甲印染有限公司,x,330106,浙江省杭州市西湖区三墩镇振华路1号,1751,\n"
        "乙印染有限公司,x,330106,振华路,1751,\n"
        "丙印染有限公司,x,330106109000,振华路,1751,9.13301E+17\n"
        "丁印染有限公司,x,330106109000,振华路,,\n"
        ",x,330106109000,振华路,1751,\n",
        encoding="gb18030",
    )
    source_list = brought(office, tmp_path, "c.csv", "tax")
    assert source_list.header_row == 2
    shown = {choice.header: choice.field for choice in columns_shown(source_list)}
    assert shown["地区代码"] == "division_code"
    counts = screened(source_list)
    assert counts == {RowOutcome.CREATED: 1, RowOutcome.REFUSED: 4}
    refused = {
        row.number: (row.problems[0]["column"], row.problems[0]["code"])
        for row in source_list.rows.filter(outcome=RowOutcome.REFUSED)
    }
    assert refused == {
        4: ("区划代码", "town_unknown"),
        5: ("统一社会信用代码", "stored_as_number"),
        6: ("行业代码1", "required"),
        7: ("单位详细名称", "required"),
    }
    assert Unit.objects.get().division_code == TOWN


def test_a_doubtful_row_waits_with_its_candidates(office, tmp_path):
    head = "企业名称,地区代码,住所,行业代码,信用代码,法人\n"
    (tmp_path / "d.csv").write_text(
        head + f"西湖区恒泰印染有限公司,{TOWN},三墩镇振华路1号,1751,,王强\n"
        f"恒泰印染厂,{TOWN},三墩镇文一路7号,1751,,王强\n",
        encoding="utf-8",
    )
    counts = screened(brought(office, tmp_path, "d.csv", "tax"))
    assert counts == {RowOutcome.CREATED: 1, RowOutcome.WAITING: 1}
    candidate = MatchCandidate.objects.get()
    assert candidate.unit.name == "西湖区恒泰印染有限公司"
    assert 0.78 < candidate.score < 0.9


def test_columns_are_remembered_and_must_be_named(office, tmp_path):
    (tmp_path / "e.csv").write_text("甲,乙,丙\nx,y,z\n", encoding="utf-8")
    source_list = brought(office, tmp_path, "e.csv", "tax")
    assert source_list.columns == {}
    with pytest.raises(Invalid, match="单位详细名称"):
        source_list_columns_set(actor=office, list_id=source_list.pk, columns={})
    with pytest.raises(Invalid, match="同一列"):
        source_list_columns_set(
            actor=office, list_id=source_list.pk, columns={"name": 0, "division_code": 0}
        )
    wanted = {"name": 0, "division_code": 1}
    source_list_columns_set(actor=office, list_id=source_list.pk, columns=wanted)
    with pytest.raises(Conflict):
        source_list_columns_set(actor=office, list_id=source_list.pk, columns=wanted)
    (tmp_path / "f.csv").write_text("丙,乙,甲\nx,y,z\n", encoding="utf-8")
    assert brought(office, tmp_path, "f.csv", "tax").columns == {"division_code": 1, "name": 2}


def test_only_an_office_brings_lists_and_only_readable_ones(office, enumerator, tmp_path):
    (tmp_path / "g.csv").write_text("企业名称,地区代码\n", encoding="utf-8")
    with pytest.raises(NotAllowed):
        brought(enumerator, tmp_path, "g.csv", "tax")
    with pytest.raises(Invalid, match="没有数据"):
        brought(office, tmp_path, "g.csv", "tax")
    with pytest.raises(Invalid, match="来源"):
        brought(office, tmp_path, "g.csv", "nobody")


def waiting(office, tmp_path) -> tuple[SourceRow, Unit]:
    head = "企业名称,地区代码,住所,行业代码,信用代码,法人,电话\n"
    (tmp_path / "w.csv").write_text(
        head + f"西湖区恒泰印染有限公司,{TOWN},三墩镇振华路1号,1751,,王强,\n"
        f"恒泰印染厂,{TOWN},三墩镇文一路7号,1751,,王强,88001234\n",
        encoding="utf-8",
    )
    screened(brought(office, tmp_path, "w.csv", "tax"))
    row = SourceRow.objects.get(outcome=RowOutcome.WAITING)
    return row, row.candidates.get().unit


def test_the_same_unit_learns_and_forgets(office, tmp_path):
    row, unit = waiting(office, tmp_path)
    match_decide(actor=office, row_id=row.pk, verdict=Verdict.SAME, unit_id=unit.pk)
    unit.refresh_from_db()
    assert (unit.contact_phone, unit.origins["contact_phone"]) == ("88001234", "tax")
    with pytest.raises(Conflict, match="他人"):
        match_decide(actor=office, row_id=row.pk, verdict=Verdict.SAME, unit_id=unit.pk)
    match_reverse(actor=office, row_id=row.pk)
    unit.refresh_from_db()
    row.refresh_from_db()
    assert (unit.contact_phone, row.outcome, row.unit) == ("", RowOutcome.WAITING, None)
    assert unit.name == "西湖区恒泰印染有限公司"
    assert [r.reason for r in unit.revisions.order_by("number")] == [
        "screening",
        "screening",
        "match_reversed",
    ]
    with pytest.raises(Conflict, match="没有可撤销"):
        match_reverse(actor=office, row_id=row.pk)
    assert list(row.decisions.values_list("verdict", flat=True)) == ["reversed", "same"]


def test_another_unit_is_registered_and_kept_when_the_decision_is_reversed(office, tmp_path):
    row, _unit = waiting(office, tmp_path)
    with pytest.raises(Invalid, match="疑似对象"):
        match_decide(actor=office, row_id=row.pk, verdict=Verdict.SAME, unit_id=0)
    made = match_decide(actor=office, row_id=row.pk, verdict=Verdict.DIFFERENT)
    assert made.name == "恒泰印染厂"
    match_reverse(actor=office, row_id=row.pk)
    made.refresh_from_db()
    assert made.status == UnitStatus.DUPLICATE


def test_what_a_person_wrote_no_list_overrules(office, tmp_path):
    row, unit = waiting(office, tmp_path)
    amended = replace(data_of(unit), contact_phone="12345", address="文二路 3 号")
    unit_amend(actor=office, unit_id=unit.pk, data=amended, reason="电话核实")
    match_decide(actor=office, row_id=row.pk, verdict=Verdict.SAME, unit_id=unit.pk)
    unit.refresh_from_db()
    assert (unit.contact_phone, unit.address) == ("12345", "文二路 3 号")
    assert unit.origins["contact_phone"] == "field"


def test_a_county_decides_what_lies_in_it(office, neighbour, enumerator, tmp_path):
    row, unit = waiting(office, tmp_path)
    for stranger in (neighbour, enumerator):
        with pytest.raises(Missing):
            match_decide(actor=stranger, row_id=row.pk, verdict=Verdict.SAME, unit_id=unit.pk)


def test_a_frozen_register_takes_nothing_from_lists(office, tmp_path):
    row, unit = waiting(office, tmp_path)
    register_freeze(actor=office, division_code=NATION, standard_moment=timezone.now())
    with pytest.raises(Conflict, match="变更单"):
        match_decide(actor=office, row_id=row.pk, verdict=Verdict.SAME, unit_id=unit.pk)
    (tmp_path / "late.csv").write_text(
        f"企业名称,地区代码,住所,行业代码\n迟到印染厂,{TOWN},文一路 1 号,1751\n", encoding="utf-8"
    )
    late = brought(office, tmp_path, "late.csv", "permit")
    assert screened(late) == {RowOutcome.REFUSED: 1}
    assert late.rows.get().problems[0]["code"] == "register_frozen"
