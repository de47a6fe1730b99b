"""Collection exercises for tests."""

from __future__ import annotations

import datetime as dt

from submissions.enums import Level
from submissions.models import CollectionExercise
from submissions.services import exercise_create

TIME_ZONE = dt.timezone(dt.timedelta(hours=8))


def make_exercise(
    code: str = "nps2", *, levels: tuple[Level, ...] = tuple(Level)
) -> CollectionExercise:
    """The second national census, or another; the one that is there already if there is one."""
    existing = CollectionExercise.objects.filter(code=code).first()
    return existing or exercise_create(
        actor=None,
        code=code,
        name="第二次全国污染源普查",
        standard_time=dt.datetime(2017, 12, 31, 23, 59, 59, tzinfo=TIME_ZONE),
        levels=levels,
    )
