"""Whether the published versions are what was published."""

from collections.abc import Iterator

from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.selectors import details_of_action
from instruments.models import CodeListVersion, InstrumentVersion


def version_faults() -> Iterator[str]:
    """Versions that do not fit their hash, or the log's; and versions that are gone."""
    yield from _faults(
        "instrument version",
        {
            version.pk: (version.content_hash, content_hash(version.definition))
            for version in InstrumentVersion.objects.order_by("pk").iterator(50)
        },
        [AuditAction.INSTRUMENT_PUBLISHED, AuditAction.INSTRUMENT_EXTENDED],
    )
    yield from _faults(
        "code list version",
        {
            version.pk: (version.content_hash, content_hash(version.entries))
            for version in CodeListVersion.objects.order_by("pk").iterator(50)
        },
        [AuditAction.CODE_LIST_PUBLISHED],
    )


def _faults(
    name: str, stored: dict[int, tuple[str, str]], actions: list[AuditAction]
) -> Iterator[str]:
    logged = {
        int(subject): detail.get("hash")
        for action in actions
        for subject, detail in details_of_action(action).iterator(2000)
    }
    for pk, (kept, computed) in stored.items():
        if kept != computed:
            yield f"{name} {pk} was changed"
        if pk not in logged:
            yield f"{name} {pk} was published by nobody"
        elif logged[pk] is not None and logged[pk] != kept:
            yield f"{name} {pk} is not the one in the audit log"
    for pk in sorted(logged.keys() - stored.keys()):
        yield f"{name} {pk} is missing"
