"""Verifying everything that is kept: the log, and every other table against it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Any

from accounts.anchoring import anchor_signature_fits
from accounts.verification import key_faults
from audit.services import (
    audit_verify,
    checkpoint_read,
    checkpoint_write,
    kept_rows_verify,
)
from audit.services.checkpoints import ForgedCheckpoint
from instruments.verification import version_faults
from registry.models import RegisterFreeze
from registry.services.freezing import freeze_faults
from review.signing import decision_faults, signature_faults
from submissions.verification import answers_verify, explanations_verify

Told = Callable[[str], None]


@dataclass
class StoreVerification:
    """What a run read and found. `reached` is where the next run may go on."""

    counts: dict[str, int] = field(default_factory=dict)
    reached: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    is_full: bool = True

    @property
    def is_intact(self) -> bool:
        """Nothing that is kept differs from what was kept."""
        return not self.faults

    def add(self, part: str, faults: Iterator[str] | list[str]) -> None:
        """The faults of one part, named by it."""
        self.faults += [f"{part}: {fault}" for fault in faults]


def store_verify(
    *,
    is_full: bool = True,
    processes: int = 1,
    published: Mapping[date, str] | None = None,
    told: Told = lambda _line: None,
) -> StoreVerification:
    """Verify all that is kept, or only what came since the last run that found no fault.

    An incremental run reads what is new in the log, in the answers and among the rows the log has
    digests of, and some earlier blocks by lot; signatures, versions and keys are few and are
    always read whole. Where the checkpoint was not written by this server the run is full.
    """
    result = StoreVerification(is_full=is_full)
    since: dict[str, Any] = {}
    if not is_full:
        try:
            since = checkpoint_read()
        except ForgedCheckpoint as forged:
            result.faults.append(f"checkpoint: {forged} was not written by this server")
        result.is_full = not since
    for name, part in PARTS.items():
        started = monotonic()
        part(result, since, processes, published or {})
        result.seconds[name] = monotonic() - started
        told(f"{name}: {result.seconds[name]:.1f} s")
    return result


def store_verified_note(result: StoreVerification) -> None:
    """Write the checkpoint of a run that found nothing."""
    checkpoint_write(reached=result.reached, told={"full": result.is_full, **result.counts})


def _log(
    result: StoreVerification,
    since: Mapping[str, Any],
    processes: int,
    published: Mapping[date, str],
) -> None:
    found = audit_verify(
        since_seal=since.get("seal_number", 0),
        since_hash=since.get("seal", ""),
        processes=processes,
        published=published,
        judge=anchor_signature_fits,
    )
    result.add("log", found.faults)
    result.counts |= {
        "events": found.sealed,
        "unsealed": found.unsealed,
        "reads": found.reads,
        "anchors": found.anchors,
    }
    result.reached |= {"seal_number": found.last_seal, "seal": found.seal}


def _rows(result: StoreVerification, since: Mapping[str, Any], *_rest: Any) -> None:
    found = kept_rows_verify(since_event=since.get("event", 0), since_rows=since.get("rows", {}))
    result.add("rows", found.faults)
    result.counts["rows"] = found.compared
    result.reached |= {"event": found.event, "rows": found.rows}


def _answers(result: StoreVerification, since: Mapping[str, Any], *_rest: Any) -> None:
    found = answers_verify(
        since_revision=since.get("revision", 0), since_submission=since.get("submission", 0)
    )
    result.add("answers", found.faults)
    result.counts |= {
        "forms": found.responses,
        "saves": found.revisions,
        "submissions": found.submissions,
    }
    result.reached |= {"revision": found.last_revision, "submission": found.last_submission}


def _explanations(result: StoreVerification, since: Mapping[str, Any], *_rest: Any) -> None:
    if not since:
        result.add("explanations", explanations_verify())


def _decisions(result: StoreVerification, *_rest: Any) -> None:
    result.add("decisions", [*decision_faults(), *signature_faults()])


def _keys(result: StoreVerification, *_rest: Any) -> None:
    result.add("keys", key_faults())


def _versions(result: StoreVerification, *_rest: Any) -> None:
    result.add("versions", version_faults())


def _register(result: StoreVerification, since: Mapping[str, Any], *_rest: Any) -> None:
    newest = 0
    for freeze in RegisterFreeze.objects.order_by("pk"):
        newest = freeze.pk
        if freeze.pk > since.get("freeze", 0):
            faults = freeze_faults(freeze)
            result.add("register", [f"{freeze}: {county} differs" for county in faults])
    result.reached["freeze"] = newest


PARTS: dict[str, Callable[..., None]] = {
    "log": _log,
    "rows": _rows,
    "answers": _answers,
    "explanations": _explanations,
    "decisions": _decisions,
    "keys": _keys,
    "versions": _versions,
    "register": _register,
}
