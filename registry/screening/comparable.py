"""Names and addresses in the form in which they are compared, never shown."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

# What a name ends with says which legal form a firm has, not which firm it is.
_LEGAL_FORM = re.compile(
    r"(?:股份)?(?:有限)?(?:责任)?(?:集团)?(?:公司|总公司|企业)?(?:有限公司|有限责任公司|股份公司|公司|CO)$"
)
_FORM_INSIDE = re.compile(r"(?:股份)?有限(?:责任)?公司(?=.)")
_SUFFIX = re.compile(r"[省市区县盟州旗]$|自治[区州县旗]$|特别行政区$")
_NOISE = re.compile(r"[^0-9A-Z\u3400-\u9fff]")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_ADDRESS_WORDS = re.compile(r"[省市区县镇乡街道村路号楼室幢栋]")


def plain(text: str) -> str:
    """Half width, upper case, letters, digits and Chinese characters only."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).upper())


@lru_cache(maxsize=4096)
def _places(names: tuple[str, ...]) -> re.Pattern[str]:
    stems = {plain(name) for name in names} | {_SUFFIX.sub("", plain(name)) for name in names}
    known = sorted((stem for stem in stems if len(stem) > 1), key=len, reverse=True)
    longest_first = "|".join(f"{re.escape(stem)}[省市区县]?" for stem in known)
    return re.compile(f"^(?:{longest_first})+") if known else re.compile("(?!)")


def comparable_name(name: str, places: Collection[str] = ()) -> str:
    """The part of a firm's name that tells it from others.

    Without the places it begins with (杭州市西湖区…), and with its legal form (有限责任公司,
    有限公司, 公司) cut off. What would be left with fewer than two characters is left whole.
    """
    whole = plain(name)
    core = _places(tuple(places)).sub("", whole)
    core = _FORM_INSIDE.sub("", _LEGAL_FORM.sub("", core)).translate(_NUMERALS)
    return core if len(core) > 1 else whole


def comparable_address(address: str, places: Collection[str] = ()) -> str:
    """An address without the places above the street and without the words every one has."""
    rest = _places(tuple(places)).sub("", plain(address))
    return _ADDRESS_WORDS.sub("", rest).translate(_NUMERALS)


def comparable_person(name: str) -> str:
    """A person's name without spaces between its characters (张 三)."""
    return plain(name)
