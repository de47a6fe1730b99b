"""The API of decisions and questions: doors to the services, nothing more."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.api_fields import NumberField, TextField
from accounts.enums import Permission
from audit.enums import ReadWay
from review.answers import decision_view, query_view
from review.enums import Decision, ReturnReason
from review.selectors import decisions_of, queries_of, queue_of
from review.services import (
    QUERIES_AT_MOST,
    TEXT_LENGTH_AT_MOST,
    Question,
    decision_record,
    query_answer,
)
from submissions.api.serializers import CasePage, PageQuery
from submissions.models import Case, ItemQuery
from submissions.reading import case_read

CELL_LENGTH_AT_MOST = 160


class QuestionQuery(StrictSerializer):
    """A question pinned to a cell; a blank cell asks about the whole form."""

    cell = TextField(allow_blank=True, max_length=CELL_LENGTH_AT_MOST)
    text = TextField(max_length=TEXT_LENGTH_AT_MOST, multiline=True)


class DecisionQuery(StrictSerializer):
    """One decision about the submission the reviewer saw."""

    decision = serializers.ChoiceField(Decision.choices)
    submission = NumberField(
        min_value=1, required=False, help_text="The submission that was looked at"
    )
    reason_codes = serializers.ListField(
        child=serializers.ChoiceField(ReturnReason.choices), required=False, default=list
    )
    note = TextField(
        required=False,
        default="",
        allow_blank=True,
        max_length=TEXT_LENGTH_AT_MOST,
        multiline=True,
    )
    queries = serializers.ListField(
        child=QuestionQuery(), required=False, default=list, max_length=QUERIES_AT_MOST
    )


class AnswerQuery(StrictSerializer):
    """The answer to a question."""

    text = TextField(max_length=TEXT_LENGTH_AT_MOST, multiline=True)


class DecisionAnswer(serializers.Serializer[Any]):
    """A decision."""

    id = serializers.IntegerField()
    case = serializers.IntegerField()
    submission = serializers.IntegerField()
    submission_number = serializers.IntegerField()
    level = serializers.CharField()
    decision = serializers.ChoiceField(Decision.choices)
    reason_codes = serializers.ListField(child=serializers.ChoiceField(ReturnReason.choices))
    reasons = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()
    decided_by = serializers.CharField()


class QueryAnswerShape(serializers.Serializer[Any]):
    """A question and its answer."""

    id = serializers.IntegerField()
    case = serializers.IntegerField()
    submission = serializers.IntegerField()
    cell = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    raised_at = serializers.DateTimeField()
    raised_by = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.CharField(allow_null=True)


def asked(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """The checked request; raises DRF's ValidationError."""
    query = shape(data=data)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


class ReviewQueueApi(ScopedApiView):
    """What waits for the own decision."""

    permission_required = Permission.CASE_REVIEW

    @extend_schema(parameters=[PageQuery], responses=CasePage)
    def get(self, request: Request) -> Answer:
        """A page of cases in the order of their numbers."""
        query = asked(PageQuery, request.query_params.dict())
        cases = queue_of(self.actor).with_names().order_by("pk")
        if "after" in query:
            cases = cases.filter(pk__gt=query["after"])
        found = list(cases[: query["limit"] + 1])
        page = found[: query["limit"]]
        after = page[-1].pk if len(found) > len(page) else None
        return Answer(CasePage({"results": page, "next": after}).data)


class CaseDecisionsApi(ScopedApiView):
    """The decisions about a case."""

    permission_required = Permission.CASE_VIEW

    def permission_for(self, request: Request) -> Permission | None:
        """Reading needs sight of the case, deciding the right to review."""
        return Permission.CASE_REVIEW if request.method == "POST" else Permission.CASE_VIEW

    @extend_schema(responses=DecisionAnswer(many=True))
    def get(self, request: Request, pk: int) -> Answer:
        """Newest first."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=self.actor, way=ReadWay.API)
        return Answer([decision_view(decision) for decision in decisions_of(case)])

    @extend_schema(request=DecisionQuery, responses={201: DecisionAnswer})
    def post(self, request: Request, pk: int) -> Answer:
        """Approve, return (with coded reasons and questions) or, at the top, finalise.

        403 `not_your_level`, `own_work`; 409 `transition_refused`, `at_the_top`, `hard_failures`,
        `stale_submission`; 400 `reason_required`, `note_required`, `unknown_cell`.
        """
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(DecisionQuery, request.data)
        recorded = decision_record(
            case_id=case.pk,
            decision=Decision(query["decision"]),
            actor=self.actor,
            reason_codes=query["reason_codes"],
            note=query["note"],
            queries=[Question(each["cell"], each["text"]) for each in query["queries"]],
            submission_id=query.get("submission"),
        )
        return Answer(decision_view(recorded), status=201)


class CaseQueriesApi(ScopedApiView):
    """The questions about a case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(responses=QueryAnswerShape(many=True))
    def get(self, request: Request, pk: int) -> Answer:
        """Oldest first, with their answers."""
        case = self.load(Case.objects.with_names(), pk=pk)
        case_read(case=case, actor=self.actor, way=ReadWay.API)
        return Answer([query_view(query) for query in queries_of(case)])


class QueryAnswerApi(ScopedApiView):
    """Answering a question."""

    permission_required = Permission.QUERY_ANSWER

    @extend_schema(request=AnswerQuery, responses=QueryAnswerShape)
    def post(self, request: Request, pk: int) -> Answer:
        """Store the answer. 409 `case_locked` where it is not the filler's turn."""
        query = self.load(ItemQuery.objects.select_related("case"), pk=pk)
        text = asked(AnswerQuery, request.data)["text"]
        return Answer(query_view(query_answer(query_id=query.pk, actor=self.actor, text=text)))
