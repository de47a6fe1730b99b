"""Random rules and random records, from texts that people type and texts that nobody should."""

import random
import re

from instruments.evaluation.definition import Definition, ItemType

HAND_MADE = [
    ("flow * ratio * 1.05 >= ratio * workers", {}),
    ("flow / ratio > 0.5 or workers / built < 1", {}),
    ("not (flag = '1' and kind is null)", {}),
    ("coalesce(flow, ratio, 0) >= 1.23449", {}),
    ("case when flag = '1' then flow when kind = '2' then ratio end >= 0", {}),
    ("kind not in ('E', 'R1')", {}),
    ("name is null or length(name) <= 3", {}),
    ("substring(name, 2, 2) = '家试'", {}),
    ("left(name, 1) <> '𠮷'", {}),
    ("abs(flow - ratio) <= abs(-huge)", {}),
    ("sum(boilers.fuel * boilers.hours) >= min(boilers.fuel) - max(boilers.hours)", {}),
    ("count(boilers.fuel) = rows(boilers)", {}),
    ("some(boilers, fuel > 100 and boiler_kind = 'R1')", {}),
    ("not every(boilers, hours > 1)", {}),
    ("every(b1.kilns, output >= 0) and some(b1.kilns, kiln is not null)", {}),
    ("sum(b1.kilns.output) <= flow", {}),
    ("count(b1.kilns.kiln) <= 1 or rows(b1.kilns) = workers", {}),
    ("owes(b1) and filled(b1)", {}),
    ("implies(owes(b1), b1.hours <= 8760)", {}),
    ("left(place, 4) = left(register.division_code, 4)", {}),
    ("register.name = name", {}),
    ("flow <= param('p99') or param('nothing') > 1", {}),
    ("has(kinds, '1') and not has(kinds, 'E')", {}),
    ("blank(kinds) or filled(flow, ratio)", {}),
    ("year(reported) in (2017, 2018) and month(opened) between 1 and 6", {}),
    ("reported > date '2017-12-31'", {}),
    ("opened < '2017-10' or opened ~ '^20[0-9]{2}-0[1-9]$'", {}),
    ("longitude between 73 * 3600 and 136 * 3600", {}),
    ("credit = organisation or substring(credit, 9, 9) = organisation", {}),
    ("area_code ~ '^[A-Z]?[0-9]+$' or phone ~ '[0-9]{4}'", {}),
    ("flow in (0, 1.5, -1, 100)", {}),
    ("nsum(flow, ratio, huge) - nsum(workers, built) <= 12.5", {}),
    ("huge * ratio > huge or huge - 0.001 < huge", {}),
    ("huge / 3 * 3 = huge", {}),
    ("-flow <= 0 and - -1 = 1", {}),
    ("null is null and (flow > null or true)", {}),
    ("fuel * 2 <= hours", {"each": "boilers"}),
    ("boiler_kind in ('1', 'E') or fuel > flow", {"each": "boilers", "when": "hours > 0"}),
    ("hours <= b1.hours", {"each": "boilers"}),
    ("fuel <= sum(boilers.fuel) / 2", {"each": "boilers", "severity": "soft"}),
    ("sum(boilers.fuel) > discharge", {"each": "outlets", "items": ["discharge", "flow"]}),
    ("started >= opened or started is null", {"each": "boilers"}),
    ("boilers.fuel < 5 or hours > 3", {"each": "boilers"}),
    ("flow > sum(outlets.discharge)", {"items": ["flow", "discharge"], "when": "flag = '1'"}),
]
NUMBERS = ("flow", "ratio", "huge", "workers", "built", "longitude", "b1.hours")
AGGREGATES = (
    "sum(boilers.fuel)",
    "min(boilers.hours)",
    "max(outlets.discharge)",
    "count(boilers.hours)",
    "rows(outlets)",
    "sum(b1.kilns.output)",
    "param('p99')",
    "length(name)",
    "month(opened)",
)
LITERALS = ("0", "1", "0.5", "12.3456", "366", "-1", "1000000", "2017")
CONDITIONS = (
    "kind in ('1', 'E')",
    "flag = '1'",
    "has(kinds, '2')",
    "name = b1.unit_name",
    "reported < '2018-01-01'",
    "opened is null",
    "every(boilers, fuel > 1)",
    "some(b1.kilns, output > 1.5)",
    "b1.is_open = '1'",
    "owes(b1)",
    "null",
    "true",
)


def fresh() -> random.Random:
    """Another run, other records; pytest-randomly prints the seed that repeats them."""
    return random.Random(random.randrange(2**32))


class RuleMaker:
    """Random conditions of the rule language. A shape is a template: C, N and D stand for a
    condition, a number and an item.
    """

    conditions = (
        *("N = N", "N <> N", "N < N", "N <= N", "N > N", "N >= N") * 2,
        *("(C and C)", "(C or C)") * 4,
        *("not (C)", "implies(C, C)", "D is null", "D is not null"),
        *("N between N and N", "N not between N and N", "case when C then C else C end"),
    )
    numbers = (
        *("D",) * 7,
        *("(N + N)", "(N - N)") * 2,
        *("(D * D)", "(D / D)", "abs(N)", "coalesce(N, N)", "nsum(D, D)"),
        "case when C then N end",
    )

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def condition(self, depth: int) -> str:
        if depth <= 0 or self.chance.random() < 0.1:
            return self.chance.choice(CONDITIONS)
        return self.filled(self.chance.choice(self.conditions), depth - 1)

    def number(self, depth: int) -> str:
        return self.filled("D" if depth <= 0 else self.chance.choice(self.numbers), depth - 1)

    def leaf(self, _depth: int) -> str:
        return self.chance.choice(self.chance.choice((NUMBERS, NUMBERS, AGGREGATES, LITERALS)))

    def filled(self, shape: str, depth: int) -> str:
        makers = {"C": self.condition, "N": self.number, "D": self.leaf}
        return re.sub(r"\b[CND]\b", lambda found: makers[found.group()](depth), shape)


RUBBISH = (
    *" x —0 -",
    "1e5",
    "１２",
    "\u200b",
    "NaN",
    "1,2",
    "a\tb",
    "\ud800",
    "constructor",
    "∞",
    "½",
)
TEXTS = {
    "number": (
        "0",
        "0.00",
        "1",
        "1.5",
        "-1",
        "12",
        "100",
        "1,234.5",
        "１２．５",
        "99999.51",
        ".5",
        "5.",
        "+3",
        "007",
        "1 000",
        "3.14159",
        "123456789012345",
        "9007199254740993",
        "-0",
        "8761",
        "1.50 ",
    ),
    "text": (
        "测试市甲",
        "𠮷野家试市",
        "某某公司",
        "it's",
        'a\\b"c',
        "A",
        "ab\u0301c",
        "（一）",
        "x" * 13,
        "1",
        "</script>",
        "{label}",
        "a\nb",
    ),
    "code": ("1234", "AB12-3", "ab12", "1234\n", "DW001", "12345", "E", "R1", "１"),
    "date": (
        "2018-03-05",
        "2017/2/29",
        "2016年2月29日",
        "20180101",
        "2018-13-01",
        "2018-1-1",
        "1999-12-31",
        "2018.6.30",
    ),
    "month": ("2017-12", "2017年1月", "201706", "2017-13", "2016/7", "2018-07"),
    "choices": ("1", "1,3", "E、R1", "1 2 9", "3,3,1", ",", "2；E"),
    "coordinate": (
        "120°12′33.25″",
        "120 12 33.25",
        "120.209236",
        "120度12分33.25秒",
        "30°15′02.1″",
        "200 1 1",
        "120 60 1",
        "120 1 60",
        "120 1 1.234",
        "E120°1′1″",
        "120",
        "73",
        "0.000001389",
        "180.0000001",
    ),
    "identity": (
        "91350100M000100Y43",
        "91330100MA27XL0A6Q",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "91350100m000100y43",
        "91350100M000100Y44",
        "9135010OM000100Y43",
        "91350100M000100",
        "M000100Y4",
        "M000100Y-4",
        "D2143569-X",
        "D2143569X",
        "D21435690",
        "9135A100M000100Y43",
        "91350100M000100Y53",
        "𠮷1350100M000100Y43",
        "ß" * 9,
    ),
    "place": ("330106005001", "3301 0600 5001", "330106", "33010600500X"),
    "phone": ("0571-88886666", "13800138000", "(0571)8888 6666转12", "12", "call me"),
    "flag": ("1", "2", "是", "否", "Y", "no", "3", "１"),
    "year": ("2017", "1899", "2019", "2017年", "17", "20170"),
}
KINDS = {
    ItemType.DECIMAL: "number",
    ItemType.INTEGER: "number",
    ItemType.YEAR: "year",
    ItemType.DATE: "date",
    ItemType.YEAR_MONTH: "month",
    ItemType.YES_NO: "flag",
    ItemType.CHOICE: "code",
    ItemType.CODE: "code",
    ItemType.MULTI_CHOICE: "choices",
    ItemType.COORDINATE: "coordinate",
    ItemType.CREDIT_CODE: "identity",
    ItemType.ORGANISATION_CODE: "identity",
    ItemType.DIVISION: "place",
    ItemType.PHONE: "phone",
    ItemType.TEXT: "text",
}


class RecordMaker:
    """Random answers of forms; half of the values are what is asked for."""

    def __init__(self, chance: random.Random, codes: dict[str, list[str]]) -> None:
        self.chance = chance
        self.codes = codes

    def raw(self, item) -> str:
        pick = self.chance.random()
        kind = KINDS[item.type]
        if pick < 0.03:
            return self.chance.choice(RUBBISH)
        if pick < 0.05:
            return self.chance.choice(TEXTS[self.chance.choice(list(TEXTS))])
        if kind == "number" and pick < 0.4:
            return f"{self.chance.randrange(10**5) / 100:.{item.scale}f}"
        if item.codelist in self.codes and self.codes[item.codelist] and pick < 0.8:
            return self.chance.choice(self.codes[item.codelist])
        good = TEXTS[kind] if pick < 0.7 else TEXTS[kind][:4]
        return self.chance.choice(good)

    def answers(self, definition: Definition) -> dict:
        values, rows, full = {}, {}, self.chance.random()
        for group in definition.groups:
            count = self.chance.choice((0, 1, 1, 2, 3, 4))
            rows[group.slug] = [f"row{number}" for number in range(count)]
        for item in definition.items:
            for row in rows[item.group] if item.group else [""]:
                if self.chance.random() < 0.35 + full * 0.65:
                    values[item.path(row)] = self.raw(item)
        return {"values": values, "rows": rows}

    def context(self, others: dict[str, Definition]) -> dict:
        """Plain data: both engines are given the same."""
        chance = self.chance
        return {
            "forms": {n: self.answers(d) for n, d in others.items() if chance.random() < 0.8},
            "owed": [name for name in others if chance.random() < 0.5],
            "register": {
                "division_code": chance.choice(TEXTS["place"]),
                "name": chance.choice(TEXTS["text"]),
            },
            "params": {"p99": chance.choice((0.1, 1.5, 1e6))} if chance.random() < 0.8 else {},
        }


def changes_made(chance, definition, plain, codes):
    """One to three random changes, made in place; what they touched."""
    touched = set()
    for _ in range(chance.randrange(1, 4)):
        group = chance.choice(definition.groups).slug if definition.groups else ""
        rows = plain["rows"].setdefault(group, []) if group else []
        pick = chance.random()
        if pick < 0.2 and group:
            rows.append(f"new{chance.randrange(10**6)}")
            touched.add(group)
        elif pick < 0.4 and rows:
            row = rows.pop(chance.randrange(len(rows)))
            gone = [path for path in plain["values"] if path.startswith(f"{group}/{row}/")]
            touched.update({group, *gone})
            for path in gone:
                del plain["values"][path]
        else:
            item = chance.choice(definition.items)
            places = plain["rows"].get(item.group) or [] if item.group else [""]
            if places:
                path = item.path(chance.choice(places))
                plain["values"][path] = "" if pick > 0.9 else RecordMaker(chance, codes).raw(item)
                touched.add(path)
    return sorted(touched)
