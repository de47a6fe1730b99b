"""Quality blocks: drawn from a seed, listed blind, compared with the register, closed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from registry.area_selectors import areas_of
from registry.enums import BlockStage, EntrySide, EntryVerdict, UnitKind, UnitStatus
from registry.models import BlockEntry, CoverageBlock, CoverageRound, EnumerationArea, Unit
from registry.sampling import draw_order
from registry.screening.comparable import comparable_address, comparable_name
from registry.screening.places import places_of
from registry.screening.similarity import Party, candidates

BLOCKS_AT_MOST = 500
ENTRIES_AT_MOST = 2000
# What does not stand in the census has no part in its rates.
_COUNTED = (UnitStatus.OPERATING, UnitStatus.SUSPENDED_ALL_YEAR, UnitStatus.CLOSED)
GROUND_VERDICTS = (EntryVerdict.MISSING, EntryVerdict.OUT_OF_SCOPE)
REGISTER_VERDICTS = (EntryVerdict.THERE, EntryVerdict.DUPLICATE, EntryVerdict.NOT_THERE)


@transaction.atomic
def blocks_draw(*, actor: User, division_code: str, number: int, seed: str) -> CoverageRound:
    """Draw areas with units at random. Raises `NotAllowed`, or `Invalid` at the field."""
    if not actor.has_perm(Permission.COVERAGE_DRAW, Place(division_code)):
        raise NotAllowed(_("您不能在这个区划抽取质量核查小区。"))
    if not seed.strip():
        raise Invalid(_("请写明随机种子，如摇号结果或公布的数字。"), cell="seed")
    frame = list(
        areas_of(actor, division_code)
        .open()
        .filter(units__isnull=False)
        .distinct()
        .order_by("code")
        .values_list("code", flat=True)
    )
    if not frame:
        raise Invalid(_("这里还没有划有普查对象的普查小区，请先划分普查小区。"), cell="number")
    if not 1 <= number <= min(len(frame), BLOCKS_AT_MOST):
        raise Invalid(
            _("这里有 %(areas)d 个有普查对象的普查小区，请填写 1 至 %(most)d。")
            % {"areas": len(frame), "most": min(len(frame), BLOCKS_AT_MOST)},
            cell="number",
        )
    made = CoverageRound.objects.create(
        division_code=division_code,
        seed=seed.strip(),
        blocks_wanted=number,
        frame=frame,
        frame_digest=content_hash(frame),
        drawn_by=actor,
    )
    drawn = draw_order(made.seed, frame)[:number]
    areas = EnumerationArea.objects.in_bulk(drawn, field_name="code")
    CoverageBlock.objects.bulk_create(
        CoverageBlock(round=made, area=areas[code], division_code=areas[code].division_code)
        for code in drawn
    )
    audit_record(
        action=AuditAction.COVERAGE_DRAWN,
        actor=actor,
        subject=made,
        detail={"seed": made.seed, "frame": made.frame_digest, "blocks": drawn},
        kept=made,
    )
    return made


@dataclass(frozen=True)
class GroundEntry:
    """A unit that the checker found."""

    name: str
    code: str = ""
    address: str = ""


@transaction.atomic
def block_entry_add(*, actor: User, block_id: int, entry: GroundEntry) -> BlockEntry:
    """Note a unit found on the ground. Who does so first is the block's checker.

    Raises `Missing`, `NotAllowed`, `Conflict` after the listing, `Invalid` at the field.
    """
    block = _locked(actor, block_id, BlockStage.LISTING)
    if not entry.name.strip():
        raise Invalid(_("请填写单位名称。"), cell="name")
    if block.entries.count() >= ENTRIES_AT_MOST:
        raise Invalid(_("一个小区最多记录 %d 个单位。") % ENTRIES_AT_MOST, cell="name")
    return BlockEntry.objects.create(
        block=block,
        side=EntrySide.GROUND,
        name=entry.name.strip()[:200],
        code=entry.code.strip().upper()[:20],
        address=entry.address.strip()[:200],
        entered_by=actor,
    )


@transaction.atomic
def block_entry_remove(*, actor: User, block_id: int, entry_id: int) -> None:
    """Take a unit off the list of the ground, before the comparison."""
    block = _locked(actor, block_id, BlockStage.LISTING)
    block.entries.filter(pk=entry_id, side=EntrySide.GROUND).delete()


@transaction.atomic
def block_listing_end(*, actor: User, block_id: int) -> CoverageBlock:
    """End the blind listing: the register's units come beside it, what is plainly the same matched."""
    block = _locked(actor, block_id, BlockStage.LISTING)
    units = list(
        Unit.objects.filter(enumeration_area=block.area_id, status__in=_COUNTED)
        .exclude(kind=UnitKind.AREA)
        .order_by("pk")
    )
    ground = list(block.entries.filter(side=EntrySide.GROUND))
    pairs = _pairs(ground, units, block)
    matched = {unit.pk for unit in pairs.values()}
    for entry in ground:
        entry.unit = pairs.get(entry.pk)
        entry.verdict = EntryVerdict.MATCHED if entry.unit else EntryVerdict.MISSING
    BlockEntry.objects.bulk_update(ground, ["unit", "verdict"])
    BlockEntry.objects.bulk_create(
        BlockEntry(
            block=block,
            side=EntrySide.REGISTER,
            name=unit.name,
            code=unit.code,
            address=unit.address,
            unit=unit,
            verdict=EntryVerdict.MATCHED if unit.pk in matched else "",
            entered_by=actor,
        )
        for unit in units
    )
    block.stage, block.listed_at = BlockStage.COMPARING, timezone.now()
    block.save(update_fields=["stage", "listed_at"])
    audit_record(
        action=AuditAction.COVERAGE_LISTED,
        actor=actor,
        subject=block,
        detail={"ground": len(ground), "register": len(units), "matched": len(matched)},
    )
    return block


@transaction.atomic
def block_entry_match(*, actor: User, block_id: int, ground_id: int, register_id: int) -> None:
    """Say that an entry of the ground is one of the register. Both lose what they were before."""
    block = _locked(actor, block_id, BlockStage.COMPARING)
    ground = _entry(block, ground_id, EntrySide.GROUND)
    register = _entry(block, register_id, EntrySide.REGISTER)
    _unmatch(block, ground)
    other = block.entries.filter(side=EntrySide.GROUND, unit=register.unit).first()
    if other is not None:
        _unmatch(block, other)
        register.refresh_from_db()
    ground.unit = register.unit
    ground.verdict = register.verdict = EntryVerdict.MATCHED
    ground.save(update_fields=["unit", "verdict"])
    register.save(update_fields=["verdict"])


@transaction.atomic
def block_entry_judge(
    *, actor: User, block_id: int, entry_id: int, verdict: EntryVerdict, note: str = ""
) -> None:
    """Say what an entry without a counterpart is. Raises `Invalid` for a verdict of the other side."""
    block = _locked(actor, block_id, BlockStage.COMPARING)
    entry = block.entries.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise Missing(_("没有这条核查记录。"))
    allowed = GROUND_VERDICTS if entry.side == EntrySide.GROUND else REGISTER_VERDICTS
    if verdict not in allowed:
        raise Invalid(_("请选择结论。"), cell="verdict")
    if entry.side == EntrySide.GROUND:
        _unmatch(block, entry)
    else:
        other = block.entries.filter(side=EntrySide.GROUND, unit=entry.unit).first()
        if other is not None:
            _unmatch(block, other)
    entry.verdict, entry.note = verdict, note.strip()[:200]
    entry.save(update_fields=["verdict", "note"])


@transaction.atomic
def block_close(*, actor: User, block_id: int) -> CoverageBlock:
    """End the check: from now on it counts. Raises `Conflict` while an entry is not judged."""
    block = _locked(actor, block_id, BlockStage.COMPARING)
    open_entries = block.entries.filter(verdict="").count()
    if open_entries:
        raise Conflict(_("还有 %d 个名录对象没有结论。") % open_entries, code="entries_not_judged")
    block.stage, block.closed_at, block.closed_by = BlockStage.CLOSED, timezone.now(), actor
    block.save(update_fields=["stage", "closed_at", "closed_by"])
    entries = block.entries.values_list("side", "code", "name", "unit_id", "verdict", "note")
    audit_record(
        action=AuditAction.COVERAGE_CLOSED,
        actor=actor,
        subject=block,
        detail={"entries": content_hash([list(entry) for entry in entries])},
    )
    return block


def _locked(actor: User, block_id: int, stage: BlockStage) -> CoverageBlock:
    """The block, in this stage, by somebody who has not worked in its area."""
    found = CoverageBlock.objects.select_for_update(no_key=True).visible_to(actor)
    block = found.filter(pk=block_id).first()
    if block is None:
        raise Missing(_("没有这个核查小区，或不在您的管辖范围内。"))
    if block.area.assignments.filter(user=actor).exists():
        raise NotAllowed(_("在本小区普查过的人不能核查本小区。"))
    if block.checker_id not in {None, actor.pk}:
        raise NotAllowed(
            _("本小区由%(name)s核查。") % {"name": block.checker and block.checker.full_name}
        )
    if block.stage != stage:
        raise Conflict(
            _("本小区处于“%(stage)s”阶段。") % {"stage": block.get_stage_display()},
            code="other_stage",
        )
    if block.checker_id is None:
        block.checker = actor
        block.save(update_fields=["checker"])
    return block


def _entry(block: CoverageBlock, entry_id: int, side: EntrySide) -> BlockEntry:
    entry = block.entries.select_for_update().filter(pk=entry_id, side=side).first()
    if entry is None:
        raise Missing(_("没有这条核查记录。"))
    return entry


def _unmatch(block: CoverageBlock, ground: BlockEntry) -> None:
    if ground.unit_id is None:
        return
    block.entries.filter(side=EntrySide.REGISTER, unit=ground.unit_id).update(verdict="")
    ground.unit, ground.verdict = None, EntryVerdict.MISSING
    ground.save(update_fields=["unit", "verdict"])


def _pairs(
    ground: Sequence[BlockEntry], units: Sequence[Unit], block: CoverageBlock
) -> dict[int, Unit]:
    """Entries of the ground with the unit each plainly is: by code, then by name and address."""
    by_code = {code: unit for unit in units for code in (unit.code, unit.credit_code) if code}
    pairs = {entry.pk: by_code[entry.code] for entry in ground if entry.code in by_code}
    taken = {unit.pk for unit in pairs.values()}
    places = places_of(block.division_code[:6])
    rest = [entry for entry in ground if entry.pk not in pairs]
    free = [unit for unit in units if unit.pk not in taken]
    rows = [_party(entry.name, entry.address, places) for entry in rest]
    register = [_party(unit.name, unit.address, places) for unit in free]
    if not rows or not register:
        return pairs
    for entry, found in zip(rest, candidates(rows, register), strict=True):
        best = next((c for c in found if c.is_same and free[c.index].pk not in taken), None)
        if best is not None:
            pairs[entry.pk] = free[best.index]
            taken.add(free[best.index].pk)
    return pairs


def _party(name: str, address: str, places: Sequence[str]) -> Party:
    return Party(comparable_name(name, places), comparable_address(address, places))
