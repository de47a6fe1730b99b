"""Whether the answers are what was saved and submitted: the chains recomputed from the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.selectors import details_of
from submissions.enums import CaseStatus, Provenance
from submissions.models import Case, Response, ResponseRevision, Submission

CHUNK = 200
COLLECTED = Provenance.COLLECTED.value
DERIVED = Provenance.DERIVED.value
SUBMITTED = (CaseStatus.UNDER_REVIEW, CaseStatus.RETURNED, CaseStatus.FINAL)


@dataclass
class Verification:
    """What `answers_verify` read and found."""

    responses: int = 0
    revisions: int = 0
    submissions: int = 0
    faults: list[str] = field(default_factory=list)


def answers_verify() -> Verification:
    """Check every response with its revisions and submissions. Reads them all, a chunk at a time."""
    result = Verification()
    responses = (
        Response.objects.order_by("pk")
        .select_related("case")
        .prefetch_related("revisions", "case__submissions")
    )
    for response in responses.iterator(chunk_size=CHUNK):
        revisions = sorted(response.revisions.all(), key=lambda revision: revision.number)
        submissions = sorted(response.case.submissions.all(), key=lambda frozen: frozen.number)
        result.responses += 1
        result.revisions += len(revisions)
        result.submissions += len(submissions)
        for fault in (
            *revisions_faults(response, revisions),
            *submissions_faults(response.case, submissions, revisions),
        ):
            result.faults.append(f"case {response.case_id}: {fault}")
    return result


def revisions_faults(response: Response, revisions: Sequence[ResponseRevision]) -> Iterator[str]:
    """What is wrong with the chain of revisions, or with a working copy that does not follow it."""
    previous = ""
    for number, revision in enumerate(revisions, start=1):
        if revision.number != number:
            yield f"revision {number} is missing"
            return
        if revision.previous_hash != previous or revision.hash != revision.content_hash():
            yield f"revision {number} was changed"
            return
        previous = revision.hash
    if (len(revisions), previous) != (response.version, response.head_hash):
        yield f"revisions after {len(revisions)} are missing"
        return
    now = {path: cell[COLLECTED]["v"] for path, cell in response.cells.items() if COLLECTED in cell}
    for path in _differing(now, collected_at(revisions, response.version)):
        yield f"the value at {path} is not the one that was saved"
    derived = {path: cell[DERIVED]["v"] for path, cell in response.cells.items() if DERIVED in cell}
    for path in _differing(derived, derived_now(revisions)):
        yield f"the value at {path} is not the one that was derived"


def submissions_faults(
    case: Case, submissions: Sequence[Submission], revisions: Sequence[ResponseRevision]
) -> Iterator[str]:
    """What is wrong with the frozen copies of a case."""
    if case.status in SUBMITTED and not submissions:
        yield "there is no submission"
    logged = {
        detail["number"]: detail["hash"]
        for detail in details_of(case, AuditAction.SUBMISSION_FROZEN)
    }
    for number in sorted(
        {*logged, *range(1, len(submissions) + 1)} - {s.number for s in submissions}
    ):
        yield f"submission {number} is missing"
    for submission in submissions:
        yield from (f"submission {submission.number} {f}" for f in _faults(submission, revisions))
        if logged.get(submission.number) != submission.hash:
            yield f"submission {submission.number} is not the one in the audit log"


def _faults(submission: Submission, revisions: Sequence[ResponseRevision]) -> Iterator[str]:
    if not submission_is_intact(submission):
        yield "was changed"
        return
    version = submission.response_version
    heads = {0: "", **{revision.number: revision.hash for revision in revisions}}
    if heads.get(version) != submission.revision_hash:
        yield f"does not follow revision {version}"
        return
    saved = collected_at(revisions, version)
    values: Mapping[str, str] = submission.document["values"]
    for path in _differing({path: values.get(path, "") for path in saved}, saved):
        yield f"holds a value at {path} that was not saved"


def submission_is_intact(submission: Submission) -> bool:
    """Whether the frozen copy still has the hash of its receipt."""
    return content_hash(submission.content()) == submission.hash


def collected_at(revisions: Sequence[ResponseRevision], version: int) -> dict[str, str]:
    """The collected values at a version, replayed from the saves."""
    values: dict[str, str] = {}
    for revision in revisions:
        if revision.number <= version:
            for change in revision.patch:
                _replay(values, change)
    return values


def derived_now(revisions: Sequence[ResponseRevision]) -> dict[str, str]:
    """The derived values as they stand, replayed from the revisions."""
    values: dict[str, str] = {}
    for revision in revisions:
        for change in revision.patch:
            if change["op"] == "derive":
                values[change["cell"]] = change["derived"]
            else:
                _forget_row(values, change)
    return values


def _replay(values: dict[str, str], change: Mapping[str, Any]) -> None:
    if change["op"] == "set":
        values[change["cell"]] = change["value"]
    else:
        _forget_row(values, change)


def _forget_row(values: dict[str, str], change: Mapping[str, Any]) -> None:
    if change["op"] == "remove_row":
        prefix = f"{change['group']}/{change['row']}/"
        for path in [path for path in values if path.startswith(prefix)]:
            del values[path]


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))
