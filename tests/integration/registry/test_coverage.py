"""Quality blocks: drawn, listed blind, compared, closed; rates follow from them alone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import Conflict, Invalid, NotAllowed
from registry.enums import BlockStage, EntryVerdict
from registry.models import BlockEntry, CoverageBlock, CoverageRound, EnumerationArea
from registry.services.coverage import (
    GroundEntry,
    block_close,
    block_entry_add,
    block_entry_judge,
    block_entry_match,
    block_entry_remove,
    block_listing_end,
    blocks_draw,
)
from registry.services.enumeration_areas import area_assign, areas_open
from tests.factories.division import industries_make
from tests.factories.unit import unit_make
from tests.people import COUNTY, NEIGHBOUR_COUNTY, OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(divisions):
    industries_make()
    places = [TOWN, TOWN, TOWN, OTHER_TOWN]
    return [
        unit_make(number=n, name=name, division_code=place, address=f"振华路 {n} 号")
        for n, (name, place) in enumerate(
            zip(["甲印染厂", "乙水泥厂", "丙化工厂", "丁纺织厂"], places, strict=True), start=1
        )
    ]


@pytest.fixture
def block(units, office):
    areas_open(actor=office, division_code=COUNTY)
    blocks_draw(actor=office, division_code=COUNTY, number=2, seed="2018-05-10")
    return CoverageBlock.objects.get(division_code=TOWN)


@pytest.fixture
def checker(client, county_reviewer):
    client.force_login(county_reviewer, backend="accounts.backends.PasswordBackend")
    return client


def entry(block, name, side="ground") -> BlockEntry:
    return block.entries.get(name=name, side=side)


def listed(block, actor, *names):
    for name in names:
        block_entry_add(actor=actor, block_id=block.pk, entry=GroundEntry(name=name))
    return block_listing_end(actor=actor, block_id=block.pk)


def test_the_draw_can_be_repeated_and_is_written_down(units, office):
    areas_open(actor=office, division_code=COUNTY)
    made = blocks_draw(actor=office, division_code=COUNTY, number=1, seed="种子 7")
    again = blocks_draw(actor=office, division_code=COUNTY, number=1, seed="种子 7")
    assert made.frame == again.frame == [f"{TOWN}01", f"{OTHER_TOWN}01"]
    assert [b.area_id for b in made.blocks.all()] == [b.area_id for b in again.blocks.all()]


def test_what_cannot_be_drawn(units, office, enumerator):
    areas_open(actor=office, division_code=COUNTY)
    with pytest.raises(Invalid):
        blocks_draw(actor=office, division_code=COUNTY, number=3, seed="1")
    with pytest.raises(Invalid):
        blocks_draw(actor=office, division_code=COUNTY, number=1, seed=" ")
    with pytest.raises(NotAllowed):
        blocks_draw(actor=enumerator, division_code=COUNTY, number=1, seed="1")
    with pytest.raises(NotAllowed):
        blocks_draw(actor=office, division_code=NEIGHBOUR_COUNTY, number=1, seed="1")
    assert not CoverageRound.objects.exists()


def test_who_worked_in_the_area_does_not_check_it(block, office, supervisor, county_reviewer):
    area = EnumerationArea.objects.get(code=f"{TOWN}01")
    area_assign(
        actor=office,
        area_id=area.pk,
        user_id=supervisor.pk,
        role=Role.SUPERVISOR,
        valid_from=timezone.localdate(),
    )
    with pytest.raises(NotAllowed, match="不能核查本小区"):
        block_entry_add(actor=supervisor, block_id=block.pk, entry=GroundEntry(name="甲"))
    block_entry_add(actor=county_reviewer, block_id=block.pk, entry=GroundEntry(name="甲"))
    with pytest.raises(NotAllowed, match="钱县审"):
        block_entry_add(actor=office, block_id=block.pk, entry=GroundEntry(name="乙"))


def test_the_register_stays_unseen_while_the_ground_is_listed(block, checker):
    page = checker.get(reverse("coverage_block", args=[block.pk])).content.decode()
    assert "甲印染厂" not in page


def test_from_listing_to_rates(block, checker, county_reviewer):
    url = reverse("coverage_block", args=[block.pk])
    for name in ("甲印染有限公司", "乙水泥", "新开电镀作坊", "小卖部", "写错的"):
        checker.post(url, {"act": "add", "name": name, "address": "", "code": ""})
    checker.post(url, {"act": "remove", "entry": entry(block, "写错的").pk})
    checker.post(url, {"act": "end"})
    block.refresh_from_db()
    assert (block.stage, block.checker) == (BlockStage.COMPARING, county_reviewer)
    page = checker.get(url).content.decode()
    assert "丙化工厂" in page
    assert "丁纺织厂" not in page  # of another area
    assert entry(block, "甲印染厂", "register").verdict in {"", EntryVerdict.MATCHED}
    for ground, register in (("甲印染有限公司", "甲印染厂"), ("乙水泥", "乙水泥厂")):
        checker.post(
            url,
            {
                "act": "match",
                "ground": entry(block, ground).pk,
                "entry": entry(block, register, "register").pk,
            },
        )
    with pytest.raises(Conflict, match="没有结论"):
        block_close(actor=county_reviewer, block_id=block.pk)
    third = entry(block, "丙化工厂", "register")
    checker.post(url, {"act": "judge", "entry": third.pk, "verdict": "duplicate", "note": "同甲厂"})
    shop = entry(block, "小卖部")
    checker.post(url, {"act": "judge", "entry": shop.pk, "verdict": "out_of_scope"})
    checker.post(url, {"act": "close"})
    block.refresh_from_db()
    assert block.stage == BlockStage.CLOSED
    page = checker.get(reverse("coverage"), {"division": COUNTY}).content.decode()
    assert "33.33%" in page  # one of three missing, one of three a duplicate
    assert '<b>33.33%</b> <span class="muted">1/3</span>' in page
    assert "0.84%–90.57%" in page


def test_a_match_can_be_taken_back(block, county_reviewer):
    listed(block, county_reviewer, "甲印染厂", "甲印染二厂")
    first, second = entry(block, "甲印染厂"), entry(block, "甲印染二厂")
    register = entry(block, "甲印染厂", "register")
    assert first.verdict == EntryVerdict.MATCHED
    block_entry_match(
        actor=county_reviewer, block_id=block.pk, ground_id=second.pk, register_id=register.pk
    )
    first.refresh_from_db()
    assert (first.verdict, first.unit) == (EntryVerdict.MISSING, None)
    block_entry_judge(
        actor=county_reviewer,
        block_id=block.pk,
        entry_id=register.pk,
        verdict=EntryVerdict.NOT_THERE,
    )
    second.refresh_from_db()
    assert second.verdict == EntryVerdict.MISSING
    with pytest.raises(Invalid):
        block_entry_judge(
            actor=county_reviewer,
            block_id=block.pk,
            entry_id=register.pk,
            verdict=EntryVerdict.MISSING,
        )


def test_nothing_moves_once_the_stage_is_over(block, county_reviewer):
    listed(block, county_reviewer, "甲印染厂")
    with pytest.raises(Conflict):
        block_entry_add(actor=county_reviewer, block_id=block.pk, entry=GroundEntry(name="丙"))
    with pytest.raises(Conflict):
        block_entry_remove(actor=county_reviewer, block_id=block.pk, entry_id=1)


def test_few_queries(checker, block, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        checker.get(reverse("coverage"), {"division": COUNTY})


def test_bad_input_is_told_and_nothing_breaks(checker, block):
    url = reverse("coverage_block", args=[block.pk])
    for typed in (
        {"act": "x"},
        {"act": "add"},
        {"act": "add", "name": "\x00甲"},
        {"act": "match", "ground": "9" * 30},
        {},
    ):
        assert checker.post(url, typed).status_code == 302
    assert checker.post(reverse("coverage"), {"number": "x", "seed": "\x00"}).status_code == 302
