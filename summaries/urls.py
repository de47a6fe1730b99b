"""Routes of the app."""

from django.urls import path

from summaries import views
from summaries.dashboards import productivity_views as productivity
from summaries.dashboards import views as dashboards
from summaries.dispatch import views as dispatch
from summaries.exports import views as exports
from summaries.reminders import views as reminders

urlpatterns = [
    path("progress/", views.ProgressView.as_view(), name="progress"),
    path("summaries/", views.SummaryList.as_view(), name="summary_list"),
    path("summaries/run/", views.SummaryOrderView.as_view(), name="summary_run"),
    path("summaries/<int:pk>/", views.SummaryDetail.as_view(), name="summary_detail"),
    path("summaries/<int:pk>/workbook/", views.SummaryWorkbook.as_view(), name="summary_workbook"),
    path("dashboard/", dashboards.DashboardView.as_view(), name="dashboard"),
    path(
        "dashboard/industries/", dashboards.IndustryDashboard.as_view(), name="industry_dashboard"
    ),
    path("dashboard/findings/", dashboards.FindingDashboard.as_view(), name="finding_dashboard"),
    path("dashboard/findings/list/", dashboards.FindingList.as_view(), name="finding_list"),
    path("productivity/", productivity.ProductivityView.as_view(), name="productivity"),
    path("reminders/", reminders.ReminderPage.as_view(), name="reminders"),
    path("reminders/own/", reminders.OwnReminders.as_view(), name="own_reminders"),
    path("dispatches/", dispatch.DispatchList.as_view(), name="dispatch_list"),
    path("dispatches/<int:pk>/", dispatch.DispatchDetail.as_view(), name="dispatch_detail"),
    path("dispatches/<int:pk>/word/", dispatch.DispatchWord.as_view(), name="dispatch_word"),
    path(
        "dispatches/<int:pk>/workbook/",
        dispatch.DispatchWorkbook.as_view(),
        name="dispatch_workbook",
    ),
    path("exports/", exports.ExportList.as_view(), name="export_list"),
    path("exports/new/", exports.ExportOrderView.as_view(), name="export_new"),
    path("exports/<int:pk>/", exports.ExportDetail.as_view(), name="export_detail"),
    path("exports/<int:pk>/file/", exports.ExportFile.as_view(), name="export_file"),
    path("releases/", views.ReleaseList.as_view(), name="release_list"),
    path("releases/import/", views.ReleaseImport.as_view(), name="release_import"),
    path("releases/<int:pk>/publish/", views.ReleasePublish.as_view(), name="release_publish"),
    path("releases/<int:pk>/file/", views.PublicationFile.as_view(), name="publication_file"),
    path("releases/new/", views.ReleaseOrderView.as_view(), name="release_new"),
    path("releases/runs/<int:pk>/", views.ReleaseRunDetail.as_view(), name="release_run"),
    path("releases/<int:pk>/", views.ReleaseDetail.as_view(), name="release_detail"),
    path("releases/<int:pk>/sign/", views.ReleaseSign.as_view(), name="release_sign"),
    path("releases/<int:pk>/table/", views.ReleaseTablePage.as_view(), name="release_table"),
    path("releases/<int:pk>/units/", views.ReleaseUnits.as_view(), name="release_units"),
    path("releases/<int:pk>/proof/", views.ReleaseProof.as_view(), name="release_proof"),
    path("releases/<int:pk>/compare/", views.ReleaseCompare.as_view(), name="release_compare"),
]
