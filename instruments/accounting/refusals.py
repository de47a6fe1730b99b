"""Why something cannot be computed, in both languages. Nothing is ever assumed in its place."""

from collections.abc import Mapping

Arguments = Mapping[str, str | int]

SENTENCES: dict[str, tuple[str, str]] = {
    "expression_unreadable": (
        "系数公式“{text}”无法识别：{where}。",
        "The formula “{text}” cannot be read: {where}.",
    ),
    "expression_unknown_name": (
        "系数公式“{text}”含有未知参数“{name}”。",
        "The formula “{text}” has an unknown parameter “{name}”.",
    ),
    "parameter_missing": (
        "缺少参数 {name}（{label}），不能核算，请在第15项填写，例如 {name}=0.8。",
        "Parameter {name} ({label}) is missing; give it in item 15, for example {name}=0.8.",
    ),
    "parameter_negative": (
        "参数 {name} 为 {value}，不应为负数。",
        "Parameter {name} is {value}; it cannot be negative.",
    ),
    "parameter_too_large": (
        "参数 {name}（{label}）为 {value}，不应大于 {bound}。",
        "Parameter {name} ({label}) is {value}; it cannot be above {bound}.",
    ),
    "parameters_unreadable": (
        "参数取值“{text}”无法识别，请写成 S=0.8；A=25 的形式。",
        "The parameter values “{text}” cannot be read; write S=0.8; A=25.",
    ),
    "division_by_zero": (
        "公式“{text}”的除数为 0，请核对参数。",
        "The formula “{text}” divides by zero; check the parameters.",
    ),
    "generation_negative": (
        "按公式“{text}”算出的产污系数为负数，请核对参数的取值和单位。",
        "The formula “{text}” gives a negative coefficient; check the parameters and their units.",
    ),
    "no_generation": (
        "这条系数没有可计算的产污系数（手册原文：{text}）。",
        "This coefficient has no computable value (handbook: {text}).",
    ),
    "unit_unreadable": (
        "系数的计量单位“{unit}”无法识别。",
        "The unit of the coefficient, “{unit}”, cannot be read.",
    ),
    "measure_unknown": (
        "计量单位“{unit}”不在单位表中，不能换算。",
        "The unit “{unit}” is not in the table of units.",
    ),
    "measure_differs": (
        "填报的计量单位“{given}”不能换算为系数要求的“{wanted}”。",
        "The unit given, “{given}”, cannot be converted to “{wanted}”.",
    ),
    "activity_missing": (
        "缺少{basis}，不能核算。",
        "The {basis_en} is missing.",
    ),
    "activity_negative": (
        "{basis}为 {value}，不应为负数。",
        "The {basis_en} is {value}; it cannot be negative.",
    ),
    "efficiency_missing": (
        "治理工艺“{treatment}”在系数库中没有去除效率，不能核算。",
        "The handbook gives no efficiency for “{treatment}”.",
    ),
    "efficiency_out_of_range": (
        "去除效率为 {value}%，应在 0 至 100 之间，请核对参数。",
        "The efficiency is {value} %; it must lie between 0 and 100.",
    ),
    "k_missing": (
        "治理工艺“{treatment}”在系数库中没有实际运行率公式，不能核算；运行率不默认为 1。",
        "The handbook gives no running rate for “{treatment}”; it is never taken as 1.",
    ),
    "k_unreadable": (
        "实际运行率公式“{text}”不完整或无法识别，不能核算。",
        "The running-rate formula “{text}” is incomplete or cannot be read.",
    ),
    "k_parameter_missing": (
        "缺少运行参数{number}“{name}”（第{items}项），不能核算；运行率不默认为 1。",
        "Running parameter {number}, “{name}” (items {items}), is missing; the rate is never 1.",
    ),
    "k_parameter_negative": (
        "运行参数“{name}”为 {value}，不应为负数。",
        "Running parameter “{name}” is {value}; it cannot be negative.",
    ),
    "k_denominator_zero": (
        "运行参数“{name}”为 0，算不出实际运行率。",
        "Running parameter “{name}” is zero, so there is no rate.",
    ),
    "k_out_of_range": (
        "实际运行率 k 为 {value}，应在 0 至 1 之间，请核对运行参数。",
        "The running rate k is {value}; it must lie between 0 and 1.",
    ),
    "methods_mixed": (
        "排放口“{outlet}”的“{pollutant}”同时用了{methods}，一个排放口的一种污染物只能用一种核算方法。",
        "Outlet “{outlet}”, “{pollutant}”: {methods} were mixed; one pollutant of one outlet has one method.",
    ),
    "nothing_to_account": (
        "没有可以核算的数据。",
        "There is nothing to account.",
    ),
    "samples_too_few": (
        "手工监测全年只有 {count} 次，至少应有 {least} 次。",
        "There are only {count} manual samples in the year; at least {least} are needed.",
    ),
    "samples_quarter_missing": (
        "第 {quarters} 季度没有手工监测数据，每季度至少 1 次。",
        "Quarter {quarters} has no manual sample; each quarter needs one.",
    ),
    "samples_other_year": (
        "有 {year} 年的监测数据，只能使用 {wanted} 年的数据。",
        "There are samples of {year}; only those of {wanted} may be used.",
    ),
    "samples_without_flow": (
        "有 {count} 次监测没有同步测量流量，不能加权平均。",
        "{count} samples have no flow measured at the same time.",
    ),
    "samples_negative": (
        "监测的浓度和流量不应为负数。",
        "Concentrations and flows cannot be negative.",
    ),
    "laboratory_unqualified": (
        "监测机构没有资质认定（CMA），数据不能用于核算。",
        "The laboratory is not accredited (CMA).",
    ),
    "load_unknown": (
        "没有记录监测时的生产负荷。",
        "The production load during sampling is not recorded.",
    ),
    "trial_operation": (
        "试运行期间的监测数据不能用于核算。",
        "Data from trial operation may not be used.",
    ),
    "automatic_not_accepted": (
        "自动监测设备没有通过验收。",
        "The automatic equipment has not been accepted.",
    ),
    "automatic_not_compared": (
        "自动监测设备没有进行比对监测。",
        "The automatic equipment has not been compared.",
    ),
    "automatic_too_little_valid": (
        "自动监测数据有效率为 {share}%，应不低于 {least}%。",
        "Only {share} % of the automatic data are valid; at least {least} % are needed.",
    ),
    "permit_not_by_rules": (
        "执行报告的实际排放量没有按排污许可证规定的方法核算，不能采用。",
        "The execution report was not computed by the rules of the permit.",
    ),
    "balance_negative": (
        "物料衡算中产品、回收、固废等带走的量（{out}）大于投入的量（{into}），请核对。",
        "The balance takes out more ({out}) than was put in ({into}).",
    ),
    "coefficient_doubtful": (
        "系数库中只有存疑的系数（手册第{page}页），不用于正式核算结果。",
        "The library has only doubtful coefficients (page {page}), which stay out of official results.",
    ),
    "coefficient_several": (
        "系数库中有 {count} 条不同的系数符合，请填写核算环节（第03项）或系数条件（第07-1项）：{which}。",
        "{count} different coefficients fit; give the link (item 03) or condition (item 07-1): {which}.",
    ),
    "coefficient_part_unknown": (
        "系数库中没有{part}“{value}”；现有：{known}。",
        "The library has no {part_en} “{value}”; there are: {known}.",
    ),
    "coefficient_industry": (
        "系数库中没有本单位行业（{codes}）的这条系数。",
        "The library has no such coefficient for the unit’s industries ({codes}).",
    ),
    "target_unknown": (
        "这种污染物不能写入所选的普查表，请核对第01项和第13项。",
        "This pollutant has no place in the form chosen; check items 01 and 13.",
    ),
    "target_not_owed": (
        "单位没有需填的 {form}，结果只留在本表。",
        "The unit has no {form} to fill, so the result stays in this form.",
    ),
    "target_locked": (
        "{form} 现为“{status}”，核算没有改动它。",
        "{form} is “{status}”; the accounting has not changed it.",
    ),
    "target_item_unknown": (
        "{form} 没有接收“{pollutant}”的指标，结果只留在本表。",
        "{form} has no item for “{pollutant}”, so the result stays in this form.",
    ),
    "target_row_unknown": (
        "{form} 中没有编号为“{outlet}”的设备，请核对第02项。",
        "{form} has no equipment numbered “{outlet}”; check item 02.",
    ),
    "target_rows_several": (
        "{form} 中有几台设备的编号都是“{outlet}”，请填写设备编号。",
        "Several pieces of equipment in {form} are numbered “{outlet}”; give the equipment’s own number.",
    ),
    "point_samples_too_few": (
        "{form} 第{number}个监测点有效监测 {count} 次，少于 {least} 次，不能用监测数据核算。",
        "{form}, point {number}: {count} valid samples, fewer than {least}; they cannot be used.",
    ),
    "point_without_volume": (
        "{form} 第{number}个监测点没有填水量（流量、排放时间），不能用监测数据核算。",
        "{form}, point {number}: no volume (flow, hours), so the measurements cannot be used.",
    ),
    "point_grows": (
        "{form} 第{number}个监测点“{pollutant}”出口浓度大于进口浓度，请核对。",
        "{form}, point {number}, “{pollutant}”: more at the outlet than at the inlet; check it.",
    ),
    "target_incomplete": (
        "{form} 的“{pollutant}”有不能核算的行，合计没有写入。",
        "{form}, “{pollutant}”: a row could not be reckoned, so no sum was written.",
    ),
}


class NotComputable(Exception):
    """The result is not known; `code` says why, `sentence` says it to people."""

    def __init__(self, code: str, **arguments: str | int) -> None:
        self.code = code
        self.arguments: Arguments = arguments
        super().__init__(self.sentence("en"))

    def sentence(self, language: str = "zh") -> str:
        """The reason in Chinese or English."""
        chinese, english = SENTENCES[self.code]
        return (english if language == "en" else chinese).format(**self.arguments)

    def pair(self) -> dict[str, str]:
        """Both languages, to be stored."""
        return {"zh": self.sentence("zh"), "en": self.sentence("en")}
