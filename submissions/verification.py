"""Whether the answers are what was saved and submitted: the chains recomputed from the store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Max, Model, Q

from audit.enums import AuditAction
from audit.hashing import content_hash
from audit.selectors import details_by_subject, details_of_action
from submissions.enums import CaseStatus, Provenance
from submissions.models import Case, EditFailure, Response, ResponseRevision, Submission
from submissions.transitions import TRANSITIONS

CHUNK = 200
COLLECTED = Provenance.COLLECTED.value
DERIVED = Provenance.DERIVED.value
MOVES = sorted({transition.audit for transition in TRANSITIONS.values()})
Row = TypeVar("Row")
SUBMITTED = (CaseStatus.UNDER_REVIEW, CaseStatus.RETURNED, CaseStatus.FINAL)


@dataclass
class Verification:
    """What `answers_verify` read and found; the highest keys are where the next run goes on."""

    responses: int = 0
    revisions: int = 0
    submissions: int = 0
    last_revision: int = 0
    last_submission: int = 0
    faults: list[str] = field(default_factory=list)


def answers_verify(*, since_revision: int = 0, since_submission: int = 0) -> Verification:
    """Check every response with its revisions and submissions. Reads them all, a chunk at a time.

    With keys: only the cases that were saved or submitted behind them, each of them whole.
    """
    result = Verification(
        last_revision=_newest(ResponseRevision), last_submission=_newest(Submission)
    )
    responses = Response.objects.order_by("pk")
    if since_revision or since_submission:
        touched = Q(
            pk__in=ResponseRevision.objects.filter(pk__gt=since_revision).values("response")
        )
        touched |= Q(case__in=Submission.objects.filter(pk__gt=since_submission).values("case"))
        responses = responses.filter(touched)
    responses = responses.select_related("case").prefetch_related("revisions", "case__submissions")
    for chunk in batched(responses.iterator(chunk_size=CHUNK), CHUNK):
        _chunk_check(result, chunk)
    if not since_submission:
        result.faults += removed_cases()
    return result


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows, so many at a time."""
    stream = iter(rows)
    while chunk := list(islice(stream, size)):
        yield chunk


def _newest(model: type[Model]) -> int:
    return model._base_manager.aggregate(newest=Max("pk"))["newest"] or 0


def _chunk_check(result: Verification, chunk: Sequence[Response]) -> None:
    keys = [response.case_id for response in chunk]
    logged = details_by_subject(Case, keys, [AuditAction.SUBMISSION_FROZEN])
    moved = details_by_subject(Case, keys, MOVES)
    for response in chunk:
        case = response.case
        revisions = sorted(response.revisions.all(), key=lambda revision: revision.number)
        submissions = sorted(case.submissions.all(), key=lambda frozen: frozen.number)
        result.responses += 1
        result.revisions += len(revisions)
        result.submissions += len(submissions)
        for fault in (
            *revisions_faults(response, revisions),
            *submissions_faults(case, submissions, revisions, logged.get(case.pk, [])),
            *state_faults(case, moved.get(case.pk, [])),
        ):
            result.faults.append(f"case {case.pk}: {fault}")


def removed_cases() -> Iterator[str]:
    """Cases that the log saw submitted and of which nothing is left."""
    frozen = details_of_action(AuditAction.SUBMISSION_FROZEN, Case._meta.label_lower)
    for chunk in batched(frozen.iterator(chunk_size=2000), 2000):
        keys = {int(subject) for subject, _detail in chunk}
        left = set(Response.objects.filter(case__in=keys).values_list("case_id", flat=True))
        yield from (f"case {key}: it was removed" for key in sorted(keys - left))


def state_faults(case: Case, moves: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A status or level that no act of the log has led to."""
    after = [move["after"] for move in moves if isinstance(move.get("after"), dict)]
    if after and (after[-1]["status"], after[-1]["level"]) != (case.status, case.review_level):
        yield f"it stands at {case.status} {case.review_level}, by the log elsewhere"
    if not after and case.status != CaseStatus.OPEN:
        yield f"it stands at {case.status}, by the log it never moved"


def explanations_verify() -> Iterator[str]:
    """Explanations of findings that are not what their filler wrote, by the log."""
    explained = EditFailure.objects.explained().order_by("pk")
    for chunk in batched(explained.iterator(chunk_size=500), 500):
        told = details_by_subject(Case, [f.case_id for f in chunk], [AuditAction.FAILURE_EXPLAINED])
        for failure in chunk:
            words = [
                detail["explanation"]
                for detail in told.get(failure.case_id, [])
                if (detail["rule"], detail["row"]) == (failure.rule_id, failure.row_key)
            ]
            if not words or words[-1] != failure.explanation:
                yield f"case {failure.case_id}: the explanation of {failure} is not in the log"


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
    case: Case,
    submissions: Sequence[Submission],
    revisions: Sequence[ResponseRevision],
    frozen: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    """What is wrong with the frozen copies of a case."""
    if case.status in SUBMITTED and not submissions:
        yield "there is no submission"
    logged = {detail["number"]: detail["hash"] for detail in frozen}
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
