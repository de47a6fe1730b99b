"""An export as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from summaries.models import DataExport
from summaries.presenters import level_words


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
        left = self.export.job.seconds_left
        if left is None:
            return ""
        minutes, seconds = divmod(left, 60)
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
