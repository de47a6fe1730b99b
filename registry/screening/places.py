"""Where a row lies: its code, or the town that its address names inside the county of its code."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from registry.enums import DivisionLevel
from registry.identifiers import Problem, normalise
from registry.models import Division
from registry.screening.comparable import plain
from registry.successions import succeeded, successions

COUNTY_DIGITS = 6
_KINDS_OF_TOWN = re.compile(r"(街道办事处|地区办事处|街道|办事处|民族乡|镇|乡|苏木|农场|林场)$")


@dataclass
class Gazetteer:
    """Towns by county, with what an address calls them; counties' names for comparing."""

    levels: dict[str, int] = field(default_factory=dict)
    towns: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)  # prefixes that are no longer in force

    @classmethod
    def load(cls) -> "Gazetteer":
        """All of the current edition above the village. Two queries, 47,000 rows."""
        rows = Division.objects.current().filter(level__lte=DivisionLevel.TOWN)
        names: dict[str, str] = {}
        made = cls(replaced=successions())
        for code, level, name in rows.order_by("code").values_list("code", "level", "name"):
            made.levels[code] = level
            names[code] = name
            if level == DivisionLevel.TOWN:
                made.towns[code[:COUNTY_DIGITS]].append((code, name))
        for code, level in made.levels.items():
            if level == DivisionLevel.COUNTY:
                above = (code[:2], code[:4], code[:6])
                whole = [names.get(one.ljust(12, "0"), "") for one in above]
                made.places[code[:COUNTY_DIGITS]] = tuple(name for name in whole if name)
        return made

    def places_of(self, county: str) -> tuple[str, ...]:
        """Names of the province, the city and the county: what a firm's name begins with."""
        return self.places.get(county, ())

    def resolved(self, typed: str, address: str) -> tuple[str, Problem | None]:
        """A division of a town or village, or why there is none.

        A code of 6 digits, or one whose last six are noughts, names a county only: the town is
        taken from the address. Villages are left for the register's own check.
        """
        code = normalise(typed)
        if re.fullmatch("[0-9]{6}|[0-9]{9}", code):
            code = code.ljust(12, "0")
        code = succeeded(code, self.replaced)
        if not re.fullmatch("[0-9]{12}", code) or code[6:] != "000000":
            return code, None
        if code not in self.levels:
            return code, None
        town = self._town_in(code[:COUNTY_DIGITS], address)
        if town:
            return succeeded(town, self.replaced), None
        return code, Problem(
            "town_unknown",
            _("只给出了县级区划 %(code)s，地址中也没有该县任何乡镇（街道）的名称。")
            % {"code": code},
            _("请在“区划代码”列填写到乡镇（街道）的 12 位代码，或在地址中写明乡镇（街道）。"),
        )

    def _town_in(self, county: str, address: str) -> str:
        """The town whose name stands in the address; the longest name wins (城关镇 in 城关镇东)."""
        text = plain(address)
        best = ("", "")
        for code, name in self.towns.get(county, ()):
            stem = _KINDS_OF_TOWN.sub("", plain(name))
            for called in (plain(name), stem if len(stem) > 1 else ""):
                if called and called in text and len(called) > len(best[1]):
                    best = (code, called)
        return best[0]


def places_of(county: str) -> tuple[str, ...]:
    """The same of one county. One query."""
    codes = [county[:digits].ljust(12, "0") for digits in (2, 4, 6)]
    rows = Division.objects.current().filter(code__in=codes).order_by("code")
    return tuple(rows.values_list("name", flat=True))
