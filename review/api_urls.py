"""Routes of this app's API, under /api/v1/."""

from django.urls import path

from review import api

urlpatterns = [
    path("review/", api.ReviewQueueApi.as_view(), name="api_review_queue"),
    path("cases/<int:pk>/decisions/", api.CaseDecisionsApi.as_view(), name="api_case_decisions"),
    path("cases/<int:pk>/queries/", api.CaseQueriesApi.as_view(), name="api_case_queries"),
    path("queries/<int:pk>/answer/", api.QueryAnswerApi.as_view(), name="api_query_answer"),
]
