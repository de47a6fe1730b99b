"""Carrying a change of the division tree out: what lives goes along, histories stay as they were.

What lives (units, forms, findings, accounts, areas …) is put under the new code. What is history
(revisions, decisions, the audit log) keeps the code of its time, because it is true of that time;
whoever has the new division sees it through `Division.former_prefixes`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import PREFIX_LENGTHS, Permission
from accounts.exceptions import Conflict, NotAllowed
from accounts.models import User
from accounts.scopes import Place, prefix_of, prefix_range
from audit.enums import AuditAction
from audit.services import audit_record
from registry.division_policy import request_of, target_check
from registry.enums import DivisionChangeState, DivisionLevel, UnitKind
from registry.models import (
    Division,
    DivisionChange,
    DivisionPoint,
    DivisionSuccession,
    EnumerationArea,
    Unit,
    UnitRevision,
)
from registry.selectors import division_get
from registry.services.revisions import revise

BATCH = 2000
# Rows that say where something was: histories, counters that follow by trigger, the tree itself.
KEPT = frozenset(
    {
        "audit.auditevent",
        "audit.readevent",
        "registry.division",
        "registry.unit",  # with a revision each, below
        "registry.unitcount",
        "registry.unitrevision",
        "registry.fieldverification",
        "registry.registerfreeze",
        "registry.coverageround",
        "review.reviewdecision",
        "review.interferencerun",
        "review.acceptancepack",
        "review.acceptancedecision",
        "review.dutyrecord",
        "review.interferencefinding",
        "review.interferencenote",
        "review.qualitysample",
        "review.qualitylot",
        "review.qualitycheck",
        "review.qualityreport",
        "submissions.batchdivisioncount",
        "submissions.batchrun",
        "review.reviewescalation",
        "submissions.note",
        "submissions.rulewaiver",
        "summaries.dailyfigure",
        "summaries.dispatchreport",
        "summaries.reminder",
        "submissions.correctionrequest",
        "submissions.deadlineextension",
        "submissions.twopersonrequest",
        "summaries.progresscount",
        "summaries.releaserun",
        "summaries.releasetable",
        "summaries.summaryrelease",
    }
)


def division_change_apply(
    *, actor: User, change_id: int, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> DivisionChange:
    """Carry an approved change out, in one transaction. Again where it is done: nothing.

    Afterwards what was written under the old code meanwhile is carried over, too.
    """
    with transaction.atomic():
        change = DivisionChange.objects.select_for_update(no_key=True).get(pk=change_id)
        if not actor.has_perm(Permission.DIVISION_CHANGE, Place(change.new_code)):
            raise NotAllowed(_("您不能办理这个区划的变更。"))
        if change.state == DivisionChangeState.APPROVED:
            _apply(change, actor, progress)
    with transaction.atomic():
        late = _carry(change, change.decided_by or actor, progress)
        if late:
            change.carried = {
                name: change.carried.get(name, 0) + late.get(name, 0)
                for name in {*change.carried, *late}
            }
            change.save(update_fields=["carried"])
    return change


def change_counts(change: DivisionChange) -> dict[str, int]:
    """How much of everything a move would carry over: model → rows. One query a model."""
    if not change.is_move:
        return {}
    counts = {}
    models_inside: list[type[models.Model]] = [Unit, *carried_models()]
    for model in models_inside:
        inside = _inside(model, _prefixes(change)[0])
        if number := inside.count():
            counts[model._meta.label_lower] = number
    return counts


def carried_models() -> Iterator[type[models.Model]]:
    """Every model whose rows lie in a division and live on: found, not listed."""
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if "division_code" not in names or model._meta.label_lower in KEPT:
            continue
        length = getattr(model._meta.get_field("division_code"), "max_length", None)
        if (
            length == PREFIX_LENGTHS[DivisionLevel.VILLAGE]
        ):  # a province's own items name two digits
            yield model


def _inside(model: type[models.Model], prefix: str) -> models.QuerySet[Any]:
    low, high = prefix_range(prefix)
    return model._default_manager.filter(division_code__gte=low, division_code__lt=high)


def _prefixes(change: DivisionChange) -> tuple[str, str]:
    return prefix_of(change.old_code, change.level), prefix_of(change.new_code, change.level)


def _apply(change: DivisionChange, actor: User, progress: Callable[[int, int], None]) -> None:
    division = Division.objects.select_for_update().current().filter(code=change.old_code).first()
    if division is None:
        raise Conflict(_("这个区划的代码已经变更。"), code="division_changed")
    target_check(division, request_of(change))
    _tree_rewrite(division, change)
    change.carried = _carry(change, change.decided_by or actor, progress)
    change.state, change.applied_at = DivisionChangeState.APPLIED, timezone.now()
    change.save()
    audit_record(
        action=AuditAction.DIVISION_CHANGED,
        actor=actor,
        subject=change,
        division_code=change.new_code,
        detail={"old": change.old_code, "new": change.new_code, "carried": change.carried},
    )


_REWRITE_TREE = """
    UPDATE registry_division d
    SET code = %(new)s || substr(d.code, %(after)s),
        parent_code = CASE WHEN d.code = %(root)s THEN %(parent)s
                           ELSE %(new)s || substr(d.parent_code, %(after)s) END,
        name = CASE WHEN d.code = %(root)s THEN %(name)s ELSE d.name END,
        full_name = %(full_name)s || substr(d.full_name, %(full_after)s),
        former_prefixes = CASE WHEN %(new)s = %(old)s THEN d.former_prefixes ELSE
            array(SELECT DISTINCT f COLLATE "C" FROM unnest(d.former_prefixes || ARRAY[
                left(d.code, (ARRAY[0, 2, 4, 6, 9, 12])[d.level + 1])::varchar]) f
              WHERE f NOT LIKE %(new)s || '%%' ORDER BY 1) END
    WHERE d.edition_id = %(edition)s AND d.code >= %(low)s AND d.code < %(high)s
"""


def _tree_rewrite(division: Division, change: DivisionChange) -> None:
    """Give the division and everything below it its codes and names, and note what succeeds what."""
    old, new = _prefixes(change)
    low, high = prefix_range(old)
    parent_digits = PREFIX_LENGTHS[change.level - 1]
    parent = division_get(change.new_code[:parent_digits].ljust(12, "0"))
    assert parent is not None  # noqa: S101  checked before
    above = parent.full_name if change.is_move else division.full_name.removesuffix(division.name)
    gone = set(division.former_prefixes)
    with connection.cursor() as cursor:
        cursor.execute(
            _REWRITE_TREE,
            {
                "old": old,
                "new": new,
                "after": len(old) + 1,
                "root": division.code,
                "parent": parent.code if change.is_move else division.parent_code,
                "name": change.new_name,
                "full_name": above + change.new_name,
                "full_after": len(division.full_name) + 1,
                "edition": division.edition_id,
                "low": low,
                "high": high,
            },
        )
    if change.is_move:
        _points_rewrite(old, new)
        _ancestors_note(division, old, new, gone)
        _successions_note(change, old, new)


def _points_rewrite(old: str, new: str) -> None:
    low, high = prefix_range(old)
    for point in DivisionPoint.objects.filter(code__gte=low, code__lt=high):
        DivisionPoint.objects.update_or_create(
            code=new + point.code[len(old) :],
            defaults={"longitude": point.longitude, "latitude": point.latitude},
        )
        point.delete()


def _ancestors_note(division: Division, old: str, new: str, gone: set[str]) -> None:
    """The divisions above see the histories, too, where their own code does not cover them."""
    rows = Division.objects.select_for_update().filter(edition=division.edition_id)
    above = {
        prefix[:digits].ljust(12, "0")
        for prefix in (old, new)
        for digits in (2, 4, 6, 9)
        if digits < len(prefix)
    }
    for row in rows.filter(code__in=above).order_by("pk"):
        prefixes = set(row.former_prefixes)
        if new.startswith(row.prefix):
            prefixes |= {old, *gone}
        elif old.startswith(row.prefix):
            prefixes -= gone
        kept = sorted(p for p in prefixes if not p.startswith(row.prefix))
        if kept != sorted(row.former_prefixes):
            row.former_prefixes = kept
            row.save(update_fields=["former_prefixes"])


def _successions_note(change: DivisionChange, old: str, new: str) -> None:
    """What pointed to the old code points to the new one; the new one itself is in force."""
    DivisionSuccession.objects.filter(old_prefix__startswith=new).delete()
    for row in DivisionSuccession.objects.filter(new_prefix__startswith=old):
        row.new_prefix = new + row.new_prefix[len(old) :]
        row.save(update_fields=["new_prefix"])
    DivisionSuccession.objects.update_or_create(
        old_prefix=old, defaults={"new_prefix": new, "change": change}
    )


def _carry(
    change: DivisionChange, actor: User, progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Put every living row under the new code; units with a revision. Model → number of rows."""
    _names_rewrite(change, actor)
    if not change.is_move:
        return {}
    old, new = _prefixes(change)
    carried = {}
    for model in carried_models():
        if number := _rewrite(model, old, new):
            carried[model._meta.label_lower] = number
    if number := _units_carry(change, actor, old, new, progress):
        carried[Unit._meta.label_lower] = number
    return carried


def _names_rewrite(change: DivisionChange, actor: User) -> None:
    """Areas of the field, and areas that report as units, are called by the full name."""
    now = division_get(change.new_code)
    if now is None or now.full_name == change.old_name:
        return
    prefix = _prefixes(change)[0]
    called = Concat(models.Value(now.full_name), Substr("name", len(change.old_name) + 1))
    _inside(EnumerationArea, prefix).filter(name__startswith=change.old_name).update(name=called)
    units = _inside(Unit, prefix).filter(kind=UnitKind.AREA, name__startswith=change.old_name)
    keys = list(units.order_by("pk").values_list("pk", flat=True))
    Unit.objects.filter(pk__in=keys).update(name=called)
    if not change.is_move:  # a move writes their revision
        renamed = Unit.objects.filter(pk__in=keys).order_by("pk")
        revise(list(renamed), actor=actor, reason=_reason(change))


def _reason(change: DivisionChange) -> str:
    return (_("区划变更：%(document)s") % {"document": change.document})[:200]


def _rewrite(model: type[models.Model], old: str, new: str) -> int:
    fields = ("division_code", *getattr(model, "codes_by_division", ()))
    codes = {field: Concat(models.Value(new), Substr(field, len(old) + 1)) for field in fields}
    return _inside(model, old).update(**codes)


def _units_carry(
    change: DivisionChange,
    actor: User,
    old: str,
    new: str,
    progress: Callable[[int, int], None],
) -> int:
    keys = list(_inside(Unit, old).order_by("pk").values_list("pk", flat=True))
    day = datetime.combine(change.effective_on, time(), timezone.get_default_timezone())
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        locked = Unit.objects.select_for_update(no_key=True).filter(pk__in=some).order_by("pk")
        units = list(locked)
        for unit in units:
            unit.division_code = new + unit.division_code[len(old) :]
        Unit.objects.bulk_update(units, ["division_code"], batch_size=500)
        newer = _known_later(units, day)
        for is_newer, at in ((False, day), (True, None)):
            some_units = [unit for unit in units if (unit.pk in newer) == is_newer]
            revise(some_units, actor=actor, reason=_reason(change), effective_at=at)
        progress(start + len(some), len(keys))
    return len(keys)


def _known_later(units: Sequence[Unit], day: datetime) -> set[int]:
    """Units of which something later than the day is known: their code counts from now."""
    rows = UnitRevision.objects.filter(unit__in=[unit.pk for unit in units], valid_from__gte=day)
    return set(rows.values_list("unit_id", flat=True))
