"""k formulas of the handbook, read into kinds; never 1 by default."""

from decimal import Decimal
from fractions import Fraction

import pytest

from instruments.accounting.refusals import NotComputable
from instruments.accounting.running import RateKind, running_rate

D = Decimal


@pytest.mark.parametrize(
    ("text", "kind", "given", "k"),
    [
        ("k=1", RateKind.FIXED, (), Fraction(1)),
        ("K=1.0", RateKind.FIXED, (), Fraction(1)),
        (
            "k=污水治理设施运行时间（小时）/正常生产时间（小时）",
            RateKind.TIME,
            (6000, 7200),
            Fraction(5, 6),
        ),
        ("k=治理设施运行时间(天)/正常生产时间（天", RateKind.TIME, (300, 330), Fraction(10, 11)),
        (
            "k=废水治理设施年运行时间（小时/企业年正常生产时间（小时）",
            RateKind.TIME,
            (1, 2),
            Fraction(1, 2),
        ),
        ("除尘设施年实际运行小时数/机组年实际运行小时数", RateKind.TIME, (5, 8), Fraction(5, 8)),
        (
            "k=环保设施实际运行小时数（小时）/环保设施应运行小时数（小时）",
            RateKind.TIME,
            (1, 1),
            Fraction(1),
        ),
        (
            "k=处理设施耗电量（千瓦时/年）/[设备额定功率（千瓦）×运行时间（小时/年）]",
            RateKind.POWER,
            (36000, 10, 7200),
            Fraction(1, 2),
        ),
        (
            "k=污水治理设施耗电量（千瓦时/年）/污水治理设施运行时间（小时/年）/污水治理设施总功率（千瓦）",
            RateKind.POWER,
            (36000, 10, 7200),
            Fraction(1, 2),
        ),
        (
            "k=污水处理设施年耗电量(总额定功率(千瓦)×年运行时间(小时)",
            RateKind.POWER,
            (1, 1, 2),
            Fraction(1, 2),
        ),
        (
            "K=设施年耗电量(千瓦时/年)/设备设计耗电量(千瓦时/年)",
            RateKind.DESIGN_POWER,
            (3, 4),
            Fraction(3, 4),
        ),
        ("k=设备年耗电量（千瓦时）/8868（千瓦时）", RateKind.DESIGN_POWER, (4434,), Fraction(1, 2)),
        ("k=活性炭用量（吨）/标准活性炭用量（吨）", RateKind.QUANTITY, (3, 4), Fraction(3, 4)),
        (
            "k=治理设施实际处理污染物总量（公斤）/应该处理污染物总量（公斤）",
            RateKind.QUANTITY,
            (3, 4),
            Fraction(3, 4),
        ),
        (
            "K=（锅炉运行小时数-废水处理设施的故障小时数）/锅炉运行小时数",
            RateKind.OUTAGE,
            (100, 8000),
            Fraction(79, 80),
        ),
        ("k=协同脱除效率（%）×窑磨同步运转率（%）", RateKind.SHARES, (50, 80), Fraction(2, 5)),
        ("取该机组除尘、脱硝脱硫K的最小值", RateKind.MINIMUM, ("0.9", "0.8", 1), Fraction(4, 5)),
    ],
)
def test_rate_of_each_kind_is_read_and_reckoned(text, kind, given, k):
    rate = running_rate(text)
    values = [D(value) for value in given]
    assert rate.kind == kind
    assert len(rate.parameters) == len(given)
    assert rate.evaluate(values) == k
    assert rate.with_numbers(values)


@pytest.mark.parametrize(
    "text",
    [
        "k=2",
        "k=治理设施",
        "产时间(天)",
        "k=治理设施运行时间",
        "（小时）",
        "k=工艺废气净化装置耗电量（千瓦时）/(工艺废气净化装置额定功率（千瓦）×工艺废气",
        "k=治理设施运行时间(天)/正常生产时间（天）/正常生产时间（天）",
        "k=处理设施正常运行小时数(小时/年)/企业正常运转天数（天/年）",
        "k=设备年耗电量（千瓦时）/0（千瓦时）",
        "k=处理设施耗电量（千瓦时/年",
        "k=某物用量（吨）/别的（吨）",
        "",
    ],
)
def test_rate_cut_off_in_print_is_refused(text):
    with pytest.raises(NotComputable) as refusal:
        running_rate(text)
    assert refusal.value.code == "k_unreadable"


TIME = "k=治理设施运行时间（小时）/正常生产时间（小时）"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((), "k_parameter_missing"),
        ((D(6000), None), "k_parameter_missing"),
        ((D(-1), D(7200)), "k_parameter_negative"),
        ((D(1), D(0)), "k_denominator_zero"),
        ((D(8000), D(7200)), "k_out_of_range"),
    ],
)
def test_rate_is_never_assumed(given, code):
    with pytest.raises(NotComputable) as refusal:
        running_rate(TIME).evaluate(given)
    assert refusal.value.code == code


def test_rate_names_the_item_that_is_missing():
    with pytest.raises(NotComputable) as refusal:
        running_rate(TIME).evaluate((D(6000),))
    assert "第21、22项" in refusal.value.sentence()
    assert "正常生产时间（小时）" in refusal.value.sentence()
