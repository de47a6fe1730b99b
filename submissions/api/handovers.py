"""The API of hand-overs between the respondent and the enumerator."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView
from accounts.enums import Permission
from submissions.api.views import asked
from submissions.enums import Holder
from submissions.handover_selectors import tenures_of
from submissions.models import Case
from submissions.services import case_hand_over
from submissions.services.handing_over import NOTE_LENGTH_AT_MOST


class HandoverQuery(serializers.Serializer[Any]):
    """To whom, and what they should know; `seen` is the number of the last hand-over seen."""

    holder = serializers.ChoiceField(choices=Holder.choices)
    note = serializers.CharField(
        max_length=NOTE_LENGTH_AT_MOST, allow_blank=True, required=False, default=""
    )
    seen = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)


class HandoverAnswer(serializers.Serializer[Any]):
    """One hand-over and what its holder changed."""

    number = serializers.IntegerField(source="handover.number")
    holder = serializers.CharField(source="handover.holder")
    note = serializers.CharField(source="handover.note")
    handed_at = serializers.DateTimeField(source="handover.handed_at")
    handed_by = serializers.CharField(source="handover.handed_by.full_name")
    cells = serializers.IntegerField()
    people = serializers.ListField(child=serializers.CharField())


class CaseHandovers(ScopedApiView):
    """The hand-overs of a case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(operation_id="case_handovers_list", responses=HandoverAnswer(many=True))
    def get(self, request: Request, pk: int) -> Answer:
        """Newest first."""
        case = self.load(Case.objects.all(), pk=pk)
        return Answer(HandoverAnswer(tenures_of(case), many=True).data)

    @extend_schema(
        operation_id="case_handovers_write",
        request=HandoverQuery,
        responses={201: HandoverAnswer(many=True)},
    )
    def post(self, request: Request, pk: int) -> Answer:
        """Hand over, or take back. 409 where somebody else did meanwhile."""
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(HandoverQuery, request.data)
        case_hand_over(case_id=case.pk, actor=self.actor, **query)
        return Answer(HandoverAnswer(tenures_of(case), many=True).data, status=201)
