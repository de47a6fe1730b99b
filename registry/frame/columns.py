"""The columns of a list of units, and how a header names them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid


@dataclass(frozen=True)
class Column:
    """One column: its field, its header in the template, other headers in use, an example."""

    field: str
    label: str
    example: str = ""
    aliases: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every header that means this column."""
        return (self.field, self.label, *self.aliases)


# Headers are data of the files in the field: Chinese whatever the language of the interface.
COLUMNS = (
    Column("credit_code", "统一社会信用代码", "91350100M000100Y43", ("社会信用代码", "信用代码")),
    Column("site_suffix", "厂区编号", "", ("场所编号", "顺序码")),
    Column("organisation_code", "组织机构代码", "", ("机构代码",)),
    Column(
        "name",
        "单位详细名称",
        "某某印染有限公司",
        ("单位名称", "企业名称", "名称"),
        is_required=True,
    ),
    Column("former_name", "曾用名"),
    Column("kind", "普查对象类别", "工业企业", ("对象类别", "类别", "普查对象类型")),
    Column("status", "运行状态", "运行", ("状态", "企业运行状态")),
    Column(
        "division_code",
        "区划代码",
        "330106109000",
        ("统计用区划代码", "行政区划代码", "普查小区代码", "12位区划代码"),
        is_required=True,
    ),
    Column("address", "详细地址", "振华路 1 号", ("地址", "单位所在地")),
    Column("longitude", "经度", "120.093125", ("中心经度",)),
    Column("latitude", "纬度", "30.326458", ("中心纬度",)),
    Column("industry_1", "行业代码1", "1752", ("行业代码", "主要行业代码", "行业代码①")),
    Column("industry_2", "行业代码2", "", ("行业代码②",)),
    Column("industry_3", "行业代码3", "", ("行业代码③",)),
    Column(
        "legal_person", "法定代表人", "张三", ("法人代表", "法定代表人（单位负责人）", "单位负责人")
    ),
    Column("contact_name", "联系人", "李四", ("联系人姓名",)),
    Column("contact_phone", "联系电话", "0571-12345678", ("电话", "固定电话", "手机")),
)
LABELS = {column.field: column.label for column in COLUMNS}
LABELS["industry_codes"] = "行业代码1"
REPORT_COLUMNS = ("原行号", "有误的列", "错误", "处理建议")  # of the workbook of refused rows


def header_key(text: str) -> str:
    """A header without white space, marks of obligation and the difference of width and case."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(plain.split()).strip("*:")


_FIELDS = {header_key(name): column.field for column in COLUMNS for name in column.names}


@dataclass(frozen=True)
class Header:
    """Which position holds which field, and what was not recognised."""

    positions: dict[str, int]
    ignored: tuple[str, ...]


def header_read(cells: Sequence[str]) -> Header:
    """Recognise the header row. Raises `Invalid` where a needed column is missing or doubled."""
    positions: dict[str, int] = {}
    ignored = []
    for index, text in enumerate(cells):
        field = _FIELDS.get(header_key(text))
        if field is None:
            if text.strip() and text not in REPORT_COLUMNS:
                ignored.append(text.strip())
        elif field in positions:
            raise Invalid(
                _("有两列都是“%(label)s”，请删去一列。") % {"label": LABELS[field]},
                code="column_twice",
            )
        else:
            positions[field] = index
    missing = [c.label for c in COLUMNS if c.is_required and c.field not in positions]
    if missing:
        raise Invalid(
            _("首行缺少列：%(labels)s。请下载模板，首行保留列名。")
            % {"labels": _("、").join(missing)},
            code="column_missing",
        )
    return Header(positions=positions, ignored=tuple(ignored))
