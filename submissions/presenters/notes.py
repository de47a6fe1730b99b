"""Threads of notes as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from instruments.selectors import definition_data
from submissions.models import Case, Note, NoteThread, Response
from submissions.presenters.form import FormPresenter


@dataclass(frozen=True)
class ThreadPresenter:
    """A thread and the name of its cell: 10 年运行小时（设施 2）."""

    thread: NoteThread
    place: str

    @property
    def latest(self) -> Note:
        """The newest entry, of those that were fetched with the thread."""
        return list(self.thread.notes.all())[-1]

    @classmethod
    def all_of(cls, case: Case, threads: Iterable[NoteThread]) -> list[ThreadPresenter]:
        """The threads of one form. One query for the names of rows."""
        form = _form(case, Response.objects.get(case=case).plain())
        return [cls(thread, form.place(thread.cell) if thread.cell else "") for thread in threads]

    @classmethod
    def of_many(cls, threads: Iterable[NoteThread]) -> list[ThreadPresenter]:
        """Threads of several forms; rows are named in the form itself, not here."""
        nothing: dict[str, Any] = {"values": {}, "rows": {}}
        return [
            cls(thread, _form(thread.case, nothing).place(thread.cell) if thread.cell else "")
            for thread in threads
        ]


def _form(case: Case, answers: dict[str, Any]) -> FormPresenter:
    return FormPresenter(definition_data(case.instrument_version_id), answers)
