"""Routes of the app."""

from django.urls import path

from review import views
from review.acceptance import views as acceptance
from review.interference import views as interference
from review.quality.views import checks, reports, samples

urlpatterns = [
    path("review/", views.ReviewQueue.as_view(), name="review_queue"),
    path("review/<int:pk>/", views.CaseReview.as_view(), name="case_review"),
    path("review/<int:pk>/approve/", views.CaseApprove.as_view(), name="case_approve"),
    path("review/<int:pk>/return/", views.CaseReturn.as_view(), name="case_return"),
    path("cases/<int:pk>/decisions/", views.CaseDecisions.as_view(), name="case_decisions"),
    path(
        "cases/<int:pk>/receipt/<int:number>/pdf/",
        views.CaseReceiptPdf.as_view(),
        name="case_receipt_pdf",
    ),
    path("review/bulk/", views.BulkReview.as_view(), name="bulk_review"),
    path("review/reasons/", views.ReturnReasons.as_view(), name="return_reasons"),
    path("acceptance/", acceptance.Acceptance.as_view(), name="acceptance"),
    path("acceptance/duties/", acceptance.DutyNew.as_view(), name="duty_new"),
    path("acceptance/duties/<int:pk>/", acceptance.DutyFile.as_view(), name="duty_file"),
    path("acceptance/<int:pk>/", acceptance.PackDetail.as_view(), name="acceptance_pack"),
    path("acceptance/<int:pk>/word/", acceptance.PackWord.as_view(), name="acceptance_word"),
    path("acceptance/<int:pk>/pdf/", acceptance.PackPdf.as_view(), name="acceptance_pdf"),
    path("interference/", interference.Interference.as_view(), name="interference"),
    path(
        "interference/workbook/",
        interference.InterferenceWorkbook.as_view(),
        name="interference_workbook",
    ),
    path(
        "interference/<int:pk>/",
        interference.InterferenceDetail.as_view(),
        name="interference_finding",
    ),
    path("verify/", views.Verify.as_view(), name="verify"),
    path("queries/<int:pk>/answer/", views.QueryAnswer.as_view(), name="query_answer"),
    path("quality/", samples.QualityHome.as_view(), name="quality_home"),
    path("quality/<int:pk>/", samples.QualitySampleDetail.as_view(), name="quality_sample"),
    path("quality/<int:pk>/frame/", samples.QualityFrame.as_view(), name="quality_frame"),
    path("quality/checks/<int:pk>/", checks.QualityCheckDetail.as_view(), name="quality_check"),
    path("quality/checks/<int:pk>/cells/", checks.QualityCells.as_view(), name="quality_cells"),
    path(
        "quality/checks/<int:pk>/answered/",
        checks.QualityAnswered.as_view(),
        name="quality_answered",
    ),
    path("quality/checks/<int:pk>/photo/", checks.QualityPhoto.as_view(), name="quality_photo"),
    path("quality/reports/<int:pk>/", reports.QualityReportFile.as_view(), name="quality_report"),
]
