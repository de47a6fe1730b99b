"""Whether a release is still what was frozen: its hashes, its figures, its submissions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts import sm2
from summaries.definitions import SummaryTable, forms_to_read
from summaries.enums import ReleaseOrigin
from summaries.frames import (
    Basins,
    FrameOrder,
    counties_within,
    frame_of,
    frame_unpacked,
    place_of,
    units_read,
)
from summaries.models import ReleaseSignature, ReleaseTable, SummaryRelease
from summaries.release_lines import PROVINCE_DIGITS, AreaLines, figures_only, nation_of
from summaries.release_storing import faults_of_storage


@dataclass(frozen=True)
class Drift:
    """How the submissions in force at the release's moment, read today, differ from its frame.

    A form that was voided since, or that is not owed any more, is `gone`. The figures of the
    release do not change by it.
    """

    prefix: str
    gone: int
    new: int


def release_faults(release: SummaryRelease) -> Iterator[str]:
    """Everything that does not fit, in words for the operator; nothing where the release holds."""
    yield from faults_of_storage(release)
    for signature in release.signatures.select_related("key", "signed_by"):
        if not signature_is_valid(signature):
            yield f"the signature of {signature.signed_by} does not fit"
    if release.origin == ReleaseOrigin.COMPUTED:
        yield from _faults_of_figures(release)


def signature_is_valid(signature: ReleaseSignature) -> bool:
    """Whether it is this person's, made before the key was revoked, over the stored hash."""
    key = signature.key
    revoked = key.revoked_at is not None and key.revoked_at < signature.signed_at
    message = signature.release.content_hash.encode()
    return (
        key.user_id == signature.signed_by_id
        and not revoked
        and sm2.verify(bytes(key.public_key), message, bytes(signature.signature))
    )


def _faults_of_figures(release: SummaryRelease) -> Iterator[str]:
    """Add everything up again from the frozen submissions and compare, bit for bit."""
    tables = [SummaryTable.from_dict(raw) for raw in release.definitions.values()]
    prefixes = sorted(
        {frame[:PROVINCE_DIGITS] for frame in release.frames.values_list("prefix", flat=True)}
    )
    made: dict[str, dict[str, dict[str, Any]]] = {table.code: {} for table in tables}
    for prefix in prefixes:
        for code, content in _province_again(release, tables, prefix).items():
            made[code][prefix] = content
    for table in tables:
        if not release.division_code.rstrip("0"):
            made[table.code][""] = nation_of(table, made[table.code])
        yield from _compared(release, table, made[table.code])


def _province_again(
    release: SummaryRelease, tables: list[SummaryTable], prefix: str
) -> dict[str, dict[str, Any]]:
    areas = [AreaLines(table) for table in tables]
    for frame in release.frames.filter(prefix__startswith=prefix).order_by("prefix"):
        for unit, forms in units_read(frame_unpacked(bytes(frame.packed))):
            for area in areas:
                area.add_unit(unit, forms)
    return {area.table.code: area.as_content() for area in areas}


def _compared(
    release: SummaryRelease, table: SummaryTable, made: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    stored = ReleaseTable.objects.filter(release=release, table_code=table.code)
    seen = set()
    for one in stored.iterator(chunk_size=8):
        prefix = one.division_code[:PROVINCE_DIGITS]
        prefix = "" if prefix == "00" else prefix
        seen.add(prefix)
        again = made.get(prefix)
        if again is None:
            again = AreaLines(table).as_content()
        if figures_only(one.content) != figures_only(again):
            yield f"{table.code} {one.division_code}: recomputed figures differ"
    yield from (f"{table.code} {prefix}: is not stored" for prefix in sorted(set(made) - seen))


def release_drift(release: SummaryRelease) -> Iterator[Drift]:
    """County by county, what reading the submissions in force at that moment gives today."""
    tables = [SummaryTable.from_dict(raw) for raw in release.definitions.values()]
    order = FrameOrder(
        release.exercise, release.approval_level, release.as_of, forms_to_read(tables)
    )
    basins = Basins()
    frames = {frame.prefix: frame for frame in release.frames.all()}
    place = release.division_code.rstrip("0")[:PROVINCE_DIGITS]
    for prefix in sorted({*frames, *counties_within(release.exercise, place)}):
        now = {
            pk
            for unit in frame_of(order, place_of(prefix), basins)
            for _form, pk in unit.submissions
        }
        packed = bytes(frames[prefix].packed) if prefix in frames else None
        then = {
            pk
            for unit in (frame_unpacked(packed) if packed else [])
            for _form, pk in unit.submissions
        }
        if now != then:
            yield Drift(prefix, len(then - now), len(now - then))
