"""The report of repeated explanations, by machine."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.enums import Permission
from submissions.api.views import asked
from submissions.explanation_selectors import UNITS_AT_LEAST, DuplicateSearch, duplicates_report


class DuplicateQuery(StrictSerializer):
    """Which texts to count."""

    division = serializers.RegexField(r"^[0-9]{2,12}$", required=False, default="")
    form = serializers.RegexField(r"^[A-Z0-9-]{1,12}$", required=False, default="")
    units = serializers.ChoiceField(
        UNITS_AT_LEAST, required=False, default=UNITS_AT_LEAST[0], help_text="In as many units"
    )


class DuplicateAnswer(serializers.Serializer[Any]):
    """One text in one county."""

    county = serializers.CharField()
    key = serializers.CharField()
    text = serializers.CharField()
    units = serializers.IntegerField()
    findings = serializers.IntegerField()
    rules = serializers.IntegerField()
    fillers = serializers.IntegerField()


class CountyAnswer(serializers.Serializer[Any]):
    """One county's repeated texts together."""

    county = serializers.CharField()
    texts = serializers.IntegerField()
    findings = serializers.IntegerField()


class DuplicateReportAnswer(serializers.Serializer[Any]):
    """The texts used most, and every county's sums."""

    texts = DuplicateAnswer(many=True)
    counties = CountyAnswer(many=True)


class ExplanationDuplicatesApi(ScopedApiView):
    """Explanations repeated inside a county."""

    permission_required = Permission.FINDING_REPORT_VIEW

    @extend_schema(
        operation_id="explanations_duplicates",
        parameters=[DuplicateQuery],
        responses=DuplicateReportAnswer,
    )
    def get(self, request: Request) -> Answer:
        """The most used first; sums are over all of them."""
        query = asked(DuplicateQuery, request.query_params.dict())
        search = DuplicateSearch(query["division"], query["form"], int(query["units"]))
        report = duplicates_report(self.actor, search)
        counties = [
            {"county": county, "texts": count.texts, "findings": count.findings}
            for county, count in sorted(report.counties.items())
        ]
        return Answer(DuplicateReportAnswer({"texts": report.texts, "counties": counties}).data)
