"""The API of cases, responses, findings and jobs: doors to the services, nothing more."""

from typing import Any, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView
from accounts.enums import Permission
from audit.enums import ReadWay
from submissions.answers import finding_answer, save_answer
from submissions.api import serializers as shapes
from submissions.jobs import job_cancel
from submissions.models import Case, EditFailure, Job, Response, Submission
from submissions.phases.due_dates import with_due_dates
from submissions.reading import case_read
from submissions.selectors import cases_within, response_changes
from submissions.services import case_submit, failure_explain, response_save

Row = TypeVar("Row", Case, EditFailure, Job)


def asked(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """The checked request; raises DRF's ValidationError."""
    query = shape(data=data)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def page_of(
    rows: "QuerySet[Row]", query: dict[str, Any], *, newest_first: bool = False
) -> tuple[list[Row], int | None]:
    """One keyset page and the `after` of the next. The cost does not grow with the depth."""
    after, limit = query.get("after"), query["limit"]
    if after is not None:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": after})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


class CaseList(ScopedApiView):
    """The cases of the own jurisdiction."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(
        operation_id="cases_list", parameters=[shapes.CaseQuery], responses=shapes.CasePage
    )
    def get(self, request: Request) -> Answer:
        """A page of cases. Two queries whatever the page."""
        query = asked(shapes.CaseQuery, request.query_params.dict())
        cases = Case.objects.visible_to(self.actor).with_names()
        for field in ("unit", "form_code", "status", "review_level"):
            if field in query:
                cases = cases.filter(**{field: query[field]})
        if "is_owed" in query:
            cases = cases.filter(is_owed=query["is_owed"] == "true")
        if "division" in query:
            cases = cases_within(cases, query["division"])
        results, after = page_of(cases, query)
        return Answer(
            {"results": shapes.CaseAnswer(with_due_dates(results), many=True).data, "next": after}
        )


class CaseDetail(ScopedApiView):
    """One case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(responses=shapes.CaseAnswer)
    def get(self, request: Request, pk: int) -> Answer:
        """Where the case stands."""
        case = self.load(Case.objects.with_names(), pk=pk)
        return Answer(shapes.CaseAnswer(with_due_dates([case])[0]).data)


class CaseResponse(ScopedApiView):
    """The working answers of a case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(responses=shapes.ResponseAnswer)
    def get(self, request: Request, pk: int) -> Answer:
        """Values in force, rows, provenance, and the version to base a save on."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=self.actor, way=ReadWay.API)
        return Answer(shapes.ResponseAnswer(Response.objects.get(case=case)).data)


class CaseCells(ScopedApiView):
    """Saving cells."""

    permission_required = Permission.RESPONSE_SAVE

    @extend_schema(request=shapes.SaveQuery, responses=shapes.SaveAnswer)
    def post(self, request: Request, pk: int) -> Answer:
        """Save changes on a base version. The same save sent again is answered again.

        409 `save_conflict` where others changed the same cells differently (nothing is stored),
        `save_id_reused` where the save_id stands for other content, `case_locked` where it is not
        the filler's turn.
        """
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(shapes.SaveQuery, request.data)
        result = response_save(case_id=case.pk, actor=self.actor, **query)
        return Answer(save_answer(result))


class CaseSubmit(ScopedApiView):
    """Submitting."""

    permission_required = Permission.CASE_SUBMIT

    @extend_schema(request=shapes.SubmitQuery, responses={201: shapes.SubmissionAnswer})
    def post(self, request: Request, pk: int) -> Answer:
        """Submit the case: every rule once more, then a frozen copy with its receipt.

        409 with the code of what stands in the way: `hard_failures`, `soft_failures_unexplained`,
        `queries_unanswered`, `transition_refused`, `stale_version` …
        """
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(shapes.SubmitQuery, request.data)
        submission = case_submit(case_id=case.pk, actor=self.actor, **query)
        return Answer(shapes.SubmissionAnswer(submission).data, status=201)


class CaseSubmissions(ScopedApiView):
    """The frozen copies of a case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(responses=shapes.SubmissionAnswer(many=True))
    def get(self, request: Request, pk: int) -> Answer:
        """Oldest first."""
        case = self.load(Case.objects.all(), pk=pk)
        submissions = Submission.objects.filter(case=case).order_by("number")
        return Answer(shapes.SubmissionAnswer(submissions, many=True).data)


class CaseFindings(ScopedApiView):
    """The findings of a case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(parameters=[shapes.FindingQuery], responses=shapes.FindingPage)
    def get(self, request: Request, pk: int) -> Answer:
        """A page of what the rules say against the answers as they are."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=self.actor, way=ReadWay.API)
        query = asked(shapes.FindingQuery, request.query_params.dict())
        failures = EditFailure.objects.filter(case=case)
        if "severity" in query:
            failures = failures.filter(severity=query["severity"])
        results, after = page_of(failures, query)
        return Answer({"results": [finding_answer(f) for f in results], "next": after})


class CaseHistory(ScopedApiView):
    """The history of one cell."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(parameters=[shapes.HistoryQuery], responses=shapes.CellChangeAnswer(many=True))
    def get(self, request: Request, pk: int) -> Answer:
        """Who changed the cell from what to what, oldest first."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=self.actor, way=ReadWay.API)
        query = asked(shapes.HistoryQuery, request.query_params.dict())
        changes = response_changes(case=case, cell=query["cell"])
        return Answer(shapes.CellChangeAnswer(changes, many=True).data)


class FindingExplanation(ScopedApiView):
    """Explaining a soft finding."""

    permission_required = Permission.RESPONSE_SAVE

    @extend_schema(request=shapes.ExplainQuery, responses=shapes.FindingAnswer)
    def post(self, request: Request, pk: int) -> Answer:
        """Store the explanation. 400 for a stock phrase, 409 for a hard finding."""
        failure = self.load(EditFailure.objects.select_related("case"), pk=pk)
        query = asked(shapes.ExplainQuery, request.data)
        failure = failure_explain(failure_id=failure.pk, actor=self.actor, **query)
        return Answer(shapes.FindingAnswer(failure).data)


class JobList(ScopedApiView):
    """Background jobs."""

    permission_required = Permission.JOB_VIEW

    @extend_schema(operation_id="jobs_list", parameters=[shapes.JobQuery], responses=shapes.JobPage)
    def get(self, request: Request) -> Answer:
        """The jobs of the own jurisdiction, newest first."""
        query = asked(shapes.JobQuery, request.query_params.dict())
        jobs = Job.objects.visible_to(self.actor)
        if "state" in query:
            jobs = jobs.filter(state=query["state"])
        results, after = page_of(jobs, query, newest_first=True)
        return Answer({"results": shapes.JobAnswer(results, many=True).data, "next": after})


class JobDetail(ScopedApiView):
    """One job."""

    permission_required = Permission.JOB_VIEW

    @extend_schema(responses=shapes.JobAnswer)
    def get(self, request: Request, pk: int) -> Answer:
        """How far it is."""
        return Answer(shapes.JobAnswer(self.load(Job.objects.all(), pk=pk)).data)


class JobCancel(ScopedApiView):
    """Cancelling a job."""

    permission_required = Permission.JOB_VIEW

    @extend_schema(request=shapes.NothingQuery, responses=shapes.JobAnswer)
    def post(self, request: Request, pk: int) -> Answer:
        """Ask the job to stop. 409 where it has ended."""
        job = self.load(Job.objects.all(), pk=pk)
        asked(shapes.NothingQuery, request.data)
        return Answer(shapes.JobAnswer(job_cancel(job_id=job.pk, actor=self.actor)).data)
