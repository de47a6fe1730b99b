"""What a reviewer types: the filter of the queue, and the return form with its questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict

from review.queue_order import OLDEST_FIRST, ORDERS
from review.selectors import QueueFilter
from review.services import QUERIES_AT_MOST, Question
from submissions.division_filter import division_read, significant

_FORM = re.compile(r"[A-Z0-9-]{1,12}")
_QUERY = re.compile(r"query-([0-9]{1,4})-text")


def queue_filter(asked: Mapping[str, str]) -> QueueFilter:
    """From a query string; what makes no sense counts as not asked."""
    form = asked.get("form", "").strip().upper()
    return QueueFilter(
        form_code=form if _FORM.fullmatch(form) else "",
        division=significant(division_read(asked.get("division", ""))),
        has_explanations=asked.get("explained") == "1",
        name=asked.get("q", "").replace("\x00", "").strip()[:100],
        claimed=asked.get("claimed", "") if asked.get("claimed") in {"mine", "free"} else "",
        is_overdue=asked.get("overdue") == "1",
        order=asked.get("order", "") if asked.get("order") in ORDERS else OLDEST_FIRST.name,
    )


def filter_query(narrowed: QueueFilter) -> str:
    """The query string of a filter, to carry it from page to page."""
    query = {
        "form": narrowed.form_code,
        "division": narrowed.division,
        "explained": "1" if narrowed.has_explanations else "",
        "q": narrowed.name,
        "claimed": narrowed.claimed,
        "overdue": "1" if narrowed.is_overdue else "",
        "order": narrowed.order if narrowed.order != OLDEST_FIRST.name else "",
    }
    return urlencode({key: value for key, value in query.items() if value})


@dataclass(frozen=True)
class DecisionForm:
    """The posted decision; blank question rows are left out."""

    submission_id: int | None = None
    reason_codes: tuple[str, ...] = ()
    note: str = ""
    questions: tuple[Question, ...] = field(default_factory=tuple)

    @classmethod
    def read(cls, posted: QueryDict) -> DecisionForm:
        """From a plain form post."""
        submission = posted.get("submission", "")
        numbers = sorted(int(found[1]) for name in posted if (found := _QUERY.fullmatch(name)))
        questions = [
            Question(posted.get(f"query-{n}-cell", "").strip(), posted.get(f"query-{n}-text", ""))
            for n in numbers[: QUERIES_AT_MOST + 1]
        ]
        return cls(
            submission_id=int(submission)
            if submission.isdecimal() and len(submission) < 19
            else None,
            reason_codes=tuple(posted.getlist("reason")),
            note=posted.get("note", ""),
            questions=tuple(q for q in questions if q.text.strip() or q.cell),
        )

    def with_one_more(self, cell: str = "") -> DecisionForm:
        """With a blank question at the end (the button of a browser without scripts)."""
        return DecisionForm(
            self.submission_id, self.reason_codes, self.note, (*self.questions, Question(cell, ""))
        )
