"""The API of summaries: doors to the services, nothing more."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.enums import Permission
from submissions.api.serializers import JobAnswer, PageQuery
from summaries.definitions import tables_all
from summaries.enums import APPROVAL_LEVELS, Axis
from summaries.models import SummaryRun
from summaries.services import SummaryOrder, summary_request


class SummaryQuery(StrictSerializer):
    """What to sum."""

    table = serializers.ChoiceField(choices=sorted(tables_all()))
    division = serializers.RegexField(r"^[0-9]{12}$", help_text="000000000000 is the nation")
    axis = serializers.ChoiceField(Axis.choices)
    approval_level = serializers.ChoiceField(
        [(level.value, level.label) for level in APPROVAL_LEVELS]
    )


class TallyAnswer(serializers.Serializer[Any]):
    """One cell: an exact decimal as text, and the units behind it."""

    sum = serializers.CharField()
    reporting = serializers.IntegerField()
    blank = serializers.IntegerField()
    wrong = serializers.IntegerField()


class LineAnswer(serializers.Serializer[Any]):
    """One row."""

    code = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    units = serializers.IntegerField()
    forms = serializers.DictField(child=serializers.IntegerField())
    cells = serializers.DictField(child=TallyAnswer())


class ResultAnswer(serializers.Serializer[Any]):
    """The table."""

    rows = LineAnswer(many=True)
    total = LineAnswer()


class SummaryAnswer(serializers.ModelSerializer[SummaryRun]):
    """A run without its table."""

    job = JobAnswer()

    class Meta:
        model = SummaryRun
        fields: tuple[str, ...] = (
            "id",
            "table_code",
            "definition_hash",
            "division_code",
            "division_name",
            "axis",
            "approval_level",
            "as_of",
            "computed_at",
            "result_hash",
            "job",
        )
        read_only_fields: tuple[str, ...] = fields


class SummaryDetailAnswer(SummaryAnswer):
    """A run with its table; null while it is computed."""

    result = ResultAnswer(allow_null=True)

    class Meta(SummaryAnswer.Meta):
        fields = (*SummaryAnswer.Meta.fields, "result")
        read_only_fields = fields


class SummaryPage(serializers.Serializer[Any]):
    """A page of runs, newest first."""

    results = SummaryAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class SummaryListApi(ScopedApiView):
    """Runs of the own jurisdiction."""

    permission_required = Permission.SUMMARY_RUN

    @extend_schema(parameters=[PageQuery], responses=SummaryPage)
    def get(self, request: Request) -> Answer:
        """A page of runs, newest first."""
        query = PageQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        limit = query.validated_data["limit"]
        runs = SummaryRun.objects.visible_to(self.actor).select_related("job").defer("result")
        if "after" in query.validated_data:
            runs = runs.filter(pk__lt=query.validated_data["after"])
        found = list(runs.order_by("-pk")[: limit + 1])
        after = found[limit - 1].pk if len(found) > limit else None
        return Answer(SummaryPage({"results": found[:limit], "next": after}).data)

    @extend_schema(request=SummaryQuery, responses={201: SummaryAnswer})
    def post(self, request: Request) -> Answer:
        """Ask for a run; a worker computes it. The same one asked for while it runs is that one."""
        query = SummaryQuery(data=request.data)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        run = summary_request(
            actor=self.actor,
            order=SummaryOrder(
                table_code=asked["table"],
                division_code=asked["division"],
                axis=asked["axis"],
                approval_level=asked["approval_level"],
            ),
        )
        return Answer(SummaryAnswer(run).data, status=201)


class SummaryDetailApi(ScopedApiView):
    """One run."""

    permission_required = Permission.SUMMARY_RUN

    @extend_schema(responses=SummaryDetailAnswer)
    def get(self, request: Request, pk: int) -> Answer:
        """How far it is, and the table when it is done."""
        run = self.load(SummaryRun.objects.select_related("job"), pk=pk)
        return Answer(SummaryDetailAnswer(run).data)
