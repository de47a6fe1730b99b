"""The API of notes beside a cell."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from accounts.api import ScopedApiView
from accounts.enums import Permission
from submissions.api import serializers as shapes
from submissions.api.note_serializers import NoteQuery, ThreadAnswer
from submissions.api.views import asked
from submissions.models import Case, NoteThread
from submissions.note_selectors import threads_of
from submissions.services import note_write, thread_resolve


class CaseNotes(ScopedApiView):
    """The threads of notes of a case."""

    permission_required = Permission.CASE_VIEW

    @extend_schema(operation_id="case_notes_list", responses=ThreadAnswer(many=True))
    def get(self, request: Request, pk: int) -> Answer:
        """Open threads first. Three queries whatever the number of notes."""
        case = self.load(Case.objects.all(), pk=pk)
        return Answer(ThreadAnswer(threads_of(case), many=True).data)

    @extend_schema(
        operation_id="case_notes_write", request=NoteQuery, responses={201: ThreadAnswer}
    )
    def post(self, request: Request, pk: int) -> Answer:
        """Begin a thread at a cell, or go on with the one named; a settled one is open again."""
        case = self.load(Case.objects.all(), pk=pk)
        query = asked(NoteQuery, request.data)
        note = note_write(
            case_id=case.pk,
            actor=self.actor,
            text=query["text"],
            cell=query["cell"],
            thread_id=query["thread"],
        )
        thread = threads_of(case).get(pk=note.thread_id)
        return Answer(ThreadAnswer(thread).data, status=201)


class ThreadResolve(ScopedApiView):
    """Settling a thread."""

    permission_required = Permission.NOTE_WRITE

    @extend_schema(request=shapes.NothingQuery, responses=ThreadAnswer)
    def post(self, request: Request, pk: int) -> Answer:
        """Call the thread settled. 409 where it is already."""
        thread = self.load(NoteThread.objects.select_related("case"), pk=pk)
        asked(shapes.NothingQuery, request.data)
        thread = thread_resolve(thread_id=thread.pk, actor=self.actor)
        return Answer(ThreadAnswer(threads_of(thread.case).get(pk=thread.pk)).data)
