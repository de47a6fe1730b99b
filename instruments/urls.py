"""Routes of the instruments app."""

from django.urls import path

from instruments.codelist_views import CodelistDetail, CodelistList
from instruments.coefficient_views import CoefficientDetail, CoefficientList
from instruments.views import (
    CodelistJson,
    InstrumentBlank,
    InstrumentDdi,
    InstrumentDetail,
    InstrumentList,
    InstrumentRulesJs,
    InstrumentVtl,
)

urlpatterns = [
    path("instruments/", InstrumentList.as_view(), name="instrument_list"),
    path("instruments/<str:code>/", InstrumentDetail.as_view(), name="instrument_detail"),
    path("instruments/<str:code>/blank.pdf", InstrumentBlank.as_view(), name="instrument_blank"),
    path("instruments/<str:code>/rules.vtl", InstrumentVtl.as_view(), name="instrument_vtl"),
    path("instruments/<str:code>/metadata.xml", InstrumentDdi.as_view(), name="instrument_ddi"),
    path(
        "instruments/<str:code>/<str:content_hash>/rules.js",
        InstrumentRulesJs.as_view(),
        name="instrument_rules_js",
    ),
    path("codelists/", CodelistList.as_view(), name="codelist_list"),
    path("codelists/<str:name>/", CodelistDetail.as_view(), name="codelist_detail"),
    path(
        "codelists/<str:name>/<str:content_hash>.json", CodelistJson.as_view(), name="codelist_json"
    ),
    path(
        "codelists/<str:name>/<str:content_hash>/en.json",
        CodelistJson.as_view(),
        {"language": "en"},
        name="codelist_json_en",
    ),
    path("coefficients/", CoefficientList.as_view(), name="coefficient_list"),
    path("coefficients/<int:pk>/", CoefficientDetail.as_view(), name="coefficient_detail"),
]
