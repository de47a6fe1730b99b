"""Publishing: a definition that passes every check becomes an immutable, hashed version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.services import audit_record
from instruments.checking import Fault, Source, check_set
from instruments.definition_files import CodeListFile
from instruments.draft_selectors import definition_faults
from instruments.models import CodeList, CodeListVersion, Instrument, InstrumentVersion
from instruments.services.extending import extensions_renew

if TYPE_CHECKING:
    from accounts.models import User

EXERCISE = "nps2"
NATION = Place("")


@dataclass(frozen=True)
class Publication:
    """The version that now is current, and whether this call made it."""

    version: InstrumentVersion | CodeListVersion
    is_new: bool


@dataclass
class PublishReport:
    """What publishing a whole set did."""

    instruments: list[Publication] = field(default_factory=list)
    codelists: list[Publication] = field(default_factory=list)


def _check_permission(actor: User | None) -> None:
    """The system itself (actor None, at installation) publishes what the repository holds."""
    if actor is not None and not actor.has_perm(Permission.INSTRUMENT_PUBLISH, NATION):
        raise NotAllowed(_("只有国家级普查办可以发布普查表和代码表。"))


def refuse_faults(faults: Sequence[Fault]) -> None:
    if faults:
        sentences = [str(fault) for fault in faults]
        raise Invalid(
            _("定义有 %(count)d 处错误，不能发布：%(first)s")
            % {"count": len(faults), "first": sentences[0]},
            code="definition_invalid",
            details={"faults": sentences},
        )


def _refuse_local(definitions: Sequence[dict[str, Any]]) -> None:
    """A province's form has a door of its own: `extension_publish`."""
    refuse_faults(
        [
            Source(str(definition.get("code")), definition).fault(
                "division", "structure", "a national definition has no division"
            )
            for definition in definitions
            if "division" in definition
        ]
    )


@transaction.atomic
def codelist_publish(*, actor: User | None, codelist: CodeListFile) -> Publication:
    """Publish a code list; equal entries leave the current version as it is."""
    _check_permission(actor)
    series, created = CodeList.objects.select_for_update().get_or_create(
        name=codelist.name, defaults={"title": codelist.title}
    )
    if not created and series.title != codelist.title:
        series.title = codelist.title
        series.save(update_fields=["title"])
    entries = list(codelist.entries)
    digest = content_hash(entries)
    newest = series.versions.order_by("-number").first()
    if newest is not None and newest.content_hash == digest:
        return Publication(newest, is_new=False)
    version = CodeListVersion.objects.create(
        code_list=series,
        number=newest.number + 1 if newest else 1,
        entries=entries,
        content_hash=digest,
        published_by=actor,
    )
    audit_record(
        action=AuditAction.CODE_LIST_PUBLISHED,
        actor=actor,
        subject=version,
        detail={"hash": digest, "entries": len(entries)},
    )
    return Publication(version, is_new=True)


def _definition_publish(
    *, actor: User | None, definition: dict[str, Any], sequence: int
) -> Publication:
    """Store one definition that has passed the checks."""
    title = definition["title"]
    series, _created = Instrument.objects.select_for_update().get_or_create(
        exercise_code=EXERCISE, code=definition["code"], defaults={"title": title["zh"]}
    )
    heading = {"title": title["zh"], "title_en": title["en"], "sequence": sequence}
    if any(getattr(series, name) != value for name, value in heading.items()):
        Instrument.objects.filter(pk=series.pk).update(**heading)
    digest = content_hash(definition)
    newest = series.versions.national().order_by("-number").first()
    if newest is not None and newest.content_hash == digest:
        return Publication(newest, is_new=False)
    version = InstrumentVersion.objects.create(
        instrument=series,
        number=newest.number + 1 if newest else 1,
        definition=definition,
        content_hash=digest,
        published_by=actor,
    )
    audit_record(
        action=AuditAction.INSTRUMENT_PUBLISHED,
        actor=actor,
        subject=version,
        detail={"hash": digest, "number": version.number},
    )
    extensions_renew(actor=actor, base=version)
    return Publication(version, is_new=True)


@transaction.atomic
def instrument_publish(*, actor: User | None, definition: dict[str, Any]) -> Publication:
    """Publish one definition beside the current ones; equal content gives the same version.

    Raises Invalid, with every fault in `details["faults"]`, where a check fails.
    """
    _check_permission(actor)
    refuse_faults(definition_faults(definition))
    code = definition["code"]
    known = Instrument.objects.filter(exercise_code=EXERCISE, code=code).first()
    sequence = known.sequence if known else Instrument.objects.count() + 1
    return _definition_publish(actor=actor, definition=definition, sequence=sequence)


def _order(definition: dict[str, Any]) -> tuple[bool, str]:
    """Listing forms (清查表) are filled first; the others in the order of their codes."""
    code = str(definition["code"])
    return not code.startswith("QC"), code


@transaction.atomic
def instrument_set_publish(
    *, actor: User | None, definitions: Sequence[dict[str, Any]], codelists: Sequence[CodeListFile]
) -> PublishReport:
    """Check and publish a whole set, code lists first; all or nothing. Idempotent."""
    _check_permission(actor)
    sources = [Source(str(definition.get("code")), definition) for definition in definitions]
    _refuse_local(definitions)
    refuse_faults(check_set(sources, {c.name: c.codes for c in codelists}))
    report = PublishReport()
    report.codelists = [codelist_publish(actor=actor, codelist=c) for c in codelists]
    report.instruments = [
        _definition_publish(actor=actor, definition=definition, sequence=number)
        for number, definition in enumerate(sorted(definitions, key=_order), start=1)
    ]
    return report
