"""Routes of this app's API, under /api/v1/."""

from django.urls import path

from submissions.api import (
    corrections,
    explanations,
    handovers,
    notes,
    rules,
    units,
    views,
    waivers,
    workbooks,
)

urlpatterns = [
    path("units/", units.UnitCollectionAndForms.as_view(), name="api_units"),
    path("units/<int:pk>/", units.UnitMemberAndForms.as_view(), name="api_unit"),
    path("units/<int:pk>/workbook/", workbooks.UnitWorkbookApi.as_view(), name="api_unit_workbook"),
    path(
        "units/<int:pk>/workbook/commit/",
        workbooks.UnitWorkbookCommitApi.as_view(),
        name="api_unit_workbook_commit",
    ),
    path("cases/", views.CaseList.as_view(), name="api_case_list"),
    path("cases/<int:pk>/", views.CaseDetail.as_view(), name="api_case_detail"),
    path("cases/<int:pk>/response/", views.CaseResponse.as_view(), name="api_case_response"),
    path("cases/<int:pk>/cells/", views.CaseCells.as_view(), name="api_case_cells"),
    path("cases/<int:pk>/submit/", views.CaseSubmit.as_view(), name="api_case_submit"),
    path(
        "cases/<int:pk>/submissions/", views.CaseSubmissions.as_view(), name="api_case_submissions"
    ),
    path("cases/<int:pk>/findings/", views.CaseFindings.as_view(), name="api_case_findings"),
    path("cases/<int:pk>/history/", views.CaseHistory.as_view(), name="api_case_history"),
    path("cases/<int:pk>/handovers/", handovers.CaseHandovers.as_view(), name="api_case_handovers"),
    path("cases/<int:pk>/notes/", notes.CaseNotes.as_view(), name="api_case_notes"),
    path("notes/<int:pk>/resolve/", notes.ThreadResolve.as_view(), name="api_note_resolve"),
    path(
        "findings/<int:pk>/explanation/",
        views.FindingExplanation.as_view(),
        name="api_finding_explanation",
    ),
    path("rules/", rules.RuleListApi.as_view(), name="api_rule_list"),
    path(
        "rules/<str:code>/<str:rule_id>/counts/",
        rules.RuleCountsApi.as_view(),
        name="api_rule_counts",
    ),
    path("corrections/", corrections.CorrectionListApi.as_view(), name="api_correction_list"),
    path(
        "cases/<int:pk>/corrections/",
        corrections.CaseCorrectionsApi.as_view(),
        name="api_case_corrections",
    ),
    path(
        "corrections/<int:pk>/decision/",
        corrections.CorrectionDecisionApi.as_view(),
        name="api_correction_decision",
    ),
    path("waivers/", waivers.WaiverListApi.as_view(), name="api_waiver_list"),
    path("cases/<int:pk>/waivers/", waivers.CaseWaiversApi.as_view(), name="api_case_waivers"),
    path(
        "waivers/<int:pk>/decisions/",
        waivers.WaiverDecisionsApi.as_view(),
        name="api_waiver_decisions",
    ),
    path(
        "explanations/duplicates/",
        explanations.ExplanationDuplicatesApi.as_view(),
        name="api_explanation_duplicates",
    ),
    path("jobs/", views.JobList.as_view(), name="api_job_list"),
    path("jobs/<int:pk>/", views.JobDetail.as_view(), name="api_job_detail"),
    path("jobs/<int:pk>/cancel/", views.JobCancel.as_view(), name="api_job_cancel"),
]
