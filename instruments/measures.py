"""Units of measure in the reader's language; definitions write them in Chinese."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

_MEASURES: dict[str, str | Promise] = {
    "个": pgettext_lazy("measure", "个"),
    "台": pgettext_lazy("measure", "台"),
    "套": pgettext_lazy("measure", "套"),
    "月": pgettext_lazy("measure", "月"),
    "小时": pgettext_lazy("measure", "小时"),
    "米": pgettext_lazy("measure", "米"),
    "千克": pgettext_lazy("measure", "千克"),
    "吨": pgettext_lazy("measure", "吨"),
    "吨/小时": pgettext_lazy("measure", "吨/小时"),
    "蒸吨/小时": pgettext_lazy("measure", "蒸吨/小时"),
    "吨标准煤": pgettext_lazy("measure", "吨标准煤"),
    "吨或万立方米": pgettext_lazy("measure", "吨或万立方米"),
    "立方米": pgettext_lazy("measure", "立方米"),
    "立方米/日": pgettext_lazy("measure", "立方米/日"),
    "万立方米": pgettext_lazy("measure", "万立方米"),
    "%或毫克/立方米": pgettext_lazy("measure", "%或毫克/立方米"),
    "千卡/千克或千卡/标准立方米": pgettext_lazy("measure", "千卡/千克或千卡/标准立方米"),
    "万吉焦": pgettext_lazy("measure", "万吉焦"),
    "万千瓦": pgettext_lazy("measure", "万千瓦"),
    "万千瓦时": pgettext_lazy("measure", "万千瓦时"),
    "千元": pgettext_lazy("measure", "千元"),
    "天": pgettext_lazy("measure", "天"),
    "次": pgettext_lazy("measure", "次"),
    "辆": pgettext_lazy("measure", "辆"),
    "艘": pgettext_lazy("measure", "艘"),
    "吨/日": pgettext_lazy("measure", "吨/日"),
    "吨/年": pgettext_lazy("measure", "吨/年"),
    "万吨": pgettext_lazy("measure", "万吨"),
    "万平方米": pgettext_lazy("measure", "万平方米"),
    "立方米/时": pgettext_lazy("measure", "立方米/时"),
    "毫克/升": pgettext_lazy("measure", "毫克/升"),
    "毫克/立方米": pgettext_lazy("measure", "毫克/立方米"),
    "纳克毒性当量/立方米": pgettext_lazy("measure", "纳克毒性当量/立方米"),
    "毫克": pgettext_lazy("measure", "毫克"),
    "千瓦": pgettext_lazy("measure", "千瓦"),
    "公里": pgettext_lazy("measure", "公里"),
    "个/升": pgettext_lazy("measure", "个/升"),
}


def measure_name(unit: str) -> str:
    """The unit as the reader writes it; one that is not listed stays as it is."""
    return str(_MEASURES.get(unit, unit))
