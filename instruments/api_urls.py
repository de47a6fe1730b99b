"""Routes of the instruments in the API."""

from django.urls import path

from instruments.api import CodelistApi, InstrumentDetailApi, InstrumentListApi
from instruments.coefficient_api import CoefficientListApi

urlpatterns = [
    path("instruments/", InstrumentListApi.as_view(), name="api_instrument_list"),
    path("instruments/<str:code>/", InstrumentDetailApi.as_view(), name="api_instrument_detail"),
    path("codelists/<str:name>/", CodelistApi.as_view(), name="api_codelist"),
    path("coefficients/", CoefficientListApi.as_view(), name="api_coefficient_list"),
]
