"""The exercise at the head of every page."""

from django.core.cache import cache
from django.http import HttpRequest

from submissions.enums import ExerciseStatus
from submissions.models import CollectionExercise

CACHE_KEY = "exercise-shown"
CACHE_SECONDS = 60


def exercise(request: HttpRequest) -> dict[str, object]:
    """Name of the running exercise and whether it is a demonstration; a query a minute at most."""
    shown = cache.get(CACHE_KEY)
    if shown is None:
        found = CollectionExercise.objects.filter(status=ExerciseStatus.OPEN).order_by("-pk")
        shown = found.values("name", "is_demo").first() or {}
        cache.set(CACHE_KEY, shown, CACHE_SECONDS)
    return {"exercise": shown}
