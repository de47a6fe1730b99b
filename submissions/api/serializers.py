"""What the API of this app takes and gives. Taken strictly: unknown fields are refused."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import StrictSerializer
from accounts.api_fields import NO_CONTROL_CHARACTERS, IdentityField, NumberField, TextField
from submissions.answers import finding_answer, progress_answer
from submissions.enums import CaseStatus, FailureKind, JobKind, JobState, Level, Severity
from submissions.models import Case, EditFailure, Job, Response, Submission
from submissions.services.changes import CHANGES_AT_MOST, VALUE_LENGTH_AT_MOST

PAGE = 50
PAGE_AT_MOST = 200
LARGEST_ID = 2**63 - 1


# --- taken ------------------------------------------------------------------------------------
class PageQuery(StrictSerializer):
    """Keyset paging: the rows after the last one seen."""

    after = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_ID)
    limit = serializers.IntegerField(
        required=False, default=PAGE, min_value=1, max_value=PAGE_AT_MOST
    )


class CaseQuery(PageQuery):
    """Which cases to list."""

    unit = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    form_code = serializers.RegexField(r"^[A-Z0-9-]{1,12}$", required=False)
    status = serializers.ChoiceField(CaseStatus.choices, required=False)
    review_level = serializers.ChoiceField(Level.choices, required=False)
    division = serializers.RegexField(r"^[0-9]{2,12}$", required=False)
    is_owed = serializers.ChoiceField(["true", "false"], required=False)


class FindingQuery(PageQuery):
    """Which findings to list."""

    severity = serializers.ChoiceField(Severity.choices, required=False)


class JobQuery(PageQuery):
    """Which jobs to list."""

    state = serializers.ChoiceField(JobState.choices, required=False)


class HistoryQuery(StrictSerializer):
    """Which cell's history."""

    cell = serializers.RegexField(r"^[a-z0-9_]+(/[a-z0-9]+/[a-z0-9_]+)?$", max_length=160)


_CELL = {"type": "string", "minLength": 1, "maxLength": 160}
_ROW = {"type": "string", "pattern": "^[a-z0-9]{8}$"}


def _change_schema(op: str, **fields: dict[str, Any]) -> dict[str, Any]:
    properties = {"op": {"type": "string", "enum": [op]}, **fields}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@extend_schema_field(
    {
        "oneOf": [
            _change_schema(
                "set",
                cell=_CELL,
                value={
                    "type": "string",
                    "maxLength": VALUE_LENGTH_AT_MOST,
                    "pattern": NO_CONTROL_CHARACTERS,
                },
            ),
            _change_schema("add_row", group=_CELL, row=_ROW, after={**_ROW, "nullable": True}),
            _change_schema("remove_row", group=_CELL, row=_ROW),
        ]
    }
)
class ChangeField(serializers.Field[Any, Any, Any, Any]):
    """One change; the service checks it and says which cell is at fault."""

    def to_internal_value(self, data: Any) -> Any:
        """As it is."""
        return data


class SaveQuery(StrictSerializer):
    """One save."""

    save_id = IdentityField(help_text="Made by the client; the same save sent again is stored once")
    base_version = NumberField(min_value=0, help_text="The version the changes were made on")
    device = TextField(required=False, default="", allow_blank=True, max_length=100)
    changes = serializers.ListField(child=ChangeField(), min_length=1, max_length=CHANGES_AT_MOST)


class SubmitQuery(StrictSerializer):
    """What the person saw when submitting."""

    base_version = NumberField(min_value=0, required=False)


class ExplainQuery(StrictSerializer):
    """The explanation of a soft finding."""

    text = TextField(max_length=1000, multiline=True)


class NothingQuery(StrictSerializer):
    """An act that takes no further word."""


# --- given ------------------------------------------------------------------------------------
class ProgressAnswer(serializers.Serializer[Any]):
    """How far a form is."""

    filled = serializers.IntegerField()
    required = serializers.IntegerField()  # type: ignore[assignment]  # a field's own attribute
    missing = serializers.IntegerField()
    hard = serializers.IntegerField()
    soft_open = serializers.IntegerField()


class CaseAnswer(serializers.ModelSerializer[Case]):
    """A case and where it stands."""

    exercise = serializers.CharField(source="exercise.code")
    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    review_level = serializers.ChoiceField([*Level.choices, ("", "")])
    owed_reason = serializers.DictField(child=serializers.CharField())
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = (
            "id",
            "exercise",
            "unit",
            "unit_code",
            "unit_name",
            "form_code",
            "instrument_version",
            "division_code",
            "status",
            "review_level",
            "is_owed",
            "owed_reason",
            "opened_at",
            "submitted_at",
            "finalised_at",
            "due_on",
            "updated_at",
            "progress",
        )
        read_only_fields = fields

    @extend_schema_field(ProgressAnswer)
    def get_progress(self, case: Case) -> dict[str, int]:
        """The counters."""
        return progress_answer(case)


class CasePage(serializers.Serializer[Any]):
    """A page of cases; `next` is the `after` of the next page, null on the last."""

    results = CaseAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class FindingAnswer(serializers.Serializer[EditFailure]):
    """A finding that stands."""

    id = serializers.IntegerField()
    rule = serializers.CharField()
    kind = serializers.ChoiceField(FailureKind.choices)
    severity = serializers.ChoiceField(Severity.choices)
    row = serializers.CharField(allow_blank=True)
    cells = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()
    explanation = serializers.CharField(allow_blank=True)
    waived_until = serializers.DateField(
        allow_null=True, help_text="The last day of the waiver that sets it aside; null for none"
    )

    def to_representation(self, instance: EditFailure) -> dict[str, Any]:
        """The same shape as in the answer to a save."""
        return finding_answer(instance)


class FindingPage(serializers.Serializer[Any]):
    """A page of findings."""

    results = FindingAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class ResponseAnswer(serializers.Serializer[Response]):
    """The working answers: values in force, rows, and the provenance of every value."""

    case = serializers.IntegerField(source="case_id")
    version = serializers.IntegerField()
    values = serializers.DictField(child=serializers.CharField(allow_blank=True))
    rows = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    cells = serializers.DictField(child=serializers.DictField())
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Response) -> dict[str, Any]:
        """Computed once."""
        plain = instance.plain()
        return {
            "case": instance.case_id,
            "version": instance.version,
            "values": plain["values"],
            "rows": plain["rows"],
            "cells": instance.cells,
            "updated_at": serializers.DateTimeField().to_representation(instance.updated_at),
        }


class SaveAnswer(serializers.Serializer[Any]):
    """The answer to a save."""

    version = serializers.IntegerField()
    cells = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        help_text="What others have changed since the base version",
    )
    rows = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    findings = FindingAnswer(many=True)
    progress = ProgressAnswer()


class SubmissionAnswer(serializers.ModelSerializer[Submission]):
    """A frozen copy and its receipt."""

    class Meta:
        model = Submission
        fields = (
            "id",
            "case",
            "number",
            "instrument_version",
            "response_version",
            "hash",
            "receipt_code",
            "submitted_at",
            "submitted_by",
        )
        read_only_fields = fields


class CellChangeAnswer(serializers.Serializer[Any]):
    """One line of a cell's history."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor_name = serializers.CharField()
    device = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class JobAnswer(serializers.ModelSerializer[Job]):
    """A job and how far it is."""

    kind = serializers.ChoiceField(JobKind.choices)
    state = serializers.ChoiceField(JobState.choices)
    percent = serializers.IntegerField()
    is_cancel_requested = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "division_code",
            "requested_by",
            "state",
            "percent",
            "progress_done",
            "progress_total",
            "message",
            "result_name",
            "error",
            "created_at",
            "started_at",
            "finished_at",
            "is_cancel_requested",
        )
        read_only_fields = fields

    def get_is_cancel_requested(self, job: Job) -> bool:
        """Whether somebody asked it to stop."""
        return job.cancel_requested_at is not None


class JobPage(serializers.Serializer[Any]):
    """A page of jobs, newest first."""

    results = JobAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)
