"""Routes of the app."""

from django.urls import path

from summaries import views

urlpatterns = [
    path("progress/", views.ProgressView.as_view(), name="progress"),
    path("summaries/", views.SummaryList.as_view(), name="summary_list"),
    path("summaries/run/", views.SummaryOrderView.as_view(), name="summary_run"),
    path("summaries/<int:pk>/", views.SummaryDetail.as_view(), name="summary_detail"),
    path("summaries/<int:pk>/workbook/", views.SummaryWorkbook.as_view(), name="summary_workbook"),
]
