"""The menu: each entry names the permission that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Permission


@dataclass(frozen=True)
class Entry:
    """One page of the menu. `beside` are beginnings of paths of pages that belong to it."""

    url_name: str
    label: str | Promise
    permission: Permission | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Pages of one kind of work: an entry of the first row, and its pages in the second."""

    label: str | Promise
    entries: tuple[Entry, ...]


GROUPS = (
    Group(_("我的工作"), (Entry("home", _("我的工作")),)),
    Group(
        _("名录库"),
        (
            Entry(
                "unit_list", _("名录"), Permission.UNIT_VIEW, ("/units/", "/register/", "/matches/")
            ),
            Entry("enumeration_areas", _("普查小区"), Permission.UNIT_VIEW),
            Entry("source_lists", _("部门名录"), Permission.FRAME_LOAD),
            Entry("frame_load", _("导入名录"), Permission.FRAME_LOAD),
            Entry("frame_changes", _("名录变更"), Permission.UNIT_AMEND),
            Entry("coverage", _("名录质量"), Permission.COVERAGE_CHECK),
            Entry("overlays", _("叠加区域"), Permission.UNIT_VIEW),
            Entry("areas", _("行政区"), Permission.FRAME_LOAD),
            Entry("division_changes", _("区划变更"), Permission.DIVISION_CHANGE),
        ),
    ),
    Group(
        pgettext_lazy("menu", "普查表"),
        (
            Entry("case_list", pgettext_lazy("menu", "普查表"), Permission.CASE_VIEW),
            Entry("correction_list", _("定稿后更正"), Permission.CASE_VIEW),
            Entry("practice_list", _("练习"), Permission.PRACTISE),
        ),
    ),
    Group(
        _("审核"),
        (
            Entry("review_queue", _("待审核"), Permission.CASE_REVIEW),
            Entry("quality_home", _("抽样核查"), Permission.QUALITY_VIEW),
            Entry("overdue", _("超期审核"), Permission.CASE_REVIEW),
            Entry("claims", _("领取情况"), Permission.PROGRESS_VIEW),
            Entry("return_reasons", _("退回原因"), Permission.FINDING_REPORT_VIEW),
            Entry("rule_list", _("审核关系"), Permission.FINDING_REPORT_VIEW),
            Entry("batch_runs", _("批量审核"), Permission.FINDING_REPORT_VIEW),
            Entry("cross_checks", _("跨单位核对"), Permission.FINDING_REPORT_VIEW),
            Entry("waiver_list", _("豁免"), Permission.WAIVER_REQUEST),
            Entry("explanation_duplicates", _("重复说明"), Permission.FINDING_REPORT_VIEW),
            Entry("review_times", _("审核时限"), Permission.INSTRUMENT_PUBLISH),
        ),
    ),
    Group(
        _("进度与汇总"),
        (
            Entry("dashboard", _("调度看板"), Permission.PROGRESS_VIEW),
            Entry("progress", _("进度"), Permission.PROGRESS_VIEW),
            Entry("productivity", _("工作量"), Permission.PROGRESS_VIEW),
            Entry("reminders", _("催办"), Permission.REMINDER_SEND),
            Entry("dispatch_list", _("调度通报"), Permission.PROGRESS_VIEW),
            Entry("phase_list", _("阶段"), Permission.CASE_VIEW),
            Entry("deadline_list", _("截止日期"), Permission.CASE_VIEW),
            Entry("summary_list", _("汇总"), Permission.SUMMARY_RUN),
            Entry("export_list", _("数据导出"), Permission.DATA_EXPORT),
            Entry("acceptance", _("验收"), Permission.PROGRESS_VIEW),
            Entry("release_list", _("汇总版本"), Permission.SUMMARY_RUN),
        ),
    ),
    Group(
        _("报表制度"),
        (
            Entry("instrument_list", _("普查表定义"), Permission.INSTRUMENT_VIEW),
            Entry("coefficient_list", _("产排污系数"), Permission.INSTRUMENT_VIEW),
        ),
    ),
    Group(
        _("管理"),
        (
            Entry("job_list", _("后台任务"), Permission.JOB_VIEW),
            Entry("two_person_list", _("双人复核"), Permission.CASE_CLOSE),
            Entry("unusual_acts", _("非常规办理"), Permission.CASE_VIEW),
            Entry("verify", _("验证回执")),
            Entry("signing_key", _("签名密钥"), Permission.CASE_REVIEW),
            Entry("deputies", _("代理与缺勤"), Permission.CASE_REVIEW),
            Entry("account_list", _("账号"), Permission.ACCOUNT_MANAGE),
            Entry("anchor_list", _("每日锚值"), Permission.AUDIT_VIEW),
            Entry("audit_list", _("审计"), Permission.AUDIT_VIEW),
            Entry("interference", _("干预迹象"), Permission.INTERFERENCE_VIEW),
            Entry("audit_reads", _("查阅记录"), Permission.AUDIT_VIEW),
        ),
    ),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor: the groups this person may open, and the pages of the one that is open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "subnavigation": []}
    rights: dict[Permission, bool] = {}
    groups: list[dict[str, object]] = []
    open_pages: list[dict[str, object]] = []
    shown = [
        (group, [entry for entry in group.entries if _may(user, entry, rights)]) for group in GROUPS
    ]
    entries = [entry for _group, own in shown for entry in own]
    here = max(entries, key=lambda entry: _nearness(entry, request.path))
    for group, own in shown:
        if not own:
            continue
        is_open = here in own and _nearness(here, request.path) > 0
        pages: list[dict[str, object]] = [
            {
                "url": reverse(entry.url_name),
                "label": entry.label,
                "is_open": is_open and entry is here,
            }
            for entry in own
        ]
        groups.append({"url": pages[0]["url"], "label": group.label, "is_open": is_open})
        if is_open and len(pages) > 1:
            open_pages = pages
    return {
        "navigation": groups,
        "subnavigation": open_pages,
        "user_places": user.current_assignments,
    }


def _may(user: Any, entry: Entry, rights: dict[Permission, bool]) -> bool:
    if entry.permission is None:
        return True
    if entry.permission not in rights:
        rights[entry.permission] = user.can_anywhere(entry.permission)
    return rights[entry.permission]


def _nearness(entry: Entry, path: str) -> int:
    """How much of the path the entry stands for; 0 where it is not there."""
    url = reverse(entry.url_name)
    begins = [begin for begin in (url, *entry.beside) if begin != "/" or path == "/"]
    return max((len(begin) for begin in begins if path.startswith(begin)), default=0)
