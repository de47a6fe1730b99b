"""The background job that brings a snapshot up to date."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.exceptions import Missing
from accounts.models import User
from submissions.enums import FactBasis, JobKind
from submissions.facts.refreshing import facts_refresh
from submissions.jobs import job_running, job_start
from submissions.models import CollectionExercise, Job

NATION = "0" * 12


def fact_snapshot_start(
    *, actor: User, exercise: CollectionExercise, basis: FactBasis = FactBasis.WORKING
) -> Job:
    """Ask for a refresh; one that waits or runs already is that one. Raises NotAllowed."""
    return job_start(
        kind=JobKind.FACT_SNAPSHOT,
        parameters={"exercise": exercise.pk, "basis": str(basis)},
        actor=actor,
        division_code=NATION,
    )


def fact_snapshot_job(job_id: int) -> None:
    """Run the job. Parameters: `exercise`, `basis`. Run again, it reads only what is new."""
    with job_running(job_id) as running:
        parameters = running.job.parameters
        exercise = CollectionExercise.objects.filter(pk=parameters["exercise"]).first()
        if exercise is None:
            raise Missing(_("没有这个普查阶段。"))
        refresh = facts_refresh(
            exercise=exercise,
            basis=FactBasis(parameters["basis"]),
            progress=lambda done, total: running.progress(done, total, _("正在更新分析数据")),
        )
        forms = len(refresh.manifest.forms)
        running.progress(
            forms,
            forms,
            _("分析数据已更新，读取普查表 %(count)d 份。") % {"count": refresh.read},
        )
