"""The menu: each entry names the permission that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Permission


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    url_name: str
    label: str | Promise
    permission: Permission | None = None


ENTRIES = (
    Entry("home", _("我的工作")),
    Entry("unit_list", _("名录库"), Permission.UNIT_VIEW),
    Entry("case_list", pgettext_lazy("menu", "普查表"), Permission.CASE_VIEW),
    Entry("review_queue", _("审核"), Permission.CASE_REVIEW),
    Entry("rule_list", _("审核关系"), Permission.FINDING_REPORT_VIEW),
    Entry("cross_checks", _("跨单位核对"), Permission.FINDING_REPORT_VIEW),
    Entry("waiver_list", _("豁免"), Permission.WAIVER_REQUEST),
    Entry("explanation_duplicates", _("重复说明"), Permission.FINDING_REPORT_VIEW),
    Entry("progress", _("进度"), Permission.PROGRESS_VIEW),
    Entry("summary_list", _("汇总"), Permission.SUMMARY_RUN),
    Entry("instrument_list", _("报表制度"), Permission.INSTRUMENT_VIEW),
    Entry("coefficient_list", _("产排污系数"), Permission.INSTRUMENT_VIEW),
    Entry("areas", _("行政区"), Permission.FRAME_LOAD),
    Entry("frame_load", _("导入名录"), Permission.FRAME_LOAD),
    Entry("source_lists", _("部门名录"), Permission.FRAME_LOAD),
    Entry("frame_changes", _("名录变更"), Permission.UNIT_AMEND),
    Entry("enumeration_areas", _("普查小区"), Permission.UNIT_VIEW),
    Entry("practice_list", _("练习"), Permission.PRACTISE),
    Entry("job_list", _("后台任务"), Permission.JOB_VIEW),
    Entry("account_list", _("账号"), Permission.ACCOUNT_MANAGE),
    Entry("audit_list", _("审计"), Permission.AUDIT_VIEW),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor: the entries this person may open, and which one is open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    entries = []
    for entry in ENTRIES:
        if entry.permission is not None and not user.can_anywhere(entry.permission):
            continue
        url = reverse(entry.url_name)
        is_open = request.path == url or (url != "/" and request.path.startswith(url))
        entries.append({"url": url, "label": entry.label, "is_open": is_open})
    return {"navigation": entries, "user_places": user.current_assignments}
