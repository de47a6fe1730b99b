"""Units over the API: list, read, register, amend. The same services, the same sentences."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import NO_CONTROL_CHARACTERS, ScopedApiView, StrictSerializer
from accounts.enums import Permission
from registry.enums import UnitKind, UnitSource, UnitStatus
from registry.listing import UnitSearch, page_of, units_found
from registry.models import Unit
from registry.models.unit import INDUSTRIES_AT_MOST
from registry.services import unit_amend, unit_register
from registry.unit_data import MAX_LENGTHS, UnitData


def _text(name: str = "", *, length: int = 0, required: bool = False) -> serializers.RegexField:
    return serializers.RegexField(
        NO_CONTROL_CHARACTERS,
        max_length=length or MAX_LENGTHS[name],
        required=required,
        allow_blank=not required,
    )


def _degrees() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True, required=False)


class UnitFactsIn(StrictSerializer):
    """What a person says about a unit. Unknown fields and control characters are refused."""

    name = _text("name", required=True)
    division_code = _text(length=12, required=True)
    kind = serializers.ChoiceField(choices=UnitKind.choices)
    status = serializers.ChoiceField(choices=UnitStatus.choices, default=UnitStatus.OPERATING)
    credit_code = _text(length=30)
    site_suffix = _text(length=4)
    organisation_code = _text(length=20)
    former_name = _text("former_name")
    address = _text("address")
    longitude = _degrees()
    latitude = _degrees()
    industry_codes = serializers.ListField(
        child=_text(length=4, required=True), max_length=INDUSTRIES_AT_MOST, default=list
    )
    legal_person = _text("legal_person")
    contact_name = _text("contact_name")
    contact_phone = _text("contact_phone")

    def data_given(self) -> UnitData:
        """The validated facts as a value."""
        facts = {k: v for k, v in self.validated_data.items() if k not in _NOT_FACTS}
        return UnitData(**{**facts, "industry_codes": tuple(facts["industry_codes"])})


_NOT_FACTS = frozenset({"is_confirmed", "reason", "base_revision"})


class UnitRegisterIn(UnitFactsIn):
    """A new unit; look-alikes are a 409 until `is_confirmed`."""

    is_confirmed = serializers.BooleanField(default=False)


class UnitAmendIn(UnitFactsIn):
    """All facts of a registered unit, and why they change."""

    reason = _text(length=200, required=True)
    base_revision = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2_000_000_000, default=None
    )


class UnitOut(serializers.ModelSerializer[Unit]):
    """A unit as the register holds it."""

    class Meta:
        model = Unit
        fields = (
            "id",
            "code",
            "credit_code",
            "site_suffix",
            "organisation_code",
            "object_code",
            "name",
            "former_name",
            "kind",
            "status",
            "division_code",
            "address",
            "longitude",
            "latitude",
            "industry_codes",
            "legal_person",
            "contact_name",
            "contact_phone",
            "source",
            "registered_at",
            "amended_at",
        )


_PAGE = inline_serializer(
    "UnitPage",
    {
        "count": serializers.IntegerField(),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": UnitOut(many=True),
    },
)
_QUERY = [
    OpenApiParameter(name, str, description=description)
    for name, description in [
        ("q", "A code or its beginning, or any part of the name"),
        ("division", "A 12-digit division code of any level"),
        ("industry", "An industry code of one to four characters"),
        ("kind", "A kind of unit"),
        ("status", "A status"),
        ("after", "The `next` of the page before"),
        ("before", "The `previous` of the page behind"),
    ]
]


class UnitCollection(ScopedApiView):
    """The visible units."""

    permission_required = Permission.UNIT_VIEW

    def permission_for(self, request: Request) -> Permission | None:
        """Registering is another verb."""
        return Permission.UNIT_REGISTER if request.method == "POST" else self.permission_required

    def saved(self, unit: Unit) -> None:
        """What an upper layer does in the same transaction."""

    @extend_schema(parameters=_QUERY, responses=_PAGE, operation_id="units_list")
    def get(self, request: Request) -> Response:
        """One page, in the order of the divisions, by keyset."""
        query = request.query_params.dict()
        found = units_found(actor=self.actor, search=UnitSearch.read(query))
        page = page_of(found, before=query.get("before", ""), after=query.get("after", ""))
        return Response(
            {
                "count": found.count(),
                "next": page.after or None,
                "previous": page.before or None,
                "results": UnitOut(page.units, many=True).data,
            }
        )

    @extend_schema(request=UnitRegisterIn, responses={201: UnitOut}, operation_id="units_register")
    def post(self, request: Request) -> Response:
        """Register a unit. 409 where its code is taken, or where look-alikes are not confirmed."""
        asked = UnitRegisterIn(data=request.data)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            unit = unit_register(
                actor=self.actor,
                data=asked.data_given(),
                source=UnitSource.API,
                is_confirmed=asked.validated_data["is_confirmed"],
            )
            self.saved(unit)
        return Response(UnitOut(unit).data, status=201)


class UnitMember(ScopedApiView):
    """One visible unit."""

    permission_required = Permission.UNIT_VIEW

    def permission_for(self, request: Request) -> Permission | None:
        """Amending is another verb."""
        return Permission.UNIT_AMEND if request.method == "PUT" else self.permission_required

    def saved(self, unit: Unit) -> None:
        """What an upper layer does in the same transaction."""

    @extend_schema(responses=UnitOut, operation_id="units_retrieve")
    def get(self, request: Request, pk: int) -> Response:
        """The unit as the register holds it."""
        return Response(UnitOut(self.load(Unit.objects.all(), pk=pk)).data)

    @extend_schema(request=UnitAmendIn, responses=UnitOut, operation_id="units_amend")
    def put(self, request: Request, pk: int) -> Response:
        """Amend a unit. 409 where it was amended after `base_revision`."""
        unit = self.load(Unit.objects.all(), pk=pk)
        asked = UnitAmendIn(data=request.data)
        asked.is_valid(raise_exception=True)
        given: dict[str, Any] = asked.validated_data
        with transaction.atomic():
            unit = unit_amend(
                actor=self.actor,
                unit_id=unit.pk,
                data=asked.data_given(),
                reason=given["reason"],
                base_revision=given["base_revision"],
            )
            self.saved(unit)
        return Response(UnitOut(unit).data)
