"""What the words of an explanation are worth: length, stock phrases, and what makes two the same."""

import re
import unicodedata

from audit.hashing import sm3_hex

EXPLANATION_LENGTH_AT_LEAST = 6
EXPLANATION_LENGTH_AT_MOST = 1000
# One cause may hold for a few neighbours of one filler: a power cut, a shared boiler house, two
# works of one owner. A text that fits more units than these says nothing about any of them.
OTHER_UNITS_AT_MOST = 3
# what remains of a stock phrase once these are taken out is no explanation
STOCK_WORDS = re.compile(
    "经|已|再次|多次|反复|现场|电话|企业|单位|我单位|本单位|我厂|本厂|数据|填报|情况|实际|信息|该|此|项|指标|以上|均|都|"
    "核实|核对|核查|确认|检查|复核|查实|落实|无误|无错误|没有错误|没错|属实|真实|准确|正确|一致|相符|有效|无问题|没有问题|"
    "没问题|正常|无异常|按实填报|如实|据实|与|为|是|的|了|其|特此|说明|请|予以|通过|审核|同意|ok|yes|no"
)


def letters_of(text: str) -> str:
    """Letters and digits only, lower case: punctuation does not make an explanation longer."""
    return "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LN")


def is_stock_phrase(text: str) -> bool:
    """Whether nothing is left of it but phrases that fit every form, or one letter repeated."""
    core = letters_of(text)
    return len(STOCK_WORDS.sub("", core)) < 2 or len(set(core)) < 4


def explanation_key(text: str, unit_name: str) -> str:
    """The same for two texts that say the same: SM3 over the letters that are left.

    Width, punctuation and stock phrases make no difference, nor does the unit's own name: a
    template with the name filled in is still a template. Figures do.
    """
    letters = letters_of(unicodedata.normalize("NFKC", text))
    name = letters_of(unicodedata.normalize("NFKC", unit_name))
    core = STOCK_WORDS.sub("", letters.replace(name, "") if name else letters)
    return sm3_hex((core or letters).encode())
