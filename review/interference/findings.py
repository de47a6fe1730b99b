"""Reading scans: which one is shown, how it differs from the one before, who looked into what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.scopes import prefix_range
from registry.models import Division
from registry.prefixes import significant_digits
from review.interference.models import InterferenceFinding, InterferenceNote, InterferenceRun

RUNS_AT_MOST = 50
Key = tuple[str, str]


@dataclass(frozen=True)
class FindingFilter:
    """What the list is narrowed to; blank means everything."""

    signal: str = ""
    state: str = ""  # "open": nobody has looked yet; "looked"


@dataclass(frozen=True)
class FindingLine:
    """One finding in the list, with its newest conclusion, and whether the scan before had it."""

    finding: InterferenceFinding
    note: InterferenceNote | None
    is_new: bool


def runs_of(actor: User, division: Division) -> list[InterferenceRun]:
    """Scans that cover the division: its own and those of divisions above, newest first."""
    code = division.code
    above = {code[:digits].ljust(12, "0") for digits in (0, 2, 4, 6, 9, 12)}
    runs = InterferenceRun.objects.visible_to(actor).filter(division_code__in=above)
    return list(runs.select_related("made_by", "exercise").order_by("-pk")[:RUNS_AT_MOST])


def run_before(actor: User, run: InterferenceRun) -> InterferenceRun | None:
    """The scan of the same division and exercise that this one is compared with."""
    return (
        InterferenceRun.objects.visible_to(actor)
        .filter(division_code=run.division_code, exercise=run.exercise, pk__lt=run.pk)
        .order_by("-pk")
        .first()
    )


def findings_of(
    actor: User, run: InterferenceRun, division: Division
) -> QuerySet[InterferenceFinding]:
    """A scan's findings inside a division, the most improbable first."""
    found = InterferenceFinding.objects.visible_to(actor).filter(run=run)
    low, high = prefix_range(significant_digits(division.code))
    if high is not None:
        found = found.filter(division_code__gte=low, division_code__lt=high)
    return found.select_related("person").order_by("rank")


def lines_of(
    actor: User,
    findings: Sequence[InterferenceFinding],
    *,
    before: InterferenceRun | None,
    narrowed: FindingFilter | None = None,
) -> list[FindingLine]:
    """With conclusions, also of earlier scans about the same subject. Two queries."""
    notes = notes_by_key(actor, findings)
    known = keys_of(before) if before else None
    lines = [
        FindingLine(
            finding,
            notes[key_of(finding)][-1] if key_of(finding) in notes else None,
            is_new=known is not None and key_of(finding) not in known,
        )
        for finding in findings
    ]
    wanted = narrowed or FindingFilter()
    return [
        line
        for line in lines
        if (not wanted.signal or line.finding.signal == wanted.signal)
        and (not wanted.state or (wanted.state == "looked") == (line.note is not None))
    ]


def key_of(finding: InterferenceFinding) -> Key:
    """What makes findings of two scans the same."""
    return finding.signal, finding.subject


def keys_of(run: InterferenceRun) -> set[Key]:
    """Every finding of a scan. One query."""
    return set(InterferenceFinding.objects.filter(run=run).values_list("signal", "subject"))


def notes_by_key(
    actor: User, findings: Iterable[InterferenceFinding]
) -> Mapping[Key, list[InterferenceNote]]:
    """Conclusions about the same subjects, of this scan and earlier ones, oldest first."""
    keys = {key_of(finding) for finding in findings}
    if not keys:
        return {}
    notes = (
        InterferenceNote.objects.visible_to(actor)
        .filter(_among(keys))
        .select_related("finding", "written_by")
        .order_by("pk")
    )
    found: dict[Key, list[InterferenceNote]] = {}
    for note in notes:
        found.setdefault(key_of(note.finding), []).append(note)
    return found


def _among(keys: Collection[Key]) -> Q:
    by_signal: dict[str, list[str]] = {}
    for signal, subject in keys:
        by_signal.setdefault(signal, []).append(subject)
    condition = Q(pk__in=[])
    for signal, subjects in by_signal.items():
        condition |= Q(finding__signal=signal, finding__subject__in=subjects)
    return condition


def looked_into(division: Division) -> list[tuple[str, bool]]:
    """Findings of the newest scan that covers the division: place, and whether anybody has looked.

    Two queries; not narrowed to a person: a number says nothing about whom a finding is.
    """
    code = division.code
    above = {code[:digits].ljust(12, "0") for digits in (0, 2, 4, 6, 9, 12)}
    run = InterferenceRun.objects.filter(division_code__in=above).order_by("-pk").first()
    if run is None:
        return []
    looked = InterferenceNote.objects.filter(
        finding__signal=OuterRef("signal"), finding__subject=OuterRef("subject")
    )
    found = InterferenceFinding.objects.filter(run=run).annotate(looked=Exists(looked))
    low, high = prefix_range(significant_digits(code))
    if high is not None:
        found = found.filter(division_code__gte=low, division_code__lt=high)
    return list(found.values_list("division_code", "looked"))


def open_count(actor: User, division: Division) -> int | None:
    """Findings of the newest scan here that nobody has looked into; None without a scan."""
    runs = runs_of(actor, division)
    if not runs:
        return None
    findings = list(findings_of(actor, runs[0], division))
    return sum(line.note is None for line in lines_of(actor, findings, before=None))
