"""Routes of this app's API, under /api/v1/."""

from django.urls import path

from summaries import api

urlpatterns = [
    path("summaries/", api.SummaryListApi.as_view(), name="api_summary_list"),
    path("summaries/<int:pk>/", api.SummaryDetailApi.as_view(), name="api_summary_detail"),
]
