"""An export as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from submissions.enums import JobState
from submissions.models import Job
from summaries.models import DataExport
from summaries.presenters import level_words


def time_left(job: Job) -> timedelta | None:
    """How long a running job will take at its speed so far; None where that is not known yet."""
    if job.state != JobState.RUNNING or not job.progress_done or job.started_at is None:
        return None
    spent = timezone.now() - job.started_at
    left = spent * (job.progress_total - job.progress_done) / job.progress_done
    return timedelta(seconds=max(round(left.total_seconds()), 0))


@dataclass(frozen=True)
class ExportPresenter:
    """One export, its job and its manifest."""

    export: DataExport

    @property
    def data(self) -> str:
        """Which data it holds."""
        level = self.export.approval_level
        return level_words(level) if level else _("填报中的数据")

    @property
    def forms(self) -> str:
        """The forms, shortened where they are many."""
        codes = self.export.form_codes
        told = _("、").join(codes[:4])
        return (
            told
            if len(codes) <= 4
            else _("%(codes)s 等 %(n)d 张") % {"codes": told, "n": len(codes)}
        )

    @property
    def counted(self) -> int:
        """How many forms were written."""
        manifest = self.export.manifest or {"parts": []}
        return sum(part["counted"] for part in manifest["parts"])

    @property
    def time_left(self) -> str:
        """The time a running job still needs, in words."""
        left = time_left(self.export.job)
        if left is None:
            return ""
        minutes, seconds = divmod(int(left.total_seconds()), 60)
        if minutes:
            return _("约还需 %(minutes)d 分 %(seconds)d 秒") % {
                "minutes": minutes,
                "seconds": seconds,
            }
        return _("约还需 %(seconds)d 秒") % {"seconds": seconds}

    @property
    def is_ready(self) -> bool:
        """Whether the file may be taken away."""
        return bool(self.export.path)
