"""Collection exercises: one round of the census each."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from audit.enums import AuditAction
from audit.services import audit_record
from submissions.enums import ExerciseStatus, Level
from submissions.models import CollectionExercise
from submissions.phase_enums import ExerciseKind

ALL_LEVELS = tuple(Level)


@transaction.atomic
def exercise_create(  # noqa: PLR0913  the fields of an exercise
    *,
    actor: User | None,
    code: str,
    name: str,
    standard_time: datetime,
    levels: tuple[Level, ...] = ALL_LEVELS,
    due_on: date | None = None,
    kind: ExerciseKind = ExerciseKind.REAL,
    requires_signature: bool = False,
) -> CollectionExercise:
    """Open an exercise. `actor` None is the operator at the command line (first installation).

    Raises `NotAllowed`, `Invalid` for levels out of order, `Conflict` where the code is taken.
    """
    if actor is not None and not actor.has_perm(Permission.INSTRUMENT_PUBLISH, Place("")):
        raise NotAllowed(_("只有国家普查办公室可以建立普查阶段。"))
    order = [level for level in Level if level in levels]
    if not levels or list(levels) != order:
        raise Invalid(_("审核层级应从低到高排列，且不能为空。"), code="invalid_levels")
    if CollectionExercise.objects.filter(code=code).exists():
        raise Conflict(_("这个普查阶段编号已经存在。"), code="exercise_exists")
    exercise = CollectionExercise.objects.create(
        code=code,
        name=name,
        standard_time=standard_time,
        levels=list(levels),
        status=ExerciseStatus.OPEN,
        due_on=due_on,
        kind=kind,
        requires_signature=requires_signature,
    )
    audit_record(
        action=AuditAction.EXERCISE_CREATED,
        actor=actor,
        subject=exercise,
        detail={"code": code, "levels": [str(level) for level in levels]},
    )
    return exercise
