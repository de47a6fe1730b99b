"""Freezing: the parts of a run become a release, whose hash covers every one of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from audit.hashing import content_hash, sm3_hex
from registry.selectors import division_names
from summaries.definitions import SummaryTable
from summaries.enums import ReleaseOrigin
from summaries.models import ReleaseFrame, ReleaseRun, ReleaseTable, SummaryRelease

DIVISION_DIGITS = 12


def release_content(release: SummaryRelease) -> dict[str, Any]:
    """What the hash of a stored release covers, read from its rows."""
    return covered(
        release,
        {
            f"{code}@{division}": digest
            for code, division, digest in release.tables.values_list(
                "table_code", "division_code", "content_hash"
            )
        },
        dict(release.frames.values_list("prefix", "content_hash")),
    )


def covered(
    release: SummaryRelease, tables: Mapping[str, str], frames: Mapping[str, str]
) -> dict[str, Any]:
    """The statement that is hashed: what was asked, with what definitions, and what came out."""
    return {
        "exercise": release.exercise.code,
        "name": release.name,
        "origin": release.origin,
        "division": release.division_code,
        "level": release.approval_level,
        "as_of": release.as_of.astimezone(UTC).isoformat(),
        "note": release.note,
        "definitions": {
            code: content_hash(raw) for code, raw in sorted(release.definitions.items())
        },
        "tables": dict(tables),
        "frames": dict(frames),
    }


def release_store(run: ReleaseRun, tables: Sequence[SummaryTable], now: datetime) -> SummaryRelease:
    """Write the release in the caller's transaction; nothing of it can be changed afterwards."""
    digests, frames = {}, {}
    codes = {table.code for table in tables}
    for part in run.parts.order_by("prefix").iterator(chunk_size=20):
        area, colon, code = part.prefix.partition(":")
        if not colon:
            frames[part.prefix] = sm3_hex(bytes(part.packed))
        elif code in codes:
            digests[f"{code}@{area.ljust(DIVISION_DIGITS, '0')}"] = content_hash(part.lines)
    release = SummaryRelease(
        run=run,
        origin=ReleaseOrigin.COMPUTED,
        exercise=run.exercise,
        name=run.name,
        division_code=run.division_code,
        division_name=run.division_name,
        approval_level=run.approval_level,
        as_of=run.as_of,
        definitions=run.definitions,
        created_at=now,
        created_by=run.job.requested_by,
    )
    release.content_hash = content_hash(covered(release, digests, frames))
    release.save(force_insert=True)
    _store_parts(release, run, digests, frames)
    return release


def _store_parts(
    release: SummaryRelease, run: ReleaseRun, digests: Mapping[str, str], frames: Mapping[str, str]
) -> None:
    places = {key.partition("@")[2] for key in digests}
    names = division_names(places)
    for part in run.parts.order_by("prefix").iterator(chunk_size=20):
        area, colon, code = part.prefix.partition(":")
        if part.prefix in frames:
            ReleaseFrame.objects.create(
                release=release,
                prefix=part.prefix,
                packed=part.packed,
                units=part.units,
                submissions=part.submissions,
                content_hash=frames[part.prefix],
            )
        elif colon and code:
            division = area.ljust(DIVISION_DIGITS, "0")
            ReleaseTable.objects.create(
                release=release,
                table_code=code,
                division_code=division,
                division_name=names.get(division, division),
                content=part.lines,
                content_hash=digests[f"{code}@{division}"],
            )


def faults_of_storage(release: SummaryRelease) -> list[str]:
    """What of a stored release no longer fits its hashes, in words for the operator."""
    faults = [
        f"{table.table_code} {table.division_code}: the figures do not fit their hash"
        for table in release.tables.iterator(chunk_size=20)
        if content_hash(table.content) != table.content_hash
    ]
    faults += [
        f"{frame.prefix}: the frame does not fit its hash"
        for frame in release.frames.iterator(chunk_size=50)
        if sm3_hex(bytes(frame.packed)) != frame.content_hash
    ]
    if content_hash(release_content(release)) != release.content_hash:
        faults.append("the release does not fit its hash")
    return faults
