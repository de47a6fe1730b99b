"""Routes of the app."""

from django.urls import path

from summaries import views
from summaries.exports import views as exports

urlpatterns = [
    path("progress/", views.ProgressView.as_view(), name="progress"),
    path("summaries/", views.SummaryList.as_view(), name="summary_list"),
    path("summaries/run/", views.SummaryOrderView.as_view(), name="summary_run"),
    path("summaries/<int:pk>/", views.SummaryDetail.as_view(), name="summary_detail"),
    path("summaries/<int:pk>/workbook/", views.SummaryWorkbook.as_view(), name="summary_workbook"),
    path("exports/", exports.ExportList.as_view(), name="export_list"),
    path("exports/new/", exports.ExportOrderView.as_view(), name="export_new"),
    path("exports/<int:pk>/", exports.ExportDetail.as_view(), name="export_detail"),
    path("exports/<int:pk>/file/", exports.ExportFile.as_view(), name="export_file"),
]
