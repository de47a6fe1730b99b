"""The coefficient library for machines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ScopedApiView
from accounts.enums import Permission
from accounts.exceptions import Missing
from instruments.coefficient_selectors import (
    CoefficientSearch,
    coefficient_page,
    coefficient_version,
    coefficients_found,
)
from instruments.models import Coefficient, CoefficientVersion


class CoefficientAnswer(serializers.ModelSerializer[Coefficient]):
    """One coefficient, text as printed; `fault` says why it cannot be reckoned with."""

    class Meta:
        model = Coefficient
        fields = (
            "id",
            "industry_code",
            "industry_level",
            "section",
            "product",
            "raw_material",
            "process",
            "scale",
            "region",
            "medium",
            "pollutant",
            "condition",
            "unit",
            "generation",
            "treatment",
            "efficiency",
            "k_formula",
            "source",
            "handbook_page",
            "confidence",
            "fault",
        )


class CoefficientListAnswer(serializers.Serializer[Any]):
    """One page of a version."""

    version = serializers.IntegerField()
    content_hash = serializers.CharField()
    results = CoefficientAnswer(many=True)
    next = serializers.CharField(allow_blank=True)


_TEXT_FILTERS = ("q", "industry", "product", "raw_material", "process", "scale", "section")
_FILTERS = (*_TEXT_FILTERS, "treatment", "pollutant", "medium", "confidence", "version", "after")


class CoefficientListApi(ScopedApiView):
    """Search the library."""

    permission_required = Permission.INSTRUMENT_VIEW

    @extend_schema(
        operation_id="coefficients_list",
        parameters=[OpenApiParameter(name, str) for name in _FILTERS],
        responses=CoefficientListAnswer,
    )
    def get(self, request: Request) -> Response:
        """Fifty at a time in the order of the file; `after` is the last answer's `next`."""
        query = {name: str(request.query_params.get(name, "")) for name in _FILTERS}
        try:
            version = coefficient_version(query["version"])
        except CoefficientVersion.DoesNotExist:
            version = None
        if version is None:
            raise Missing(_("没有这个系数库版本。"))
        found = coefficients_found(version, CoefficientSearch.read(query))
        page = coefficient_page(found, after=query["after"])
        return Response(
            {
                "version": version.number,
                "content_hash": version.content_hash,
                "results": CoefficientAnswer(page.coefficients, many=True).data,
                "next": page.after,
            }
        )
