"""Routes of the app's pages. A unit's page is here because it shows the unit's forms."""

from django.urls import path

from submissions.views.accounting import CaseAccount, CaseBasis
from submissions.views.anchors import AnchorDetail, AnchorList, AnchorPdf
from submissions.views.areas import Areas, UnitSamples
from submissions.views.audit import (
    AuditEventDetail,
    AuditExport,
    AuditList,
    AuditReads,
    UnitConfidentiality,
    UnitReads,
)
from submissions.views.batch_runs import BatchRunDetail, BatchRunFindings, BatchRuns
from submissions.views.cells import CaseCells, FailureExplain
from submissions.views.coefficients import (
    CoefficientEnforce,
    CoefficientImpactDetail,
    CoefficientVersionList,
)
from submissions.views.corrections import (
    CorrectionDecide,
    CorrectionDetail,
    CorrectionList,
    CorrectionNew,
)
from submissions.views.cross_checks import CrossChecks
from submissions.views.deadlines import (
    CalendarDaySet,
    DeadlineList,
    DeadlineSet,
    ExtensionDecide,
    ExtensionRequest,
)
from submissions.views.division_changes import DivisionChangeDetail, DivisionChangeList
from submissions.views.entering import (
    UnitAmendAndDerive,
    UnitRegisterAndDerive,
    UnitVerifyAndDerive,
)
from submissions.views.explanations import ExplanationDuplicates, ExplanationUses
from submissions.views.filling import CaseFill, CaseFormSave
from submissions.views.form_changes import ChangeDetail, ChangeEdit, ChangeList, ChangeNew
from submissions.views.frame_changes import (
    FrameBirthNew,
    FrameChangeDetail,
    FrameChangeFile,
    FrameChangeList,
    FrameChangeNew,
)
from submissions.views.handovers import CaseHandovers
from submissions.views.jobs import (
    FrameLoad,
    FrameTemplate,
    JobCancel,
    JobDetail,
    JobList,
    JobProgress,
    JobResult,
)
from submissions.views.local_items import LocalDetail, LocalList
from submissions.views.notes import CaseNotes, NoteList, ThreadResolve
from submissions.views.phases import PhaseList, PhaseMoveView, PhasesPlan
from submissions.views.practice import (
    PracticeAttemptPage,
    PracticeCells,
    PracticeFinish,
    PracticeList,
    PracticeRecords,
)
from submissions.views.printing import CasePrint, UnitPrint
from submissions.views.register_freezing import RegisterFreezeStart
from submissions.views.rules import RuleDetail, RuleFindings, RuleList, RuleMeasure
from submissions.views.source_lists import SourceListDetail, SourceLists
from submissions.views.submitting import CaseReceipt, CaseSubmit
from submissions.views.two_person import TwoPersonDecide, TwoPersonDetail, TwoPersonList
from submissions.views.unit_workbooks import UnitWorkbook, UnitWorkbookCommit, UnitWorkbookFile
from submissions.views.units import UnitDerive, UnitDetail
from submissions.views.unusual_acts import CaseUnusualActs, UnusualActs
from submissions.views.waivers import WaiverDecide, WaiverDetail, WaiverList, WaiverRequest
from submissions.views.work import CaseList, Home
from submissions.views.workbooks import CaseWorkbook, CaseWorkbookCommit, CaseWorkbookUpload

urlpatterns = [
    path("cases/<int:pk>/workbook/", CaseWorkbook.as_view(), name="case_workbook"),
    path(
        "cases/<int:pk>/workbook/upload/",
        CaseWorkbookUpload.as_view(),
        name="case_workbook_upload",
    ),
    path(
        "cases/<int:pk>/workbook/commit/",
        CaseWorkbookCommit.as_view(),
        name="case_workbook_commit",
    ),
    path("source-lists/", SourceLists.as_view(), name="source_lists"),
    path("source-lists/<int:pk>/", SourceListDetail.as_view(), name="source_list"),
    path("units/freeze/", RegisterFreezeStart.as_view(), name="register_freeze"),
    path("division-changes/", DivisionChangeList.as_view(), name="division_changes"),
    path("division-changes/<int:pk>/", DivisionChangeDetail.as_view(), name="division_change"),
    path("frame-changes/", FrameChangeList.as_view(), name="frame_changes"),
    path("frame-changes/new/", FrameBirthNew.as_view(), name="frame_birth_new"),
    path("frame-changes/<int:pk>/", FrameChangeDetail.as_view(), name="frame_change"),
    path("frame-changes/<int:pk>/file/", FrameChangeFile.as_view(), name="frame_change_file"),
    path("units/<int:pk>/change/", FrameChangeNew.as_view(), name="frame_change_new"),
    path("units/<int:pk>/verify/", UnitVerifyAndDerive.as_view(), name="unit_verify"),
    path("", Home.as_view(), name="home"),
    path("cases/", CaseList.as_view(), name="case_list"),
    path("cases/<int:pk>/", CaseFill.as_view(), name="case_fill"),
    path("cases/<int:pk>/cells/", CaseCells.as_view(), name="case_cells"),
    path("cases/<int:pk>/save/", CaseFormSave.as_view(), name="case_form_save"),
    path("cases/<int:pk>/submit/", CaseSubmit.as_view(), name="case_submit"),
    path("cases/<int:pk>/print/", CasePrint.as_view(), name="case_print"),
    path("cases/<int:pk>/receipt/", CaseReceipt.as_view(), name="case_receipt"),
    path("cases/<int:pk>/receipt/<int:number>/", CaseReceipt.as_view(), name="case_receipt"),
    path("cases/<int:pk>/handovers/", CaseHandovers.as_view(), name="case_handovers"),
    path("cases/<int:pk>/notes/", CaseNotes.as_view(), name="case_notes"),
    path("cases/<int:pk>/account/", CaseAccount.as_view(), name="case_account"),
    path("cases/<int:pk>/basis/", CaseBasis.as_view(), name="case_basis"),
    path(
        "coefficients/versions/", CoefficientVersionList.as_view(), name="coefficient_version_list"
    ),
    path(
        "coefficients/versions/<int:number>/impact/",
        CoefficientImpactDetail.as_view(),
        name="coefficient_impact",
    ),
    path(
        "coefficients/versions/<int:number>/enforce/",
        CoefficientEnforce.as_view(),
        name="coefficient_enforce",
    ),
    path("changes/", ChangeList.as_view(), name="change_list"),
    path("changes/new/", ChangeNew.as_view(), name="change_new"),
    path("changes/<int:pk>/", ChangeDetail.as_view(), name="change_detail"),
    path("changes/<int:pk>/edit/", ChangeEdit.as_view(), name="change_edit"),
    path("batch-editing/", BatchRuns.as_view(), name="batch_runs"),
    path("batch-editing/<int:pk>/", BatchRunDetail.as_view(), name="batch_run"),
    path("batch-editing/<int:pk>/findings/", BatchRunFindings.as_view(), name="batch_findings"),
    path("cross-checks/", CrossChecks.as_view(), name="cross_checks"),
    path("practice/", PracticeList.as_view(), name="practice_list"),
    path("practice/records/", PracticeRecords.as_view(), name="practice_records"),
    path("practice/<int:pk>/", PracticeAttemptPage.as_view(), name="practice_attempt"),
    path("practice/<int:pk>/cells/", PracticeCells.as_view(), name="practice_cells"),
    path("practice/<int:pk>/finish/", PracticeFinish.as_view(), name="practice_finish"),
    path("local-items/", LocalList.as_view(), name="local_list"),
    path("local-items/<str:code>/<str:division>/", LocalDetail.as_view(), name="local_detail"),
    path("notes/", NoteList.as_view(), name="note_list"),
    path("notes/<int:pk>/resolve/", ThreadResolve.as_view(), name="note_thread_resolve"),
    path("cases/<int:pk>/waivers/new/", WaiverRequest.as_view(), name="waiver_request"),
    path("rules/", RuleList.as_view(), name="rule_list"),
    path("rules/<str:code>/<str:rule_id>/", RuleDetail.as_view(), name="rule_detail"),
    path("rules/<str:code>/<str:rule_id>/measure/", RuleMeasure.as_view(), name="rule_measure"),
    path("rules/<str:code>/<str:rule_id>/findings/", RuleFindings.as_view(), name="rule_findings"),
    path("waivers/", WaiverList.as_view(), name="waiver_list"),
    path("waivers/<int:pk>/", WaiverDetail.as_view(), name="waiver_detail"),
    path("waivers/<int:pk>/decide/", WaiverDecide.as_view(), name="waiver_decide"),
    path("findings/<int:pk>/explain/", FailureExplain.as_view(), name="failure_explain"),
    path(
        "explanations/duplicates/", ExplanationDuplicates.as_view(), name="explanation_duplicates"
    ),
    path("explanations/uses/", ExplanationUses.as_view(), name="explanation_uses"),
    path("units/new/", UnitRegisterAndDerive.as_view(), name="unit_register"),
    path("units/<int:pk>/amend/", UnitAmendAndDerive.as_view(), name="unit_amend"),
    path("units/<int:pk>/", UnitDetail.as_view(), name="unit_detail"),
    path("units/<int:pk>/print/", UnitPrint.as_view(), name="unit_print"),
    path("units/<int:pk>/derive/", UnitDerive.as_view(), name="unit_derive"),
    path("units/<int:pk>/samples/", UnitSamples.as_view(), name="unit_samples"),
    path("units/<int:pk>/workbook/", UnitWorkbook.as_view(), name="unit_workbook"),
    path("units/<int:pk>/workbook/file/", UnitWorkbookFile.as_view(), name="unit_workbook_file"),
    path(
        "units/<int:pk>/workbook/commit/",
        UnitWorkbookCommit.as_view(),
        name="unit_workbook_commit",
    ),
    path("units/<int:pk>/reads/", UnitReads.as_view(), name="unit_reads"),
    path(
        "units/<int:pk>/confidentiality/",
        UnitConfidentiality.as_view(),
        name="unit_confidentiality",
    ),
    path("audit/", AuditList.as_view(), name="audit_list"),
    path("audit/<int:pk>/", AuditEventDetail.as_view(), name="audit_event"),
    path("audit/reads/", AuditReads.as_view(), name="audit_reads"),
    path("audit/export/", AuditExport.as_view(), name="audit_export"),
    path("anchors/", AnchorList.as_view(), name="anchor_list"),
    path("anchors/<str:day>/", AnchorDetail.as_view(), name="anchor_detail"),
    path("anchors/<str:day>/pdf/", AnchorPdf.as_view(), name="anchor_pdf"),
    path("areas/", Areas.as_view(), name="areas"),
    path("frame/load/", FrameLoad.as_view(), name="frame_load"),
    path("frame/template/", FrameTemplate.as_view(), name="frame_template"),
    path("phases/", PhaseList.as_view(), name="phase_list"),
    path("phases/<int:pk>/move/", PhaseMoveView.as_view(), name="phase_move"),
    path("phases/plan/<str:code>/", PhasesPlan.as_view(), name="phases_plan"),
    path("deadlines/", DeadlineList.as_view(), name="deadline_list"),
    path("deadlines/set/", DeadlineSet.as_view(), name="deadline_set"),
    path("deadlines/calendar/", CalendarDaySet.as_view(), name="calendar_day_set"),
    path("deadlines/extensions/", ExtensionRequest.as_view(), name="extension_request"),
    path("deadlines/extensions/<int:pk>/", ExtensionDecide.as_view(), name="extension_decide"),
    path("two-person/", TwoPersonList.as_view(), name="two_person_list"),
    path("two-person/<int:pk>/", TwoPersonDetail.as_view(), name="two_person_detail"),
    path("two-person/<int:pk>/decide/", TwoPersonDecide.as_view(), name="two_person_decide"),
    path("corrections/", CorrectionList.as_view(), name="correction_list"),
    path("corrections/<int:pk>/", CorrectionDetail.as_view(), name="correction_detail"),
    path("corrections/<int:pk>/decide/", CorrectionDecide.as_view(), name="correction_decide"),
    path("cases/<int:pk>/corrections/new/", CorrectionNew.as_view(), name="correction_new"),
    path("unusual-acts/", UnusualActs.as_view(), name="unusual_acts"),
    path("cases/<int:pk>/unusual-acts/", CaseUnusualActs.as_view(), name="case_unusual_acts"),
    path("jobs/", JobList.as_view(), name="job_list"),
    path("jobs/<int:pk>/", JobDetail.as_view(), name="job_detail"),
    path("jobs/<int:pk>/progress/", JobProgress.as_view(), name="job_progress"),
    path("jobs/<int:pk>/result/", JobResult.as_view(), name="job_result"),
    path("jobs/<int:pk>/cancel/", JobCancel.as_view(), name="job_cancel"),
]
