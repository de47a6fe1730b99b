"""The API of corrections after final approval."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.api_fields import TextField
from accounts.enums import Permission
from accounts.models import User
from submissions.api.serializers import LARGEST_ID
from submissions.api.views import asked
from submissions.correction_selectors import (
    correction_state,
    corrections_seen,
    submission_after,
)
from submissions.models import Case, CorrectionRequest
from submissions.phase_enums import CorrectionState, Verdict
from submissions.services import ProposedChange, correction_decide, correction_request

PAGE = 50


class CorrectionListQuery(StrictSerializer):
    """Which corrections to list, newest first."""

    after = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class ProposedChangeQuery(StrictSerializer):
    """One cell, what it should say, and why."""

    cell = TextField(max_length=160)
    value = TextField(max_length=500, allow_blank=True)
    reason = TextField(required=False, default="", allow_blank=True, max_length=1000)


class CorrectionQuery(StrictSerializer):
    """A correction to ask for; without cells the whole form is meant."""

    reason = TextField(max_length=1000, multiline=True)
    changes = ProposedChangeQuery(many=True, required=False, default=list)


class CorrectionDecisionQuery(StrictSerializer):
    """A decision; a refusal needs a note."""

    verdict = serializers.ChoiceField(Verdict.choices)
    note = TextField(required=False, default="", allow_blank=True, max_length=1000, multiline=True)


class CorrectionAnswer(serializers.Serializer[CorrectionRequest]):
    """A correction, where it stands, and the submissions before and after it."""

    id = serializers.IntegerField()
    case = serializers.IntegerField(source="case_id")
    submission_before = serializers.IntegerField(source="submission.number")
    submission_after = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    reason = serializers.CharField()
    changes = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    requested_at = serializers.DateTimeField()
    requested_by = serializers.IntegerField(source="requested_by_id")

    def get_submission_after(self, correction: CorrectionRequest) -> int | None:
        """Its number; null before there is one."""
        after = submission_after(correction)
        return after.number if after else None

    def get_state(self, correction: CorrectionRequest) -> CorrectionState:
        """Where it stands."""
        return correction_state(correction, submission_after(correction))


class CorrectionPage(serializers.Serializer[Any]):
    """A page of corrections."""

    results = CorrectionAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


def _told(actor: User, pk: int) -> Any:
    return CorrectionAnswer(corrections_seen(actor).get(pk=pk)).data


class CorrectionListApi(ScopedApiView):
    """The corrections of the own jurisdiction."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(
        operation_id="corrections_list", parameters=[CorrectionListQuery], responses=CorrectionPage
    )
    def get(self, request: Request) -> Answer:
        """Newest first."""
        query = asked(CorrectionListQuery, request.query_params.dict())
        found = corrections_seen(self.actor)
        if "after" in query:
            found = found.filter(pk__lt=query["after"])
        rows = list(found[: PAGE + 1])
        after = rows[PAGE - 1].pk if len(rows) > PAGE else None
        return Answer(CorrectionPage({"results": rows[:PAGE], "next": after}).data)


class CaseCorrectionsApi(ScopedApiView):
    """Asking for a correction."""

    permission_required = Permission.CORRECTION_REQUEST

    @extend_schema(
        operation_id="corrections_request",
        request=CorrectionQuery,
        responses={201: CorrectionAnswer},
    )
    def post(self, request: Request, pk: int) -> Answer:
        """409 `not_final`, `correction_stands`; 400 `reason_required`, `unknown_cell`."""
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(CorrectionQuery, request.data)
        correction = correction_request(
            case_id=case.pk,
            reason=query["reason"],
            actor=self.actor,
            changes=[ProposedChange(**change) for change in query["changes"]],
        )
        return Answer(_told(self.actor, correction.pk), status=201)


class CorrectionDecisionApi(ScopedApiView):
    """Deciding about a correction; the service asks who may."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(
        operation_id="corrections_decide",
        request=CorrectionDecisionQuery,
        responses={201: CorrectionAnswer},
    )
    def post(self, request: Request, pk: int) -> Answer:
        """403 `not_your_level`, `own_request`, `own_work`, `not_yours`; 409 `correction_decided`."""
        correction = self.load(CorrectionRequest.objects.select_related("case"), pk=pk)
        query = asked(CorrectionDecisionQuery, request.data)
        correction_decide(
            correction_id=correction.pk,
            verdict=Verdict(query["verdict"]),
            actor=self.actor,
            note=query["note"],
        )
        return Answer(_told(self.actor, correction.pk), status=201)
