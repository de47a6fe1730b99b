"""The API of waivers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.api_fields import TextField
from accounts.enums import Permission
from submissions.api.serializers import LARGEST_ID
from submissions.api.views import asked
from submissions.enums import Level, Severity, WaiverAct, WaiverState
from submissions.models import Case, RuleWaiver
from submissions.services import waiver_decide, waiver_request
from submissions.waiver_selectors import (
    WaiverSearch,
    decisions_of_waiver,
    waiver_page,
    waivers_found,
)

RULE = r"^[A-Za-z0-9_.-]{1,80}$"


class WaiverListQuery(StrictSerializer):
    """Which waivers to list, newest first."""

    after = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    state = serializers.ChoiceField(WaiverState.choices, required=False, default="")
    rule = serializers.RegexField(RULE, required=False, default="")
    division = serializers.RegexField(r"^[0-9]{2,12}$", required=False, default="")


class WaiverQuery(StrictSerializer):
    """A waiver to ask for."""

    rule = serializers.RegexField(RULE)
    reason = TextField(max_length=1000, multiline=True)
    valid_until = serializers.DateField()


class WaiverDecisionQuery(StrictSerializer):
    """A decision; a refusal and a revocation need a note."""

    act = serializers.ChoiceField(WaiverAct.choices)
    note = TextField(required=False, default="", allow_blank=True, max_length=1000, multiline=True)


class WaiverDecisionAnswer(serializers.Serializer[Any]):
    """One decision."""

    act = serializers.ChoiceField(WaiverAct.choices)
    level = serializers.ChoiceField(Level.choices)
    note = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()
    decided_by = serializers.IntegerField(source="decided_by_id")


class WaiverAnswer(serializers.Serializer[RuleWaiver]):
    """A waiver and where it stands today."""

    id = serializers.IntegerField()
    case = serializers.IntegerField(source="case_id")
    rule = serializers.CharField(source="rule_id")
    severity = serializers.ChoiceField(Severity.choices)
    reason = serializers.CharField()
    valid_until = serializers.DateField()
    state = serializers.ChoiceField(WaiverState.choices)
    requested_at = serializers.DateTimeField()
    requested_by = serializers.IntegerField(source="requested_by_id")


class WaiverWithHistoryAnswer(WaiverAnswer):
    """With what became of it."""

    decisions = serializers.SerializerMethodField()

    def get_decisions(self, waiver: RuleWaiver) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(WaiverDecisionAnswer(decisions_of_waiver(waiver), many=True).data)


class WaiverPage(serializers.Serializer[Any]):
    """A page of waivers."""

    results = WaiverAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class WaiverListApi(ScopedApiView):
    """The waivers of the own jurisdiction."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(operation_id="waivers_list", parameters=[WaiverListQuery], responses=WaiverPage)
    def get(self, request: Request) -> Answer:
        """Newest first."""
        query = asked(WaiverListQuery, request.query_params.dict())
        search = WaiverSearch(query["state"], query["rule"], query["division"])
        page, after = waiver_page(waivers_found(self.actor, search), str(query.get("after", "")))
        return Answer(WaiverPage({"results": page, "next": after}).data)


class CaseWaiversApi(ScopedApiView):
    """Asking for a waiver."""

    permission_required = Permission.WAIVER_REQUEST

    @extend_schema(
        operation_id="waivers_request",
        request=WaiverQuery,
        responses={201: WaiverWithHistoryAnswer},
    )
    def post(self, request: Request, pk: int) -> Answer:
        """409 `not_waivable`, `waiver_stands`; 400 `reason_required`, `waiver_day`."""
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(WaiverQuery, request.data)
        waiver = waiver_request(
            case_id=case.pk,
            rule_id=query["rule"],
            reason=query["reason"],
            valid_until=query["valid_until"],
            actor=self.actor,
        )
        return Answer(WaiverWithHistoryAnswer(waiver).data, status=201)


class WaiverDecisionsApi(ScopedApiView):
    """Deciding about a waiver."""

    permission_required = Permission.WAIVER_APPROVE

    @extend_schema(
        operation_id="waivers_decide",
        request=WaiverDecisionQuery,
        responses={201: WaiverWithHistoryAnswer},
    )
    def post(self, request: Request, pk: int) -> Answer:
        """403 `not_your_level`, `own_request`, `own_work`; 409 `waiver_state`."""
        waiver = self.load(RuleWaiver.objects.select_related("case"), pk=pk)
        query = asked(WaiverDecisionQuery, request.data)
        waiver = waiver_decide(
            waiver_id=waiver.pk,
            act=WaiverAct(query["act"]),
            actor=self.actor,
            note=query["note"],
        )
        return Answer(WaiverWithHistoryAnswer(waiver).data, status=201)
