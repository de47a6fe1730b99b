"""A province's items beside the national form: apart from it in name, number and effect."""

import pytest

from accounts.enums import Permission, Role
from accounts.exceptions import Invalid, Missing, NotAllowed
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.models import AuditEvent
from instruments.checking import Source, check_set
from instruments.extending import extended
from instruments.models import InstrumentVersion
from instruments.selectors import (
    published_now,
    version_by_hash,
    version_current,
    versions_current,
    versions_of,
)
from instruments.services import extension_publish, instrument_publish
from tests.factories.extension import extension_make
from tests.factories.instrument import definition_make, set_publish
from tests.people import CITY, PROVINCE, account

pytestmark = pytest.mark.django_db


@pytest.fixture
def national():
    return set_publish(definition_make()).instruments[0].version


def extend(extension=None, division="33", actor=None):
    data = extension_make(division) if extension is None else extension
    return extension_publish(actor=actor, code="T101", division=division, extension=data)[0]


def local_slugs(version):
    sections = version.definition["sections"]
    return [item["slug"] for section in sections for item in section["items"]]


def test_the_nation_s_form_does_not_change(national):
    before = (national.definition, national.content_hash)

    local = extend()

    assert versions_current() == [national]
    assert version_current("T101") == national
    assert versions_of("T101") == [1]
    national.refresh_from_db()
    assert (national.definition, national.content_hash) == before
    assert local.base == national
    assert local.number == 1


def test_everything_the_nation_asks_is_in_the_local_form(national):
    local = extend()

    slugs = local_slugs(local)
    assert [slug for slug in slugs if not slug.startswith("x33_")] == local_slugs(national)
    assert slugs[-3:] == ["discharge", "x33_depth", "x33_reuse"]
    assert (
        local.definition["rules"][: len(national.definition["rules"])]
        == (national.definition["rules"])
    )


def test_a_unit_fills_the_version_of_its_province(national):
    local = extend()

    published = published_now()

    assert published.version_id("T101", "330106109000") == local.pk
    assert published.version_id("T101", "420111003000") == national.pk


def test_two_provinces_with_the_same_national_form_have_versions_of_their_own(national):
    zhejiang, hubei = extend(), extend(division="42")

    assert (zhejiang.number, hubei.number) == (1, 1)
    assert zhejiang.content_hash != hubei.content_hash
    assert version_by_hash("T101", hubei.content_hash) == hubei


def test_equal_content_keeps_its_version_and_no_sections_end_the_additions(national):
    first = extend()
    assert extend() == first
    ended = extend({"sections": []})
    assert ended.number == 2
    assert local_slugs(ended) == local_slugs(national)


def test_content_that_comes_back_is_found_by_its_hash(national):
    first = extend()
    extend({"sections": []})
    again = extend()
    assert again.number == 3
    assert again.content_hash == first.content_hash
    assert version_by_hash("T101", first.content_hash) == again


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sections": "nothing"}, "structure"),
        ({"title": {"zh": "另一张表", "en": "Another form"}}, "structure"),
        ({"sections": extension_make("42")["sections"], "rules": []}, "local_name"),
        ({"sections": []}, "local_rule"),
    ],
)
def test_what_would_touch_the_national_form_is_refused(national, changes, code):
    with pytest.raises(Invalid) as refused:
        extend(extension_make(**changes))
    assert refused.value.code == "extension_invalid"
    assert refused.value.details["faults"]
    assert not InstrumentVersion.objects.local().exists()


def test_a_local_rule_may_not_mark_a_national_item(national):
    extension = extension_make()
    extension["rules"][0]["items"] = ["water_total"]
    with pytest.raises(Invalid, match="marks local items"):
        extend(extension)


def test_a_local_code_may_not_be_a_national_one(national):
    extension = extension_make()
    extension["sections"][0]["items"][0]["code"] = "01"
    with pytest.raises(Invalid, match="D1"):
        extend(extension)


def test_a_wrong_example_is_found_in_the_merged_form(national):
    extension = extension_make()
    extension["rules"][0]["fail"] = {"x33_reuse": "1", "water_total": "10"}
    with pytest.raises(Invalid, match="T101-X33-01"):
        extend(extension)


def test_national_items_may_not_begin_like_local_ones():
    definition = definition_make()
    definition["sections"][0]["items"][0]["slug"] = "x33_water"
    faults = check_set([Source("T101", definition)], {"WW_METHOD": frozenset({"1100"})})
    assert "local_name" in {fault.code for fault in faults}


def test_a_national_publisher_cannot_publish_a_province_s_form_by_mistake(national):
    whole = extended(national.definition, extension_make(), "33")
    with pytest.raises(Invalid, match="division"):
        instrument_publish(actor=None, definition=whole)


def test_a_new_national_version_takes_the_local_items_along(national):
    first = extend()
    changed = definition_make(title={"zh": "新标题", "en": "New title"})

    base = instrument_publish(actor=None, definition=changed).version

    local = InstrumentVersion.objects.local().current().get()
    assert (local.number, local.base) == (2, base)
    assert local.definition["title"]["zh"] == "新标题"
    assert local.extension == first.extension
    assert "x33_reuse" in local_slugs(local)


def test_what_does_not_fit_the_new_version_is_left_out_and_named(national):
    extend()
    changed = definition_make()
    changed["groups"] = []
    changed["sections"] = changed["sections"][:1]
    changed["rules"] = []

    instrument_publish(actor=None, definition=changed)

    local = InstrumentVersion.objects.local().current().get()
    assert "x33_reuse" in local_slugs(local)
    assert "x33_depth" not in local_slugs(local)
    event = AuditEvent.objects.filter(action=AuditAction.INSTRUMENT_EXTENDED).latest("pk")
    assert any("x33_outlet" in sentence for sentence in event.detail["left_out"])


def test_a_rule_that_reads_a_dropped_item_is_left_out(national):
    extend()
    changed = definition_make(rules=[])
    changed["sections"][0]["items"] = changed["sections"][0]["items"][1:]

    instrument_publish(actor=None, definition=changed)

    local = InstrumentVersion.objects.local().current().get()
    assert local.definition["rules"] == []
    assert "x33_reuse" in local_slugs(local)


def test_only_the_office_of_the_province_or_the_nation_adds_items(national, divisions):
    office = account("zj", Role.OFFICE, division=divisions[PROVINCE])
    city = account("hz", Role.OFFICE, division=divisions[CITY])
    assert office.has_perm(Permission.INSTRUMENT_EXTEND, Place("33"))
    assert not office.has_perm(Permission.INSTRUMENT_EXTEND, Place("42"))
    assert not city.can_anywhere(Permission.INSTRUMENT_EXTEND)
    extend(actor=office)
    with pytest.raises(NotAllowed):
        extend(actor=office, division="42")


def test_a_form_that_was_never_published_has_nothing_to_add_to(national):
    with pytest.raises(Missing):
        extension_publish(actor=None, code="T999", division="33", extension={"sections": []})
