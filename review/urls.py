"""Routes of the app."""

from django.urls import path

from review.acceptance import views as acceptance
from review.interference import views as interference
from review.quality.views import checks, samples
from review.quality.views import reports as quality_reports
from review.views import bulk, cases, queue, reports

urlpatterns = [
    path("review/", queue.ReviewQueue.as_view(), name="review_queue"),
    path("review/filters/", queue.SavedFilters.as_view(), name="saved_filters"),
    path("review/overdue/", queue.Overdue.as_view(), name="overdue"),
    path("review/claims/", queue.Claims.as_view(), name="claims"),
    path("review/times/", queue.ReviewTimes.as_view(), name="review_times"),
    path("review/times/<int:pk>/", queue.ReviewTimes.as_view(), name="review_times_of"),
    path("review/<int:pk>/", cases.CaseReview.as_view(), name="case_review"),
    path("review/<int:pk>/approve/", cases.CaseApprove.as_view(), name="case_approve"),
    path("review/<int:pk>/return/", cases.CaseReturn.as_view(), name="case_return"),
    path("review/<int:pk>/claim/", cases.CaseClaims.as_view(), name="case_claim"),
    path("cases/<int:pk>/decisions/", cases.CaseDecisions.as_view(), name="case_decisions"),
    path(
        "cases/<int:pk>/receipt/<int:number>/pdf/",
        reports.CaseReceiptPdf.as_view(),
        name="case_receipt_pdf",
    ),
    path("review/bulk/", bulk.BulkReview.as_view(), name="bulk_review"),
    path("review/reasons/", reports.ReturnReasons.as_view(), name="return_reasons"),
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
    path("verify/", reports.Verify.as_view(), name="verify"),
    path("queries/<int:pk>/answer/", cases.QueryAnswer.as_view(), name="query_answer"),
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
    path(
        "quality/reports/<int:pk>/",
        quality_reports.QualityReportFile.as_view(),
        name="quality_report",
    ),
]
