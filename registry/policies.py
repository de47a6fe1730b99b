"""What the register accepts. Knows facts and classifications, no person and no database."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from registry.enums import DivisionLevel, UnitKind, UnitStatus
from registry.identifiers import (
    Problem,
    credit_code_problem,
    organisation_code_of,
    organisation_code_problem,
)
from registry.models.unit import INDUSTRIES_AT_MOST, LATITUDES, LONGITUDES
from registry.unit_data import MAX_LENGTHS, TEXT_FIELDS, UnitData

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
UNIT_LEVELS = frozenset({DivisionLevel.TOWN, DivisionLevel.VILLAGE})
# an area that reports stands at its own level
AREA_LEVELS = frozenset(DivisionLevel) - {DivisionLevel.COUNTRY}


@dataclass(frozen=True)
class FieldProblem:
    """A problem and the field it stands at."""

    field: str
    problem: Problem

    @property
    def as_error(self) -> dict[str, str]:
        """In the shape of an API error."""
        return {"code": self.problem.code, "message": str(self.problem), "cell": self.field}


@dataclass(frozen=True)
class Classifications:
    """As much of the divisions and industries as the facts at hand speak of."""

    divisions: Mapping[str, int]  # code → level
    industries: frozenset[str]  # four-digit classes that exist
    in_scope: frozenset[str]  # those of them that are an industrial source


def data_problems(data: UnitData, classifications: Classifications) -> list[FieldProblem]:
    """Everything wrong with normalised facts, in the order of the form."""
    checks = (
        _text_problems(data),
        _identity_problems(data),
        _choice_problems(data),
        _division_problems(data, classifications),
        _coordinate_problems(data),
        _industry_problems(data, classifications),
    )
    return [found for check in checks for found in check]


def _text_problems(data: UnitData) -> Iterator[FieldProblem]:
    if not data.name:
        yield FieldProblem("name", Problem("required", _("请填写单位详细名称。")))
    for name in TEXT_FIELDS:
        text = getattr(data, name)
        if _CONTROL.search(text):
            yield FieldProblem(
                name,
                Problem(
                    "control_character",
                    _("含有不可见的控制字符。"),
                    _("请删去换行、制表符等后重新填写。"),
                ),
            )
        if len(text) > MAX_LENGTHS[name]:
            yield FieldProblem(
                name,
                Problem(
                    "too_long",
                    _("最多 %(right)d 个字，填写了 %(typed)d 个。")
                    % {"right": MAX_LENGTHS[name], "typed": len(text)},
                ),
            )


def _identity_problems(data: UnitData) -> Iterator[FieldProblem]:
    problem = credit_code_problem(data.credit_code) if data.credit_code else None
    if problem:
        yield FieldProblem("credit_code", problem)
    other = organisation_code_problem(data.organisation_code) if data.organisation_code else None
    if other:
        yield FieldProblem("organisation_code", other)
    if data.credit_code and data.organisation_code and not problem and not other:
        inner = organisation_code_of(data.credit_code)
        if inner != data.organisation_code:
            yield FieldProblem(
                "organisation_code",
                Problem(
                    "codes_disagree",
                    _("与统一社会信用代码第 9 至 17 位（%(inner)s）不一致。") % {"inner": inner},
                    _("两者只填其一即可。"),
                ),
            )
    yield from _suffix_problems(data)


def _suffix_problems(data: UnitData) -> Iterator[FieldProblem]:
    if not data.site_suffix:
        return
    if not re.fullmatch(r"[0-9]{2}", data.site_suffix):
        yield FieldProblem("site_suffix", Problem("suffix", _("厂区编号是两位数字，如 01、02。")))
    elif not data.credit_code and not data.organisation_code:
        yield FieldProblem(
            "site_suffix",
            Problem(
                "suffix_without_code", _("没有统一社会信用代码或组织机构代码时，不填厂区编号。")
            ),
        )


def _choice_problems(data: UnitData) -> Iterator[FieldProblem]:
    if data.kind not in UnitKind.values:
        yield FieldProblem("kind", _unknown_choice(data.kind, UnitKind.labels))
    if data.status not in UnitStatus.values:
        yield FieldProblem("status", _unknown_choice(data.status, UnitStatus.labels))


def _unknown_choice(typed: str, labels: Iterable[Any]) -> Problem:
    if not typed:
        return Problem("required", _("请选择一项。"))
    return Problem(
        "unknown_choice",
        _("没有“%(typed)s”这一项。") % {"typed": typed},
        _("可填：%(labels)s。") % {"labels": _("、").join(map(str, labels))},
    )


def _division_problems(data: UnitData, classifications: Classifications) -> Iterator[FieldProblem]:
    code = data.division_code
    level = classifications.divisions.get(code)
    if not code:
        problem = Problem("required", _("请选择所在乡镇（街道）或村（居）。"))
    elif not re.fullmatch(r"[0-9]{12}", code):
        problem = Problem(
            "division_length",
            _("区划代码应为 12 位数字，填写的是“%(typed)s”（%(count)d 位）。")
            % {"typed": code, "count": len(code)},
            _("请填统计用区划代码，乡镇级后三位为 000。"),
        )
    elif level is None:
        problem = Problem(
            "unknown_division",
            _("现行区划中没有代码 %(code)s。") % {"code": code},
            _("请核对是否为 2017 年版统计用区划代码。"),
        )
    elif level not in (AREA_LEVELS if data.kind == UnitKind.AREA else UNIT_LEVELS):
        problem = Problem(
            "division_level",
            _("%(code)s 是%(level)s区划，普查对象须落到乡镇（街道）或村（居）。")
            % {"code": code, "level": DivisionLevel(level).label},
        )
    else:
        return
    yield FieldProblem("division_code", problem)


def _coordinate_problems(data: UnitData) -> Iterator[FieldProblem]:
    if (data.longitude is None) != (data.latitude is None):
        missing = "longitude" if data.longitude is None else "latitude"
        yield FieldProblem(missing, Problem("required", _("经度和纬度须同时填写。")))
        return
    if data.longitude is None or data.latitude is None:
        return
    swapped = LATITUDES[0] <= data.longitude <= LATITUDES[1] and data.latitude >= LONGITUDES[0]
    hint = _("经度和纬度可能填反了。") if swapped else ""
    if not LONGITUDES[0] <= data.longitude <= LONGITUDES[1]:
        message = _("经度 %(typed)s 不在我国范围（73 至 136 度）内。") % {"typed": data.longitude}
        yield FieldProblem("longitude", Problem("outside_china", message, hint))
    if not LATITUDES[0] <= data.latitude <= LATITUDES[1]:
        message = _("纬度 %(typed)s 不在我国范围（3 至 54 度）内。") % {"typed": data.latitude}
        yield FieldProblem("latitude", Problem("outside_china", message, hint))


def _industry_problems(data: UnitData, classifications: Classifications) -> Iterator[FieldProblem]:
    codes = data.industry_codes
    if len(codes) > INDUSTRIES_AT_MOST:
        yield FieldProblem("industry_codes", Problem("too_many", _("行业代码最多填 3 个。")))
    if len(set(codes)) < len(codes):
        yield FieldProblem("industry_codes", Problem("repeated", _("同一行业代码填了两次。")))
    for index, code in enumerate(codes):
        must_be_in_scope = index == 0 and data.kind == UnitKind.INDUSTRIAL
        problem = _industry_problem(code, classifications, must_be_in_scope=must_be_in_scope)
        if problem:
            yield FieldProblem("industry_codes", problem)
    if not codes and data.kind == UnitKind.INDUSTRIAL:
        yield FieldProblem("industry_codes", Problem("required", _("工业企业须填写行业代码。")))


def _industry_problem(
    code: str, classifications: Classifications, *, must_be_in_scope: bool
) -> Problem | None:
    if not re.fullmatch(r"[0-9]{4}", code):
        return Problem(
            "industry_length",
            _("行业代码应为 4 位数字，填写的是“%(typed)s”。") % {"typed": code},
            _("开头的 0 可能被电子表格去掉了。") if re.fullmatch(r"[0-9]{3}", code) else "",
        )
    if code not in classifications.industries:
        return Problem(
            "unknown_industry",
            _("国民经济行业分类（GB/T 4754-2017）没有小类 %(code)s。") % {"code": code},
        )
    if must_be_in_scope and code not in classifications.in_scope:
        return Problem(
            "industry_out_of_scope",
            _("行业 %(code)s 不属于工业源（06 至 46 大类）。") % {"code": code},
            _("请核对行业代码或普查对象类别。"),
        )
    return None
