"""A report laid out in headings, paragraphs and tables: the same for Word and for PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from review.models import QualityReport


@dataclass(frozen=True)
class Heading:
    """The head of a part; level 0 is the title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A table with a head. `widths` are shares of the line."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


Part = Heading | Words | Grid


def report_parts(report: QualityReport) -> list[Part]:
    """Every part, in Chinese: what is signed is in Chinese."""
    with translation.override(settings.LANGUAGE_CODE):
        return list(_parts(report))


def _parts(report: QualityReport) -> Iterator[Part]:
    content = report.content
    yield Heading(_("质量核查报告"), 0)
    yield Words(
        _("%(division)s　%(exercise)s　%(level)s抽样核查　样本第 %(sample)s 号")
        % {
            "division": content["division"]["name"],
            "exercise": content["exercise"],
            "level": content["level"],
            "sample": content["sample"],
        }
    )
    yield from _conclusion(content)
    yield from _lots(content)
    yield from _rates(content)
    yield from _method(content)
    yield from _proof(report)


def _conclusion(content: Mapping[str, Any]) -> Iterator[Part]:
    rates = content["rates"]
    names = {
        "missing": _("漏查率"),
        "duplicate": _("重复率"),
        "key_error": _("差错率（关键指标）"),
        "other_error": _("差错率（其他指标）"),
        "failing": _("不合格普查表比例"),
        "removed_wrongly": _("误删除比例"),
    }
    yield Heading(_("一、质量指标"))
    yield Grid(
        [_("指标"), _("数值"), _("95% 置信区间"), _("差错/核查"), _("限值"), _("结论")],
        [[name, *_shown(rates[key])] for key, name in names.items()],
        [26, 12, 22, 16, 10, 14],
    )
    yield Words(
        _(
            "漏查率、重复率由已完成的核查小区计算，差错率由本样本按层加权计算；区间为"
            " Korn–Graubard 精确区间。限值为本轮抽样方案所定。"
        )
    )


def _shown(rate: Mapping[str, Any]) -> list[str]:
    if not rate["share"]:
        return ["—", "—", "—", _percent(rate["limit"]), _("未核查")]
    limit = rate["limit"]
    verdict = "—"
    if limit:
        verdict = _("达到") if Decimal(rate["share"]) <= Decimal(limit) else _("超过限值")
    return [
        _percent(rate["share"]),
        f"{_percent(rate['low'])}–{_percent(rate['high'])}",
        f"{rate['events']}/{rate['total']}",
        _percent(limit),
        verdict,
    ]


def _percent(share: str) -> str:
    return f"{Decimal(share):.2%}" if share else "—"


def _lots(content: Mapping[str, Any]) -> Iterator[Part]:
    yield Heading(_("二、各批判定"))
    yield Grid(
        [
            _("区划"),
            _("类别"),
            _("批量"),
            _("AQL"),
            _("抽查"),
            _("接收数"),
            _("不合格"),
            _("结论"),
            _("整改期限"),
        ],
        [
            [
                lot["place"],
                lot["kind"],
                str(lot["size"]),
                lot["aql"] or "—",
                f"{lot['checked']}{lot['letter'] and ' ' + lot['letter']}",
                str(lot["accepted"]),
                str(lot["failed"]),
                lot["outcome"],
                lot["due_on"] or "—",
            ]
            for lot in content["lots"]
        ],
        [16, 18, 9, 8, 9, 8, 9, 10, 13],
    )


def _rates(content: Mapping[str, Any]) -> Iterator[Part]:
    yield Heading(_("三、差错分布"))
    lines = [
        *((name, rate) for name, rate in content["classes"].items()),
        *((form, rate) for form, rate in content["forms"].items()),
        *((f"{form} {item}", rate) for form, item, rate in content["items"]),
    ]
    yield Grid(
        [_("类别、普查表、指标"), _("差错率"), _("95% 置信区间"), _("差错/核查")],
        [[name, *_shown(rate)[:3]] for name, rate in lines],
        [46, 14, 24, 16],
    )
    verdicts = content["verdicts"].items()
    yield Words(
        _("差异裁定")
        + _("：")
        + _("，").join(_("%(name)s %(number)d 处") % {"name": n, "number": c} for n, c in verdicts)
    )


def _method(content: Mapping[str, Any]) -> Iterator[Part]:
    frame, drawn, plan = content["frame"], content["draw"], content["plan"]
    yield Heading(_("四、抽样"))
    rows = [
        (_("抽样方案"), f"{plan['name']}  {plan['standard']}"),
        (_("方案校验值（SM3）"), plan["digest"]),
        (_("抽样框"), _("%(count)d 行，%(at)s 由%(by)s冻结") % {
            "count": frame["count"], "at": frame["frozen_at"], "by": frame["frozen_by"]}),
        (_("抽样框校验值（SM3）"), frame["digest"]),
        (_("公开随机数"), f"{drawn['source']}  {drawn['value']}"),
        (_("随机种子（SM3）"), drawn["seed"]),
        (_("抽取结果校验值（SM3）"), drawn["digest"]),
        (_("抽取"), f"{drawn['drawn_at']}  {drawn['drawn_by']}"),
        (_("完成"), content["closed_at"]),
        (_("核查人"), _people(content["checkers"])),
        (_("裁定人"), _("、").join(content["adjudicators"]) or "—"),
    ]  # fmt: skip
    yield Grid([_("项目"), _("内容")], rows, [26, 74])


def _people(people: Mapping[str, int]) -> str:
    return _("、").join(
        _("%(name)s %(number)d 份") % {"name": name, "number": number}
        for name, number in people.items()
    )


def _proof(report: QualityReport) -> Iterator[Part]:
    yield Heading(_("五、签发"))
    issued = timezone.localtime(report.issued_at).strftime("%Y-%m-%d %H:%M:%S")
    rows = [
        (_("报告编号"), report.code),
        (_("签发"), f"{report.issued_by.full_name}  {issued}"),
        (_("内容校验值（SM3）"), report.hash),
        (_("公钥指纹"), report.key.fingerprint),
        (_("签名（SM2）"), bytes(report.signature).hex()),
    ]
    yield Grid([_("项目"), _("内容")], rows, [26, 74])
    yield Words(_("在“验证回执”页输入报告编号，可核对内容与签名。"))
