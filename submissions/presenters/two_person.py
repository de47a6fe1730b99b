"""What a request for an act by two people says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.phase_criteria import CRITERIA

PREVIEW_WORDS = {
    "cases": _("涉及普查表"),
    "units": _("涉及普查对象"),
    "submitted": _("其中已提交过"),
    "submissions": _("其中提交存档"),
    "accounted": _("按旧系数核算的普查表"),
    "figures": _("当时未满足的条件"),
    "job": _("后台任务"),
    "next": _("新一轮编号"),
}
STATE_WORDS = {
    "waiting": _("待复核"),
    "lapsed": _("已过期"),
    "approve": _("已复核执行"),
    "refuse": _("复核不同意"),
    "withdraw": _("已撤回"),
}


def counts_told(counts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Name and figure of everything that would follow."""
    told: list[tuple[str, Any]] = []
    for name, value in counts.items():
        if isinstance(value, Mapping):
            told += counts_told(value)
        else:
            label = CRITERIA[name].label if name in CRITERIA else PREVIEW_WORDS.get(name, name)
            told.append((str(label), value))
    return told
