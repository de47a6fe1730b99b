"""What the API of notes takes and gives."""

from typing import Any

from rest_framework import serializers

from accounts.api import StrictSerializer
from accounts.api_fields import NumberField, TextField
from submissions.services.notes import NOTE_LENGTH_AT_MOST


class NoteQuery(StrictSerializer):
    """One note: in a new thread at `cell`, or in the thread named."""

    text = TextField(multiline=True, max_length=NOTE_LENGTH_AT_MOST)
    cell = TextField(required=False, default="", allow_blank=True, max_length=160)
    thread = NumberField(required=False, default=None, allow_null=True, min_value=1)


class NoteAnswer(serializers.Serializer[Any]):
    """One entry."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    written_at = serializers.DateTimeField()
    written_by = serializers.IntegerField(source="written_by_id")
    written_by_name = serializers.CharField(source="written_by.full_name")
    mentions = serializers.ListField(child=serializers.IntegerField())


class ThreadAnswer(serializers.Serializer[Any]):
    """A thread with its entries, oldest first."""

    id = serializers.IntegerField()
    cell = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    opened_by = serializers.IntegerField(source="opened_by_id")
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.IntegerField(source="resolved_by_id", allow_null=True)
    notes = NoteAnswer(source="notes.all", many=True)
