"""The background job that opens the cases of a training exercise's new round."""

from django.utils.translation import gettext as _

from registry.models import Unit
from submissions.jobs import job_running
from submissions.models import Case, CollectionExercise
from submissions.services.opening_many import cases_open_in

STEP = 500


def training_reset_job(job_id: int) -> None:
    """Run the job. Parameters: `before` and `after`, the rounds. Delivered again it goes on."""
    with job_running(job_id) as running:
        before = running.job.parameters["before"]
        after = CollectionExercise.objects.get(pk=running.job.parameters["after"])
        units = Case.objects.filter(exercise_id=before).order_by("unit_id")
        keys = list(units.values_list("unit_id", flat=True).distinct())
        for start in range(0, len(keys), STEP):
            running.progress(start, len(keys), _("正在下达普查表"))
            fresh = Unit.objects.filter(pk__in=keys[start : start + STEP])
            cases_open_in(exercise=after, units=fresh, actor=running.job.requested_by)
        running.progress(len(keys), len(keys), _("新一轮练习已开始。"))
