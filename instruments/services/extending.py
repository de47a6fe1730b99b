"""Publishing what a province adds to a national form, and carrying it over to the next version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Missing, NotAllowed
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from instruments.checking import Fault
from instruments.extending import counts, extended
from instruments.local_selectors import additions_renewed, extension_faults
from instruments.models import Instrument, InstrumentVersion
from instruments.selectors import EXERCISE, PROVINCE_DIGITS, version_current

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def extension_publish(
    *, actor: User | None, code: str, division: str, extension: dict[str, Any]
) -> tuple[InstrumentVersion, bool]:
    """Publish what a province adds to a form; equal content keeps the version it has.

    `division` is two digits of the province. Without sections the province ends its additions:
    its units are given the national items only. Returns the version and whether it is new. Raises
    NotAllowed, Missing, or Invalid with every fault in `details["faults"]`.
    """
    if actor is not None and not actor.has_perm(Permission.INSTRUMENT_EXTEND, Place(division)):
        raise NotAllowed(_("只有本省普查办可以在普查表上附加本省的指标。"))
    series = Instrument.objects.select_for_update().filter(exercise_code=EXERCISE, code=code)
    if not series.exists():
        raise Missing(_("没有发布过这个普查表。"))
    faults = extension_faults(code=code, division=division, extension=extension)
    if faults:
        sentences = [f"{fault.path}: {fault.sentence}" for fault in faults]
        raise Invalid(
            _("附加内容有 %(count)d 处错误，不能发布：%(first)s")
            % {"count": len(faults), "first": sentences[0]},
            code="extension_invalid",
            details={"faults": sentences},
        )
    return _store(actor=actor, base=version_current(code), division=division, extension=extension)


def extensions_renew(*, actor: User | None, base: InstrumentVersion) -> list[InstrumentVersion]:
    """Put every province's additions into a new national version, in the publisher's transaction.

    What does not fit it any more is left out and named in the record of the act.
    """
    return [
        _store(
            actor=actor,
            base=base,
            division=division,
            extension=renewed.extension,
            left_out=renewed.left_out,
        )[0]
        for division, renewed in additions_renewed(base.definition).items()
    ]


def _store(
    *,
    actor: User | None,
    base: InstrumentVersion,
    division: str,
    extension: dict[str, Any],
    left_out: list[Fault] | None = None,
) -> tuple[InstrumentVersion, bool]:
    definition = extended(base.definition, extension, division)
    digest = content_hash(definition)
    series = InstrumentVersion.objects.filter(
        instrument=base.instrument, division_code=division[:PROVINCE_DIGITS]
    )
    newest = series.order_by("-number").first()
    if newest is not None and newest.content_hash == digest:
        return newest, False
    version = InstrumentVersion.objects.create(
        instrument=base.instrument,
        division_code=division,
        number=newest.number + 1 if newest else 1,
        base=base,
        extension=extension,
        definition=definition,
        content_hash=digest,
        published_by=actor,
    )
    items, rules = counts(extension)
    detail = {"hash": digest, "base": base.number, "items": items, "rules": rules}
    if left_out:
        detail["left_out"] = [f"{fault.path}: {fault.sentence}" for fault in left_out]
    audit_record(
        action=AuditAction.INSTRUMENT_EXTENDED, actor=actor, subject=version, detail=detail
    )
    return version, True
