"""Services of the submissions app: the only writers of its tables."""

from submissions.services import closing_many, training  # noqa: F401  they register their acts
from submissions.services.accounting import values_derive, values_derive_again
from submissions.services.areas import areas_open
from submissions.services.coefficients_in_force import coefficients_enforce, impact_request
from submissions.services.corrections import ProposedChange, correction_decide, correction_request
from submissions.services.deriving import cases_derive
from submissions.services.exercises import exercise_create
from submissions.services.explanations import failure_explain
from submissions.services.extensions import extension_decide, extension_request
from submissions.services.form_changes import (
    additions_apply,
    change_amend,
    change_apply_again,
    change_draft,
    change_publish,
    change_weigh,
    change_withdraw,
)
from submissions.services.handing_over import case_hand_over
from submissions.services.measuring import rule_measure
from submissions.services.notes import note_write, thread_resolve
from submissions.services.opening import case_open
from submissions.services.phases import calendar_day_set, deadline_set, phase_move, phases_plan
from submissions.services.practising import practice_begin, practice_finish, practice_save
from submissions.services.saving import SaveResult, response_save
from submissions.services.submitting import case_submit
from submissions.services.two_person import two_person_decide, two_person_request
from submissions.services.waivers import waiver_decide, waiver_request

__all__ = [
    "ProposedChange",
    "SaveResult",
    "additions_apply",
    "areas_open",
    "calendar_day_set",
    "case_hand_over",
    "case_open",
    "case_submit",
    "cases_derive",
    "change_amend",
    "change_apply_again",
    "change_draft",
    "change_publish",
    "change_weigh",
    "change_withdraw",
    "coefficients_enforce",
    "correction_decide",
    "correction_request",
    "deadline_set",
    "exercise_create",
    "extension_decide",
    "extension_request",
    "failure_explain",
    "impact_request",
    "note_write",
    "phase_move",
    "phases_plan",
    "practice_begin",
    "practice_finish",
    "practice_save",
    "response_save",
    "rule_measure",
    "thread_resolve",
    "two_person_decide",
    "two_person_request",
    "values_derive",
    "values_derive_again",
    "waiver_decide",
    "waiver_request",
]
