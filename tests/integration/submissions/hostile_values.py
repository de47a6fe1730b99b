"""What people and programs type into a cell, and what must come of it.

`KEPT`: not what the item expects; kept as typed, marked with a sentence. `FINE`: odd, but a value.
`REFUSED`: cannot be stored at all; the cell and a sentence come back and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What becomes of a value."""

    KEPT = "kept"
    FINE = "fine"
    REFUSED = "refused"


class Hostile(NamedTuple):
    """One value for one item."""

    slug: str
    text: str
    fate: Fate


# Typed into every item: markup, templates, formulas, paths, queries. As a text they are values.
INJECTIONS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "{% debug %}",
    "${7*7}",
    "#{7*7}",
    "'; DROP TABLE registry_unit; --",
    "1' OR '1'='1",
    "=1+1",
    '=HYPERLINK("file:///etc/passwd","a")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "]]>",
    "<!--",
    "%00",
    "\\u0000",
    "\\",
    "null",
    "None",
    "undefined",
    "NaN",
    "[object Object]",
    "true",
    "😀",
    "𠮷野家",
    "é́́́́",
    "ﷺ",
)
# Characters that no register can hold.
FORBIDDEN = ("a\x00b", "\x07", "1\x1b[2J", "a\x7fb", "\x85x\x9f", "1\r2", "a\nb", "a\tb")
TOO_LONG = ("9" * 2001, "长" * 2001, "a" * 100_000)

NUMBERS_KEPT = (
    "12x", "1e3", "1E+17", "9.1E+17", "0x10", "1.2.3", "1,23", "1,2345", "--1", "+-1", "1-", "∞", "½x",
    "一百", "壹佰元", "12吨", "≈5", ">5", "5~6", "5-6", "１２。５", "1/3", "٣x", "५", "1_000", "1'000", "-",
    ".", "+", "12 34", "99999999999999999999", "1.005", "1" * 61, "1.0000000000000001", "-1",
)  # fmt: skip
NUMBERS_FINE = ("１２", "1,234", "1 234", "0", "0.0", "+5", "1.50", "007", "\u200b12\u200b", "\u00a07\u3000")  # fmt: skip
INTEGERS_KEPT = ("1.5", "8761", "-1", "1e2", "123456", "0.1", "八")
DATES_KEPT = (
    "2018-02-30", "2017-13-01", "2017-00-10", "0000-01-01", "31/12/2017", "2017", "43100", "today",
    "2017-1", "２０１７年２月３０日", "2017-12-31T00:00:00", "2017-12-32", "9999-99-99", "1900-02-29",
)  # fmt: skip
DATES_FINE = ("2018年3月5日", "2018/3/5", "20180305", "２０１８－０３－０５", "2016-02-29")
MONTHS_KEPT = ("2017-13", "2017", "12-2017", "2017-0", "2017年", "201700", "二〇一七年")
MONTHS_FINE = ("2017年12月", "2017/1", "201712")
CREDIT_KEPT = (
    "9135010OM000100Y43", "91350100M000100Y44", "91350100M000100Y4", "91350100M000100Y433",
    "9.1350100E+17", "913501000000000000", "IOSVZ0100M000100Y4", "91350100M000100Y4?", "无", "000000000000000000",
)  # fmt: skip
CREDIT_FINE = (
    "91350100m000100y43",
    "９１３５０１００Ｍ０００１００Ｙ４３",
    "9135 0100 M000 100Y43",
)
YES_NO_KEPT = ("3", "0", "true", "有", "√", "是否", "1,2", "一")
YES_NO_FINE = ("是", "否", "Y", "no", "１")
COORDINATES_KEPT = (
    "120°60′00″", "120°12′60″", "120°12′33.255″", "200°00′00″", "东", "120,12", "W120 12 33", "-120 12 33",
    "120°12′", "1e2", "120.1.2", "∠120", "120°12′33″N33",
)  # fmt: skip
COORDINATES_FINE = (
    "120.209236",
    "120 12 33.25",
    "东经120°12′33.25″",
    "120度12分33秒",
    "１２０ １２ ３３",
)
DIVISIONS_KEPT = (
    "33010",
    "3301061090000",
    "33010610900X",
    "浙江省",
    "3.30106E+11",
    "330106-109000",
)
PHONES_KEPT = ("abc", "110x", "12", "电话", "0571--", "1" * 60, "+", "（０５７１")
PHONES_FINE = ("0571-88881234", "（0571）88881234", "13800000000转8", "+86 571 88881234")
CHOICES_KEPT = ("9999", "K1", "1100x", "无", "1100,1200", "all")
MULTI_KEPT = ("9999", "1100,9999", "1100;x", "无", "1100,1200,77")
MULTI_FINE = ("1100、1200", "1100 1200", "1100,1100", "１１００")
CODES_KEPT = ("a" * 23, "编号" * 12)

_TYPED = {
    "amount": (NUMBERS_KEPT, NUMBERS_FINE),
    "hours": (INTEGERS_KEPT, ("0", "8760", "８")),
    "built_on": (DATES_KEPT, DATES_FINE),
    "opened_in": (MONTHS_KEPT, MONTHS_FINE),
    "credit": (CREDIT_KEPT, CREDIT_FINE),
    "has_permit": (YES_NO_KEPT, YES_NO_FINE),
    "longitude": (COORDINATES_KEPT, COORDINATES_FINE),
    "place": (DIVISIONS_KEPT, ("330106109000",)),
    "phone": (PHONES_KEPT, PHONES_FINE),
    "method": (CHOICES_KEPT, ("1100",)),
    "methods": (MULTI_KEPT, MULTI_FINE),
    "permit": (CODES_KEPT, ("0" * 22,)),
}
SLUGS = (*_TYPED, "note")


def hostile_values(slug: str) -> Iterator[Hostile]:
    """Everything that is typed into one item."""
    kept, fine = _TYPED.get(slug, ((), INJECTIONS))
    yield from (Hostile(slug, text, Fate.KEPT) for text in kept)
    yield from (Hostile(slug, text, Fate.FINE) for text in fine)
    if slug in {"amount", "built_on", "credit", "longitude"}:
        yield from (Hostile(slug, text, Fate.KEPT) for text in INJECTIONS)
    yield from (Hostile(slug, text, Fate.REFUSED) for text in (*FORBIDDEN, *TOO_LONG))
