"""A release: frozen, proved, reproducible bit for bit, refused where a figure does not add up."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from accounts.enums import Level
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.services.signing_keys import signing_key_make
from audit.enums import AuditAction
from audit.selectors import events_for
from registry.models import Overlay, Unit
from submissions.enums import FailureKind
from submissions.models import Case, EditFailure
from summaries.definitions import tables_all
from summaries.frames import frame_packed, frame_unpacked
from summaries.models import ReleasePart, ReleaseRun, ReleaseTable, SummaryRelease
from summaries.proof import checks_of, roundings_of
from summaries.services import ReleaseOrder, release_compute, release_request, release_sign
from summaries.verifying import release_drift, release_faults, signature_is_valid
from tests.factories.case import make_plain_unit
from tests.factories.release import forms_make, release_make
from tests.factories.submission import frozen
from tests.people import COUNTY, FAR_PROVINCE, NATION, PROVINCE, TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def cod(cast):
    return forms_make(cast.enumerator)


def content(release, division=NATION, table="H101"):
    return release.tables.get(table_code=table, division_code=division).content


def as_of_now(name="v2", division=NATION, level=Level.COUNTY, tables=("H101",)):
    return ReleaseOrder(name, division, level, table_codes=tables)


def test_a_release_has_the_nation_and_every_province_with_their_counties(cast, cod):
    release = release_make(cast.national_office)
    nation = content(release)
    assert Decimal(nation["total"]["cells"]["cod_discharged"]["sum"]) == cod
    assert set(nation["axes"]["division"]) == {PROVINCE[:2], FAR_PROVINCE[:2]}
    assert set(nation["axes"]["size"]) <= {"1", "2", "3", "4"}
    province = content(release, PROVINCE)
    assert set(province["axes"]["city"]) == {PROVINCE[:2] + "01"}
    assert province["names"]["division"][COUNTY[:6]] == [COUNTY, "西湖区"]
    by_county = sum(
        Decimal(row["cells"]["cod_discharged"]["sum"])
        for row in province["axes"]["division"].values()
    )
    assert by_county == Decimal(
        nation["axes"]["division"][PROVINCE[:2]]["cells"]["cod_discharged"]["sum"]
    )
    largest = nation["total"]["cells"]["cod_discharged"]["largest"]
    assert [Decimal(value) for value, _unit in largest] == sorted(
        (Decimal(value) for value, _unit in largest), reverse=True
    )
    assert not ReleasePart.objects.exists()
    assert events_for(release).filter(action=AuditAction.RELEASE_FROZEN).count() == 1


def test_the_same_moment_gives_the_same_figures_again(cast, cod):
    release = release_make(cast.national_office)
    order = ReleaseOrder("again", NATION, Level.COUNTY, as_of=release.as_of, table_codes=("H101",))
    run = release_request(actor=cast.national_office, order=order)
    release_compute(job_id=run.job_id)
    again = SummaryRelease.objects.get(name="again")
    assert content(again) == content(release)
    assert again.content_hash != release.content_hash  # the name is part of what was frozen
    digests = [
        dict(r.tables.values_list("division_code", "content_hash")) for r in (release, again)
    ]
    assert digests[0] == digests[1]


def test_a_release_holds_though_the_register_moves_on(cast, cod):
    release = release_make(cast.national_office)
    Unit.objects.filter(division_code=TOWN).update(industry_codes=["0610"])
    assert list(release_faults(release)) == []
    assert list(release_drift(release)) == []
    case = Case.objects.filter(division_code=TOWN).first()
    Case.objects.filter(pk=case.pk).update(is_owed=False)
    (drift,) = release_drift(release)
    assert (drift.prefix, drift.gone, drift.new) == (COUNTY[:6], 1, 0)
    assert list(release_faults(release)) == []
    told = StringIO()
    call_command("release_verify", "v1", stdout=told)
    assert "holds" in told.getvalue()
    assert "1 submissions are gone" in told.getvalue()


def tampered(sql, *parameters):
    """Change a row behind the triggers' back, as a thief with the database would."""
    table = sql.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split()[0]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_figure_that_was_changed_is_found(cast, cod):
    release = release_make(cast.national_office)
    tampered(
        "UPDATE summaries_releasetable SET content = jsonb_set(content, "
        "'{total,cells,cod_discharged,sum}', '\"1.00\"') WHERE release_id = %s AND division_code = %s",
        release.pk,
        NATION,
    )
    faults = list(release_faults(release))
    assert any("do not fit their hash" in fault for fault in faults)
    assert any("recomputed figures differ" in fault for fault in faults)
    with pytest.raises(CommandError, match="1 releases do not hold"):
        call_command("release_verify", stdout=StringIO())
    with pytest.raises(CommandError, match="no such release"):
        call_command("release_verify", "v9", stdout=StringIO())


def test_the_database_refuses_to_change_a_release(cast, cod):
    release = release_make(cast.national_office)
    for change in (
        lambda: SummaryRelease.objects.filter(pk=release.pk).update(name="v9"),
        lambda: ReleaseTable.objects.filter(release=release).delete(),
        lambda: release.frames.all().delete(),
    ):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            change()


# --- the proof ----------------------------------------------------------------------------------
def contents(release, table="H101"):
    return {
        "" if one.division_code == NATION else one.division_code[:2]: one.content
        for one in release.tables.filter(table_code=table)
    }


@pytest.mark.parametrize(
    ("place", "path", "kinds"),
    [
        ("33", ["axes", "division", "330106"], {"division", "cities_of_counties"}),
        ("33", ["axes", "city", "3301"], {"city", "cities_of_counties"}),
        ("33", ["total"], {"division", "city", "province", "size", "industry_division"}),
        ("", ["axes", "industry_division", "17"], {"industry_division"}),
        ("", ["axes", "size", "1"], {"size", "provinces_of_size"}),
        ("", ["total"], {"division", "industry_division", "size"}),
    ],
)
def test_a_planted_fault_is_found_wherever_it_is(cast, place, path, kinds):
    forms_make(cast.enumerator, number=40)
    release = release_make(cast.national_office)
    found = contents(release)
    table = tables_all()["H101"]
    assert all(check.holds for check in checks_of(table, found))
    line = found[place]
    for step in path:
        line = line[step]
    line["cells"]["cod_discharged"]["sum"] = "0.01"
    failed = [check for check in checks_of(table, found) if not check.holds]
    assert kinds <= {check.kind for check in failed}
    assert {check.column for check in failed} == {"cod_discharged"}


def test_rounded_rows_and_a_rounded_total_differ_by_rounding_alone(cast, cod):
    release = release_make(cast.national_office)
    found = {
        one.column.slug: one
        for one in roundings_of(tables_all()["H101"], content(release), "division", scale=0)
    }
    one = found["cod_discharged"]
    assert one.total == cod
    assert abs(one.difference) <= 1
    assert one.total_rounded == cod.quantize(Decimal(1))


def refused(run):
    run.refresh_from_db()
    run.job.refresh_from_db()
    assert run.job.state == "failed"
    assert not SummaryRelease.objects.filter(run=run).exists()
    return run


def test_a_unit_in_no_division_stops_the_release(cast, cod):
    unit = make_plain_unit(cast.enumerator, division_code="330199001000", industry_codes=["1752"])
    frozen(unit, "G102", {"values": {"cod_discharged": "5"}}, actor=cast.enumerator)
    run = release_request(actor=cast.national_office, order=as_of_now())
    release_compute(job_id=run.job_id)
    run = refused(run)
    assert "330199" in run.job.error
    assert {one["kind"] for one in run.findings} == {"unplaced"}


def test_a_rule_that_could_not_run_stops_the_release(cast, cod):
    case = Case.objects.filter(form_code="G102").first()
    EditFailure.objects.create(
        case=case,
        division_code=case.division_code,
        rule_id="G102-R07",
        kind=FailureKind.FAILED_TO_RUN,
        severity="hard",
        cells=[],
        message_zh="未能执行",
        first_seen_at=timezone.now(),
    )
    run = release_request(actor=cast.national_office, order=as_of_now())
    release_compute(job_id=run.job_id)
    run = refused(run)
    assert "G102-R07" in run.job.error
    assert run.findings[0]["kind"] == "rule_not_run"
    assert events_for(run).filter(action=AuditAction.RELEASE_REFUSED).exists()


def test_a_malformed_value_stops_the_release(cast, cod):
    unit = make_plain_unit(cast.enumerator, division_code=TOWN, industry_codes=["1752"])
    frozen(unit, "G102", {"values": {"cod_discharged": "5x"}}, actor=cast.enumerator)
    run = release_request(actor=cast.national_office, order=as_of_now())
    release_compute(job_id=run.job_id)
    assert "格式错误" in refused(run).job.error


def test_a_part_that_was_damaged_stops_the_release(cast, cod, monkeypatch):
    """The proof reads what is stored, so that a fault of the computing itself cannot pass."""
    from summaries.services import releasing

    honest = releasing.nation_of

    def damaged(table, provinces):
        made = honest(table, provinces)
        made["total"]["cells"]["cod_discharged"]["sum"] = "1.00"
        return made

    monkeypatch.setattr(releasing, "nation_of", damaged)
    run = release_request(actor=cast.national_office, order=as_of_now())
    release_compute(job_id=run.job_id)
    run = refused(run)
    assert {one["kind"] for one in run.findings} == {"equation"}
    assert "化学需氧量排放量" in run.job.error


# --- orders, rights, signatures -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("order", "code"),
    [
        (as_of_now(name=" "), "name_required"),
        (as_of_now(name="v" * 61), "name_required"),
        (as_of_now(tables=("H999",)), "unknown_table"),
        (as_of_now(level="supervisor"), "unknown_level"),
        (as_of_now(division="990000000000"), "unknown_division"),
        (as_of_now(division=COUNTY), "division_too_small"),
    ],
)
def test_what_is_wrong_with_an_order_is_said(cast, cod, order, code):
    with pytest.raises(Invalid) as refusal:
        release_request(actor=cast.national_office, order=order)
    assert refusal.value.code == code


def test_no_release_of_the_future_nor_under_a_name_that_is_taken(cast, cod):
    release_make(cast.national_office)
    with pytest.raises(Conflict) as refusal:
        release_request(actor=cast.national_office, order=as_of_now(name="v1"))
    assert refusal.value.code == "name_taken"
    future = ReleaseOrder("v3", NATION, Level.COUNTY, timezone.now() + timezone.timedelta(days=1))
    with pytest.raises(Invalid) as refusal:
        release_request(actor=cast.national_office, order=future)
    assert refusal.value.code == "future"


def test_a_county_office_releases_nothing_and_opens_nothing_of_the_nation(cast, cod):
    with pytest.raises(NotAllowed):
        release_request(actor=cast.office, order=as_of_now())
    release = release_make(cast.national_office)
    assert release not in SummaryRelease.objects.visible_to(cast.office)
    assert release in SummaryRelease.objects.visible_to(cast.national_office)


def test_the_same_order_while_it_is_made_is_one_run(cast, cod):
    first = release_request(actor=cast.national_office, order=as_of_now())
    assert release_request(actor=cast.national_office, order=as_of_now()).pk == first.pk
    assert ReleaseRun.objects.count() == 1


def test_a_signature_is_over_the_hash(cast, cod):
    release = release_make(cast.national_office)
    signer = signing_key_make(actor=cast.national_office, passphrase="correct horse battery")
    release_sign(actor=cast.national_office, release=release, signer=signer)
    (signature,) = release.signatures.all()
    assert signature_is_valid(signature)
    with pytest.raises(Conflict):
        release_sign(actor=cast.national_office, release=release, signer=signer)
    with pytest.raises(Conflict):
        release_sign(actor=cast.national_office, release=release, signer=None)
    with pytest.raises(NotAllowed):
        release_sign(actor=cast.office, release=release, signer=signer)
    tampered(
        "UPDATE summaries_releasesignature SET signature = %s WHERE id = %s",
        b"0" * 64,
        signature.pk,
    )
    assert any("signature" in fault for fault in release_faults(release))


def test_basins_and_a_province_alone(cast, cod):
    Overlay.objects.create(
        kind="basin",
        code="TAIHU",
        name="太湖流域",
        division_code=NATION,
        places=[COUNTY],
        created_by=cast.national_office,
    )
    release = release_make(cast.national_office, division=PROVINCE)
    (table,) = release.tables.all()
    assert table.division_code == PROVINCE
    basins = table.content["axes"]["basin"]
    assert set(basins) == {"", "TAIHU"}
    assert basins["TAIHU"]["units"] == table.content["axes"]["division"][COUNTY[:6]]["units"]
    assert table.content["names"]["basin"]["TAIHU"] == ["TAIHU", "太湖流域"]
    frame = frame_unpacked(bytes(release.frames.get(prefix=COUNTY[:6]).packed))
    assert frame[0].basins == ("TAIHU",)
    assert frame_unpacked(frame_packed(frame)) == frame
    assert list(release_faults(release)) == []
