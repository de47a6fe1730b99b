"""Divisions and industries: seconds, idempotent, counted."""

import gzip
import io

import pytest
from django.core.management import CommandError, call_command

from accounts.exceptions import Invalid
from audit.models import AuditEvent
from registry.models import Division, DivisionEdition, Industry
from registry.selectors import division_get, division_name, divisions_below, industry_names
from registry.services.reference import divisions_load, industries_load, villages_load

pytestmark = pytest.mark.django_db


def load() -> str:
    out = io.StringIO()
    call_command("reference_load", stdout=out)
    return out.getvalue()


@pytest.fixture
def villages(tmp_path):
    def write(*lines, name="villages.csv.gz"):
        text = "\n".join(["code,parent_code,level,name", *lines]) + "\n"
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
        return path

    return write


def test_the_whole_reference_is_loaded_twice_and_the_second_run_changes_nothing():
    said = load()
    assert "divisions: 46923 rows, 46923 created, 0 updated, 0 unchanged" in said
    assert "industries: 1971 rows, 1971 created, 0 updated, 0 unchanged" in said
    assert "points: 3399 rows, 3399 created, 0 updated, 0 unchanged" in said
    assert "xpcc: 302 rows, 302 created, 0 updated, 0 unchanged" in said
    assert AuditEvent.objects.count() == 4
    said = load()
    assert "0 created, 0 updated, 46923 unchanged" in said
    assert "0 created, 0 updated, 1971 unchanged" in said
    assert "0 created, 0 updated, 3399 unchanged" in said
    assert AuditEvent.objects.count() == 4

    assert division_name("330106109000") == "浙江省杭州市西湖区三墩镇"
    assert division_name("110101001000") == "北京市东城区东华门街道办事处"
    assert division_get("110100000000").full_name == "北京市市辖区"
    assert division_name("999999999999") == "999999999999"
    assert divisions_below("000000000000").count() == 32
    assert Industry.objects.filter(is_in_scope=True, level=2).count() == 41
    assert industry_names(["0610", "D"]) == {
        "0610": "烟煤和无烟煤开采洗选",
        "D": "电力、热力、燃气及水生产和供应业",
    }
    assert str(Industry.objects.get(code="0610")) == "0610 烟煤和无烟煤开采洗选"
    assert str(DivisionEdition.objects.get()) == "2017"


def test_a_changed_name_is_updated(divisions, tmp_path):
    Industry.objects.create(code="0610", level=4, name="旧名", is_in_scope=True)
    assert industries_load(actor=None).updated == 1
    path = tmp_path / "areas.csv"
    path.write_text(
        "code,parent_code,level,name,short_code,kind,source\n"
        "330000000000,000000000000,province,新浙江省,33,official,x\n",
        encoding="utf-8",
    )
    DivisionEdition.objects.update(is_current=False)
    DivisionEdition.objects.create(vintage="2018", cut_off="2018-10-31", is_current=True)
    assert divisions_load(actor=None, path=path).updated == 1
    assert DivisionEdition.objects.get(is_current=True).vintage == "2017"


def test_villages_are_loaded_under_their_towns(divisions, villages):
    path = villages("330106109201,330106109000,village,某某村")
    out = io.StringIO()
    call_command("villages_load", str(path), stdout=out)
    assert "villages: 1 rows, 1 created" in out.getvalue()
    village = Division.objects.get(code="330106109201")
    assert (village.full_name, village.level) == ("浙江省杭州市西湖区三墩镇某某村", 5)
    assert villages_load(actor=None, path=path).unchanged == 1


def test_villages_without_their_town_are_refused(divisions, villages):
    path = villages("990106109201,990106109000,village,某某村", name="v.csv")
    with pytest.raises(Invalid, match="990106109201"):
        villages_load(actor=None, path=path)
    with pytest.raises(CommandError, match="990106109201"):
        call_command("villages_load", str(path))
    with pytest.raises(CommandError, match="no such file"):
        call_command("villages_load", "absent.csv")
    DivisionEdition.objects.update(is_current=False)
    with pytest.raises(Invalid, match="reference_load"):
        villages_load(actor=None, path=path)
