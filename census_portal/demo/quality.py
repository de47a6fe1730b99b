"""A drawn quality sample for the demonstration: one check done, one compared, the rest to be made."""

import time
import uuid
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from review.models import QualityCheck
from review.quality.selectors import is_independent
from review.quality.services.checking import check_answer, check_open, check_save
from review.quality.services.sampling import sample_draw, sample_freeze
from submissions.models import CollectionExercise

SOURCE = "演示：双色球第 2018058 期开奖号码"
VALUE = "02 07 11 18 25 31 + 09"
PUBLIC_AFTER = timedelta(seconds=5)
CHECKED = 2


def sample_show(*, exercise_code: str, division_code: str, office: User, checker: User) -> int:
    """Freeze, wait for the agreed moment, draw, and check two forms. Returns how many were drawn."""
    sample = sample_freeze(
        actor=office,
        exercise=CollectionExercise.objects.get(code=exercise_code),
        division_code=division_code,
        source=SOURCE,
        at=timezone.now() + PUBLIC_AFTER,
    )
    time.sleep(max(0.0, (sample.public_at - timezone.now()).total_seconds()))
    sample = sample_draw(actor=office, sample_id=sample.pk, value=VALUE)
    forms = sample.checks.filter(case__isnull=False).select_related("submission", "case", "unit")
    free = (check for check in forms.order_by("pk") if is_independent(checker, check))
    for _number, check in zip(range(CHECKED), free, strict=False):
        _answer(check, checker)
    return sample.checks.count()


def _answer(check: QualityCheck, checker: User) -> None:
    """The same answers, but for one figure; repeat groups are left for the visitor to see."""
    assert check.submission is not None  # noqa: S101  of a form
    values = {k: v for k, v in check.submission.document["values"].items() if "/" not in k}
    figures = [k for k, v in values.items() if v.replace(".", "").isdecimal() and len(v) > 2]
    if figures:
        values[figures[-1]] = str(int(float(values[figures[-1]]) * 1.3))
    check_open(actor=checker, check_id=check.pk)
    check_save(
        actor=checker,
        check_id=check.pk,
        save_id=uuid.uuid4(),
        base_version=1,
        changes=[{"op": "set", "cell": k, "value": v} for k, v in values.items()],
    )
    check_answer(actor=checker, check_id=check.pk)
