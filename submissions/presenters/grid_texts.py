"""The sentences that the grid's scripts say, so that they are translated with the others."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def grid_texts() -> dict[str, str]:
    """Sentences by name; {braces} are filled in by the scripts."""
    return {**_names(), **_saving(), **_findings(), **_acts(), **_earlier()}


def _names() -> dict[str, str]:
    return {
        "separator": _("、"),
        "item_in_row": _("{item}（{row} {number}）"),
        "item_in_unit": _("{item}（{unit}）"),
    }


def _saving() -> dict[str, str]:
    return {
        "state_unchanged": _("已全部保存"),
        "state_saved": _("已全部保存 {at}"),
        "state_saving": _("正在保存 {n} 处…"),
        "state_pending": _("{n} 处待保存"),
        "state_offline": _("离线，已暂存 {n} 处，恢复网络后自动保存"),
        "state_blocked": _("{n} 处未能保存，已暂存在本机"),
        "state_refused": _("{n} 处未被接受"),
        "cell_pending": _("待保存"),
        "cell_saving": _("正在保存"),
        "cell_saved": _("已保存"),
        "cell_failed": _("未能保存"),
        "signed_out": _("登录已过期，您填写的内容已暂存在本机。请重新登录，回到本页后自动保存。"),
        "session_changed": _("登录状态已变化，您填写的内容已暂存在本机。请重新登录后回到本页。"),
        "conflict_waits": _("有的指标已被他人改动，请比较后选择保留哪一个。"),
        "kept_here": _("您填写的内容仍暂存在本机。"),
        "unstorable": _("本机存储已满或不可用，请不要关闭页面，等待保存完成。"),
        "restored": _("已恢复上次未保存的 {n} 处内容，正在保存。"),
        "changed_by": _("刚由 {name} 改动"),
        "changed_by_other": _("刚由他人改动"),
        "present": _("{names} 也在填报本表"),
        "blank": _("（空）"),
        "row_removed": _("（该行已被删除）"),
    }


def _findings() -> dict[str, str]:
    return {
        "hard": pgettext("finding", "错误"),
        "soft": _("待说明"),
        "explained": _("已说明"),
        "waived": _("已豁免"),
        "waived_until": _("已豁免至 {day}"),
        "ask_waiver": _("申请豁免"),
        "required": _("必填"),
        "see_item": _("见 {code} 项"),
        "hard_title": _("强制性错误"),
        "soft_title": _("核实性问题，待说明"),
        "explained_title": _("已说明或已豁免"),
        "required_title": _("必填未填"),
        "explained_as": _("说明：{text}"),
        "explain": _("保存说明"),
        "explain_again": _("修改说明"),
        "explain_label": _("对“{message}”的说明"),
        "explain_offline": _("网络不通，说明没有保存，请稍后再试。"),
        "explained_saved": _("说明已保存"),
        "finding_gone": _("这个问题已经不存在。"),
        "no_findings": _("没有问题。"),
        "no_help": _("本指标没有另外的解释。"),
    }


def _acts() -> dict[str, str]:
    return {
        "pasted": _("已粘贴 {n} 格，其中 {wrong} 格有错误；可按 Ctrl+Z 撤销。"),
        "pasted_outside": _(
            "已粘贴 {n} 格，其中 {wrong} 格有错误；另有 {outside} 格超出表格，未粘贴。可按 Ctrl+Z 撤销。"
        ),
        "row_removed_undo": _("已删除，可按 Ctrl+Z 或“撤销”恢复。"),
        "group_full": _("最多 {max} 个。"),
        "at_the_edge": _("已到表格边缘"),
        "submit_unsaved": _("还有内容没有保存到服务器，请稍后再提交。"),
        "list_no_match": _("代码表中没有匹配的条目"),
        "list_more": _("共 {total} 条，继续输入以缩小范围"),
        "list_unreachable": _("代码表暂时不能读取，可直接输入代码"),
    }


def _earlier() -> dict[str, str]:
    return {
        "earlier_register": _("名录库：{value}"),
        "earlier_submission": _("上次提交（第 {name} 次）：{value}"),
        "earlier_exercise": _("{name}：{value}"),
        "earlier_ratio": _("本次为其 {ratio} 倍"),
    }
