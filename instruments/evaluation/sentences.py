"""What the checks say, in both languages. The browser's module is given the same table."""

from collections.abc import Mapping

from instruments.evaluation.definition import Bilingual

Arguments = Mapping[str, str | int]

SENTENCES: dict[str, tuple[str, str]] = {
    "control_character": (
        "“{label}”含有看不见的控制字符，请删掉重填。",
        "“{label}” contains an invisible control character; please type it again.",
    ),
    "not_a_number": (
        "“{label}”应填数字（例如 1234.5），现填“{raw}”。",
        "“{label}” must be a number (such as 1234.5), not “{raw}”.",
    ),
    "not_whole": (
        "“{label}”应填整数，不带小数，现填“{raw}”。",
        "“{label}” must be a whole number, not “{raw}”.",
    ),
    "too_many_decimals": (
        "“{label}”最多保留 {allowed} 位小数，现有 {found} 位。",
        "“{label}” takes at most {allowed} decimals, not {found}.",
    ),
    "too_many_digits": (
        "“{label}”整数部分最多 {allowed} 位，现有 {found} 位。",
        "“{label}” takes at most {allowed} digits before the point, not {found}.",
    ),
    "below_minimum": (
        "“{label}”不应小于 {bound}，现填“{raw}”。",
        "“{label}” must not be less than {bound}; it is “{raw}”.",
    ),
    "above_maximum": (
        "“{label}”不应大于 {bound}，现填“{raw}”。",
        "“{label}” must not be greater than {bound}; it is “{raw}”.",
    ),
    "not_a_year": (
        "“{label}”应填四位年份（例如 2017），现填“{raw}”。",
        "“{label}” must be a year of four digits (such as 2017), not “{raw}”.",
    ),
    "not_a_date": (
        "“{label}”应填年月日（例如 2018-03-05），现填“{raw}”。",
        "“{label}” must be a date (such as 2018-03-05), not “{raw}”.",
    ),
    "no_such_date": (
        "“{label}”填的“{raw}”不是日历上的日期。",
        "“{label}”: the calendar has no such day as “{raw}”.",
    ),
    "not_a_month": (
        "“{label}”应填年月（例如 2017-12），现填“{raw}”。",
        "“{label}” must be a year and month (such as 2017-12), not “{raw}”.",
    ),
    "no_such_month": (
        "“{label}”填的“{raw}”不是有效的年月，月份应在 01 至 12 之间。",
        "“{label}”: “{raw}” is no month; months run from 01 to 12.",
    ),
    "not_yes_or_no": (
        "“{label}”应填 1（是）或 2（否），现填“{raw}”。",
        "“{label}” must be 1 (yes) or 2 (no), not “{raw}”.",
    ),
    "too_long": (
        "“{label}”最多 {allowed} 个字，现有 {found} 个。",
        "“{label}” takes at most {allowed} characters, not {found}.",
    ),
    "wrong_pattern": (
        "“{label}”的格式不对，应符合 {pattern}，现填“{raw}”。",
        "“{label}” must have the form {pattern}; it is “{raw}”.",
    ),
    "not_a_coordinate": (
        "“{label}”应填经纬度（例如 120°12′33.25″ 或 120 12 33.25），现填“{raw}”。",
        "“{label}” must be a coordinate (such as 120°12′33.25″ or 120 12 33.25), not “{raw}”.",
    ),
    "coordinate_minutes": (
        "“{label}”的分应小于 60，现填 {found}。",
        "“{label}”: minutes must be less than 60, not {found}.",
    ),
    "coordinate_seconds": (
        "“{label}”的秒应小于 60，现填 {found}。",
        "“{label}”: seconds must be less than 60, not {found}.",
    ),
    "coordinate_decimals": (
        "“{label}”的秒最多保留 2 位小数，现有 {found} 位。",
        "“{label}”: seconds take at most 2 decimals, not {found}.",
    ),
    "coordinate_degrees": (
        "“{label}”不应超过 180 度，现填“{raw}”。",
        "“{label}” must not exceed 180 degrees; it is “{raw}”.",
    ),
    "credit_length": (
        "“{label}”应为 18 位，现有 {found} 位。",
        "“{label}” must have 18 characters, not {found}.",
    ),
    "credit_letter": (
        "“{label}”不使用字母 I、O、S、V、Z，第 {position} 位现为“{character}”，请核对是否应为数字或别的字母。",
        "“{label}” never uses the letters I, O, S, V, Z; character {position} is “{character}”.",
    ),
    "credit_character": (
        "“{label}”只用数字和大写字母，第 {position} 位现为“{character}”。",
        "“{label}” uses digits and capital letters only; character {position} is “{character}”.",
    ),
    "credit_department": (
        "“{label}”第 1 位是登记管理部门代码，没有“{character}”。",
        "“{label}”: the first character is the registering department; there is no “{character}”.",
    ),
    "credit_registrar": (
        "“{label}”第 3 至 8 位是登记机关区划代码，应为数字。",
        "“{label}”: characters 3 to 8 are the registrar's division code and must be digits.",
    ),
    "credit_check": (
        "“{label}”的校验码不对：按前 17 位，第 18 位应为“{expected}”，现为“{character}”。请对照证照逐位核对。",
        "“{label}”: by its first 17 characters the 18th must be “{expected}”, not “{character}”.",
    ),
    "credit_organisation_check": (
        "“{label}”第 9 至 17 位是组织机构代码，按前 8 位第 17 位应为“{expected}”，现为“{character}”。",
        "“{label}”: by characters 9 to 16 the 17th must be “{expected}”, not “{character}”.",
    ),
    "organisation_length": (
        "“{label}”应为 9 位，现有 {found} 位。",
        "“{label}” must have 9 characters, not {found}.",
    ),
    "organisation_character": (
        "“{label}”只用数字和大写字母，第 {position} 位现为“{character}”。",
        "“{label}” uses digits and capital letters only; character {position} is “{character}”.",
    ),
    "organisation_check": (
        "“{label}”的校验码不对：按前 8 位，第 9 位应为“{expected}”，现为“{character}”。",
        "“{label}”: by its first 8 characters the 9th must be “{expected}”, not “{character}”.",
    ),
    "not_a_division": (
        "“{label}”应为 12 位数字的统计用区划代码，现填“{raw}”。",
        "“{label}” must be a division code of 12 digits, not “{raw}”.",
    ),
    "not_a_phone_number": (
        "“{label}”应填电话号码（例如 0571-88886666 或 13800138000），现填“{raw}”。",
        "“{label}” must be a telephone number (such as 0571-88886666), not “{raw}”.",
    ),
    "not_in_list": (
        "“{label}”填的“{raw}”不在代码表中，请从代码表里选。",
        "“{label}”: “{raw}” is not in the code list.",
    ),
    "list_missing": (
        "“{label}”的代码表 {codelist} 没有载入，暂时无法核对。",
        "“{label}”: the code list {codelist} is not loaded, so the value cannot be checked.",
    ),
    "required": (
        "“{label}”必须填写；没有的填 0。",
        "“{label}” must be filled in; type 0 for none.",
    ),
    "required_text": ("“{label}”必须填写。", "“{label}” must be filled in."),
    "not_applicable": (
        "按已填的内容，“{label}”不应填写，请删去或核对相关指标。",
        "By what else is filled in, “{label}” does not apply; clear it or check the related items.",
    ),
    "too_few_rows": (
        "“{label}”至少填 {allowed} 个，现有 {found} 个。",
        "“{label}” needs at least {allowed}, there are {found}.",
    ),
    "too_many_rows": (
        "“{label}”最多填 {allowed} 个，现有 {found} 个。",
        "“{label}” takes at most {allowed}, there are {found}.",
    ),
    "failed_to_run": (
        "审核关系 {rule} 未能执行，按未通过处理，请联系普查机构。",
        "The rule {rule} could not be run and counts as failed; please tell the census office.",
    ),
}


def sentence(code: str, label: Bilingual, arguments: Arguments) -> dict[str, str]:
    """One sentence in both languages; `label` is the item's or group's."""
    zh, en = SENTENCES[code]
    return {
        "zh": zh.format_map({"label": label.get("zh", ""), **arguments}),
        "en": en.format_map({"label": label.get("en") or label.get("zh", ""), **arguments}),
    }
