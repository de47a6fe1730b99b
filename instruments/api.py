"""Reading instruments and code lists by machine."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ScopedApiView
from accounts.enums import Permission
from accounts.exceptions import Missing
from instruments.models import CodeListVersion, InstrumentVersion
from instruments.selectors import codelist, version_current, versions_current


class InstrumentLine(serializers.Serializer[Any]):
    """One form in the list."""

    code = serializers.CharField()
    title = serializers.DictField(child=serializers.CharField())
    version = serializers.IntegerField()
    content_hash = serializers.CharField()
    published_at = serializers.DateTimeField()


class InstrumentAnswer(InstrumentLine):
    """One form with its definition."""

    definition = serializers.JSONField()


class CodelistAnswer(serializers.Serializer[Any]):
    """One code list."""

    name = serializers.CharField()
    title = serializers.CharField()
    content_hash = serializers.CharField()
    entries = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


def _line(version: InstrumentVersion) -> dict[str, Any]:
    return {
        "code": version.instrument.code,
        "title": version.definition["title"],
        "version": version.number,
        "content_hash": version.content_hash,
        "published_at": version.published_at.isoformat(),
    }


class InstrumentListApi(ScopedApiView):
    """The current forms."""

    permission_required = Permission.INSTRUMENT_VIEW

    @extend_schema(operation_id="instruments_list", responses=InstrumentLine(many=True))
    def get(self, request: Request) -> Response:
        """In the order of the forms."""
        return Response([_line(version) for version in versions_current()])


class InstrumentDetailApi(ScopedApiView):
    """One current form with its definition."""

    permission_required = Permission.INSTRUMENT_VIEW

    @extend_schema(operation_id="instruments_read", responses=InstrumentAnswer)
    def get(self, request: Request, code: str) -> Response:
        """404 for a form that has not been published."""
        try:
            version = version_current(code)
        except InstrumentVersion.DoesNotExist as error:
            raise Missing(_("没有发布过这个普查表。")) from error
        return Response({**_line(version), "definition": version.definition})


class CodelistApi(ScopedApiView):
    """One current code list."""

    permission_required = Permission.INSTRUMENT_VIEW

    @extend_schema(operation_id="codelists_read", responses=CodelistAnswer)
    def get(self, request: Request, name: str) -> Response:
        """404 for a list that has not been published."""
        try:
            values = codelist(name)
        except CodeListVersion.DoesNotExist as error:
            raise Missing(_("没有这个代码表。")) from error
        return Response(
            {
                "name": values.name,
                "title": values.title,
                "content_hash": values.content_hash,
                "entries": list(values.entries),
            }
        )
