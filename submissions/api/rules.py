"""The API of edit rules and how often they fire."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.enums import Permission
from accounts.exceptions import Missing
from submissions.api.views import asked
from submissions.enums import Severity
from submissions.rule_catalogue import RuleSearch, rule_entry, rules_found
from submissions.rule_selectors import finding_counts


class RuleQuery(StrictSerializer):
    """Which rules to list."""

    q = serializers.RegexField(r"^[^\x00-\x1f\x7f]*$", required=False, default="", max_length=100)
    form = serializers.RegexField(r"^[A-Z0-9-]{1,12}$", required=False, default="")
    severity = serializers.ChoiceField(Severity.choices, required=False, default="")
    item = serializers.RegexField(r"^[A-Za-z0-9_-]{1,80}$", required=False, default="")


class RuleAnswer(serializers.Serializer[Any]):
    """A rule of a current form."""

    id = serializers.CharField(source="rule.id")
    form_code = serializers.CharField(source="definition.code")
    severity = serializers.ChoiceField(Severity.choices, source="rule.severity")
    each = serializers.CharField(source="rule.each", allow_blank=True)
    when = serializers.CharField(source="rule.when", allow_blank=True)
    assertion = serializers.CharField(source="rule.assertion")
    message = serializers.DictField(source="rule.message", child=serializers.CharField())
    items = serializers.ListField(source="rule.items", child=serializers.CharField())
    rule_source = serializers.CharField(source="rule.source", allow_blank=True)


class FindingCountAnswer(serializers.Serializer[Any]):
    """The findings of a rule in one county."""

    county = serializers.CharField()
    findings = serializers.IntegerField()
    explained = serializers.IntegerField()
    waived = serializers.IntegerField()


class RuleListApi(ScopedApiView):
    """The rules of the current forms."""

    permission_required = Permission.FINDING_REPORT_VIEW

    @extend_schema(
        operation_id="rules_list", parameters=[RuleQuery], responses=RuleAnswer(many=True)
    )
    def get(self, request: Request) -> Answer:
        """Every rule that matches, in the order of the forms."""
        query = asked(RuleQuery, request.query_params.dict())
        search = RuleSearch(query["q"], query["form"], query["severity"], query["item"])
        return Answer(RuleAnswer(rules_found(search), many=True).data)


class RuleCountsApi(ScopedApiView):
    """How often a rule fires."""

    permission_required = Permission.FINDING_REPORT_VIEW

    @extend_schema(operation_id="rules_counts", responses=FindingCountAnswer(many=True))
    def get(self, request: Request, code: str, rule_id: str) -> Answer:
        """By county, within the own jurisdiction. 404 for no rule of a current form."""
        if rule_entry(code, rule_id) is None:
            raise Missing(_("没有这条审核关系。"))
        counts = finding_counts(self.actor, rule_id)
        return Answer(FindingCountAnswer(counts, many=True).data)
