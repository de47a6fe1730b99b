"""Which column of a foreign list holds which fact: guessed, remembered, confirmed by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.frame.columns import COLUMNS, LABELS, header_key

# Headers of authorities' own exports, besides those of the portal's template.
FOREIGN_HEADERS: Mapping[str, tuple[str, ...]] = {
    "credit_code": ("纳税人识别号", "社会信用代码（18位）", "统一代码", "信用代码/纳税人识别号"),
    "organisation_code": ("组织机构代码证号", "法人代码"),
    "name": ("纳税人名称", "排污单位名称", "用户名称", "户名", "法人单位名称", "经营者名称"),
    "division_code": ("地区代码", "区县代码", "行政区划", "登记机关区划代码", "所属区划", "区划"),
    "address": ("住所", "注册地址", "生产经营地址", "生产经营场所地址", "用电地址", "经营地址"),
    "industry_1": ("国民经济行业代码", "行业类别代码", "行业小类代码"),
    "legal_person": ("法人", "负责人", "法定代表人姓名", "法人姓名"),
    "contact_phone": ("联系方式", "移动电话", "办公电话"),
    "status": ("登记状态", "经营状态", "营业状态"),
}
NEEDED = ("name", "division_code")
HEADER_AMONG = 10  # a title or a date may stand above the header


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file: its header, the fact it was taken for, what stands in it."""

    index: int
    header: str
    field: str
    samples: tuple[str, ...]


def _known_headers() -> dict[str, str]:
    known = {header_key(name): column.field for column in COLUMNS for name in column.names}
    for field, names in FOREIGN_HEADERS.items():
        known.update({header_key(name): field for name in names})
    return known


def header_row_of(rows: Sequence[Sequence[str]]) -> int:
    """The position of the header: of the first rows the one with most known names."""
    known = _known_headers()
    hits = [sum(header_key(cell) in known for cell in cells) for cells in rows[:HEADER_AMONG]]
    return hits.index(max(hits)) if hits and max(hits) > 1 else 0


def columns_guessed(header: Sequence[str], remembered: Mapping[str, str]) -> dict[str, int]:
    """Field → position. What the same authority's last list called so comes before our guess."""
    known = _known_headers()
    found: dict[str, int] = {}
    for index, text in enumerate(header):
        key = header_key(text)
        field = remembered.get(key) or known.get(key)
        if field and field not in found:
            found[field] = index
    return found


def columns_problem(columns: Mapping[str, int], width: int) -> str:
    """A sentence about what is wrong with a mapping; blank when it may be used."""
    missing = [LABELS[field] for field in NEEDED if field not in columns]
    if missing:
        return _("请指出哪一列是%(labels)s。") % {"labels": _("、").join(missing)}
    positions = list(columns.values())
    if len(set(positions)) < len(positions):
        return _("同一列不能对应两项内容。")
    if any(position < 0 or position >= width for position in positions):
        return _("所选的列不在文件中。")
    return ""
