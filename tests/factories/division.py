"""Industries and extra divisions for tests; the cast's own divisions are in `tests.people`."""

from registry.enums import DivisionLevel, IndustryLevel
from registry.models import Division, DivisionEdition, Industry

INDUSTRIES = [
    ("0313", "031", IndustryLevel.CLASS, "猪的饲养", False),
    ("C", "", IndustryLevel.SECTION, "制造业", True),
    ("17", "C", IndustryLevel.DIVISION, "纺织业", True),
    ("175", "17", IndustryLevel.GROUP, "化纤织造及印染精加工", True),
    ("1751", "175", IndustryLevel.CLASS, "化纤织造加工", True),
    ("1752", "175", IndustryLevel.CLASS, "化纤织物染整精加工", True),
    ("2614", "261", IndustryLevel.CLASS, "有机化学原料制造", True),
    ("3011", "301", IndustryLevel.CLASS, "水泥制造", True),
    ("4620", "462", IndustryLevel.CLASS, "污水处理及其再生利用", False),
    ("5265", "526", IndustryLevel.CLASS, "机动车燃油零售", False),
    ("8411", "841", IndustryLevel.CLASS, "综合医院", False),
]


def industries_make() -> None:
    """A handful of real industries, in and out of the industrial scope."""
    Industry.objects.bulk_create(
        [
            Industry(code=code, parent_code=parent, level=level, name=name, is_in_scope=in_scope)
            for code, parent, level, name, in_scope in INDUSTRIES
        ],
        ignore_conflicts=True,
    )


def village_make(code: str, name: str = "某村") -> Division:
    """A village below a town that exists."""
    edition = DivisionEdition.objects.get(is_current=True)
    town = Division.objects.get(edition=edition, code=f"{code[:9]}000")
    return Division.objects.create(
        edition=edition,
        code=code,
        parent_code=town.code,
        level=DivisionLevel.VILLAGE,
        name=name,
        full_name=town.full_name + name,
    )
