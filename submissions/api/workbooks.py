"""Workbooks of a unit over the API: the file, the differences of one sent back, the save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView, StrictSerializer
from accounts.enums import Permission
from accounts.exceptions import Invalid
from audit.enums import AuditAction, ReadWay
from audit.services import audit_record
from registry.models import Unit
from submissions.answers import message_of
from submissions.api.views import asked
from submissions.reading import cases_read
from submissions.services.workbook_saving import workbook_save
from submissions.workbooks.comparing import TOKEN_AT_MOST, Comparison, FormDifference, pending_read
from submissions.workbooks.files import BYTES_AT_MOST
from submissions.workbooks.units import (
    Shape,
    owed_responses,
    unit_forms_now,
    unit_workbook_bytes,
    unit_workbook_compare,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHOICES_AT_MOST = 5000


class WorkbookParser(BaseParser):
    """The body is the file, no more of it than is looked at."""

    media_type = XLSX

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The bytes."""
        return stream.read(BYTES_AT_MOST + 1)


class ShapeQuery(StrictSerializer):
    """How the workbook is laid out."""

    shape = serializers.ChoiceField(
        [(shape.value, shape.name) for shape in Shape], default=Shape.FORMS.value
    )


class CommitQuery(StrictSerializer):
    """What was compared, and the choices that take the workbook's value."""

    token = serializers.CharField(max_length=TOKEN_AT_MOST)
    take = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=CHOICES_AT_MOST
    )


class CellDifferenceAnswer(serializers.Serializer[Any]):
    """One cell that would change. `key` names the choice where there is one."""

    cell = serializers.CharField()
    place = serializers.CharField()
    where = serializers.CharField()
    base = serializers.CharField(allow_blank=True)
    now = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    key = serializers.CharField(allow_null=True)


class FormDifferenceAnswer(serializers.Serializer[Any]):
    """One form of the comparison."""

    case = serializers.IntegerField()
    form_code = serializers.CharField()
    new_rows = serializers.IntegerField()
    lines = CellDifferenceAnswer(many=True)
    findings = serializers.ListField(child=serializers.CharField())
    doubts = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())


class ComparisonAnswer(serializers.Serializer[Any]):
    """The differences; `token` saves them within the hour."""

    forms = FormDifferenceAnswer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    token = serializers.CharField()


class CommitAnswer(serializers.Serializer[Any]):
    """How many changes were saved."""

    saved = serializers.IntegerField()


def comparison_answer(comparison: Comparison) -> dict[str, Any]:
    """The page of differences as data."""
    return {
        "forms": [_form_answer(form) for form in comparison.forms],
        "notes": comparison.notes,
        "token": comparison.token,
    }


def _form_answer(form: FormDifference) -> dict[str, Any]:
    return {
        "case": form.case.pk,
        "form_code": form.case.form_code,
        "new_rows": form.new_rows,
        "lines": [
            {
                "cell": line.path,
                "place": line.place,
                "where": line.where,
                "base": line.base,
                "now": line.now,
                "after": line.after,
                "key": line.key if line.needs_choice else None,
            }
            for line in form.lines
        ],
        "findings": [message_of(finding) for finding in form.findings],
        "doubts": form.doubts,
        "notes": form.notes,
    }


class UnitWorkbookApi(ScopedApiView):
    """The workbook of all forms of a unit."""

    permission_required = Permission.RESPONSE_SAVE
    parser_classes = [WorkbookParser]

    @extend_schema(
        operation_id="unit_workbook",
        parameters=[ShapeQuery],
        responses={(200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The prefilled workbook; taking it away is recorded."""
        unit = self.load(Unit.objects.all(), pk=pk)
        query = asked(ShapeQuery, request.query_params.dict())
        forms = unit_forms_now(unit)
        content = unit_workbook_bytes(forms, Shape(query["shape"]))
        audit_record(
            action=AuditAction.WORKBOOK_DOWNLOADED, actor=self.actor, subject=unit, detail=query
        )
        taken = [response.case for response in owed_responses(forms)]
        cases_read(cases=taken, actor=self.actor, way=ReadWay.WORKBOOK)
        return HttpResponse(content, content_type=XLSX)

    @extend_schema(
        operation_id="unit_workbook_compare",
        request={XLSX: OpenApiTypes.BINARY},
        responses=ComparisonAnswer,
    )
    def post(self, request: Request, pk: int) -> Answer:
        """What the workbook in the body would change. Nothing is stored."""
        unit = self.load(Unit.objects.all(), pk=pk)
        content = request.data
        if not isinstance(content, bytes):  # a request without a body is never parsed
            raise Invalid(_("文件是空的。"), code="workbook_empty")
        comparison = unit_workbook_compare(unit_forms_now(unit), content)
        shown = [form.case for form in comparison.forms]
        cases_read(cases=shown, actor=self.actor, way=ReadWay.API)
        return Answer(comparison_answer(comparison))


class UnitWorkbookCommitApi(ScopedApiView):
    """Saving what was compared."""

    permission_required = Permission.RESPONSE_SAVE

    @extend_schema(operation_id="unit_workbook_commit", request=CommitQuery, responses=CommitAnswer)
    def post(self, request: Request, pk: int) -> Answer:
        """Every form or none. Cells with a `key` keep their value unless it stands in `take`."""
        unit = self.load(Unit.objects.all(), pk=pk)
        query = asked(CommitQuery, request.data)
        pending = pending_read(query["token"], unit_id=unit.pk)
        saved = workbook_save(
            actor=self.actor, pending=pending, taken=frozenset(query.get("take", []))
        )
        return Answer({"saved": saved})
