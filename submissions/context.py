"""The exercise at the head of every page."""

from django.core.cache import cache
from django.http import HttpRequest

from submissions.models.exercise import MARKS
from submissions.phase_enums import ExerciseKind
from submissions.phase_selectors import exercise_shown

CACHE_KEY = "exercise-shown"
CACHE_SECONDS = 60


def exercise(request: HttpRequest) -> dict[str, object]:
    """Name of the running exercise and what it is for; a query or two a minute at most.

    `mark` is what every page of an exercise that is not the real one says.
    """
    shown = cache.get(CACHE_KEY)
    if shown is None:
        found = exercise_shown()
        shown = {"name": found.name, "kind": found.kind} if found and found.status == "open" else {}
        cache.set(CACHE_KEY, shown, CACHE_SECONDS)
    kind = ExerciseKind(shown.get("kind", ExerciseKind.REAL))
    return {"exercise": {**shown, "mark": MARKS.get(kind, ""), "kind_name": kind.label}}
