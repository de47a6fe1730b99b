"""The words and weights from which invented units are put together."""

from dataclasses import dataclass

from registry.enums import UnitKind


@dataclass(frozen=True)
class Trade:
    """An industry with its weight among industrial units and the word it puts into names."""

    industry: str
    weight: int
    word: str
    second: str = ""  # a second industry that goes with it


# Weights: thousands of industrial units by division of GB/T 4754, rounded; invented from
# published totals, good enough to look right and never shown as statistics.
TRADES = (
    Trade("1012", 34, "石料"),
    Trade("1392", 66, "豆制品"),
    Trade("1353", 66, "肉食品"),
    Trade("1411", 62, "食品"),
    Trade("1512", 62, "酒业"),
    Trade("1751", 49, "织造"),
    Trade("1752", 49, "印染", "1751"),
    Trade("1811", 162, "服饰"),
    Trade("1951", 62, "鞋业"),
    Trade("2011", 120, "木业"),
    Trade("2110", 94, "家具"),
    Trade("2231", 55, "纸业包装", "2319"),
    Trade("2319", 66, "包装印刷"),
    Trade("2452", 55, "玩具"),
    Trade("2641", 21, "涂料"),
    Trade("2651", 20, "树脂", "2614"),
    Trade("2614", 20, "化工"),
    Trade("2720", 15, "药业"),
    Trade("2926", 120, "塑料制品"),
    Trade("2913", 60, "橡胶制品"),
    Trade("3011", 20, "水泥"),
    Trade("3021", 118, "水泥制品"),
    Trade("3024", 100, "新型建材"),
    Trade("3130", 13, "轧钢"),
    Trade("3252", 16, "铝业"),
    Trade("3311", 140, "钢结构"),
    Trade("3360", 45, "表面处理"),
    Trade("3399", 100, "五金"),
    Trade("3441", 90, "泵业"),
    Trade("3484", 137, "机械", "3399"),
    Trade("3525", 92, "模具"),
    Trade("3670", 43, "汽车部件", "3484"),
    Trade("3824", 75, "电气"),
    Trade("3982", 47, "电子"),
    Trade("4210", 19, "再生资源"),
    Trade("4412", 5, "热电"),
    Trade("4430", 10, "热力"),
    Trade("4610", 26, "水务"),
)

BRANDS_FIRST = "华东恒天宏金鑫瑞丰盛泰康永利大海江正新中嘉德凯通联腾诚"
BRANDS_SECOND = "达明远兴源辉盛发成隆和信安顺友力强博业荣茂昌威祥"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
GIVEN_FIRST = "建国志文晓海玉春家永德立俊明光新思雅秀丽"
GIVEN_SECOND = "明华强军平勇杰涛芳敏静霞红燕玲伟峰刚斌宁"
ROADS = (
    "振兴路",
    "工业路",
    "创业街",
    "科技路",
    "兴业路",
    "人民路",
    "环城路",
    "迎宾路",
    "富民路",
    "建设路",
)


@dataclass(frozen=True)
class Institution:
    """A kind of unit other than a factory: its industry and the ending of its name."""

    kind: UnitKind
    industry: str
    ending: str
    code_start: str  # registration department and category of its credit code; blank: no code


INSTITUTIONS = (
    Institution(UnitKind.DOMESTIC_BOILER, "8411", "医院", "12"),
    Institution(UnitKind.DOMESTIC_BOILER, "8334", "中学", "12"),
    Institution(UnitKind.DOMESTIC_BOILER, "6110", "大酒店有限公司", "91"),
    Institution(UnitKind.DOMESTIC_BOILER, "8051", "洗浴中心", "92"),
    Institution(UnitKind.MOBILE, "5265", "加油站有限公司", "91"),
    Institution(UnitKind.LIVESTOCK, "0313", "生猪养殖专业合作社", "93"),
    Institution(UnitKind.LIVESTOCK, "0321", "蛋鸡养殖场", "92"),
    Institution(UnitKind.CENTRAL_FACILITY, "4620", "污水处理有限公司", "91"),
    Institution(UnitKind.CENTRAL_FACILITY, "7820", "环境卫生处理场", "12"),
    Institution(UnitKind.MOBILE, "5265", "石油销售有限公司", "91"),
    Institution(UnitKind.OUTFALL, "", "市政排污口", ""),
)


@dataclass(frozen=True)
class County:
    """One county of the demonstration, its towns, and what its firms call themselves."""

    key: str
    code: str
    city_word: str
    towns: tuple[tuple[str, str], ...]
    longitude: str
    latitude: str
    units: int
    worked_on: int  # of its factories
    others_worked_on: int  # of each other kind of unit
    water: tuple[str, str]  # the receiving water and its code
    sewage_plant: str


COUNTIES = (
    County(
        key="xihu",
        code="330106000000",
        city_word="杭州",
        towns=(
            ("330106109000", "三墩镇"),
            ("330106010000", "转塘街道"),
            ("330106110000", "双浦镇"),
        ),
        longitude="120.079",
        latitude="30.221",
        units=110,
        worked_on=14,
        others_worked_on=2,
        water=("钱塘江", "G001"),
        sewage_plant="杭州西湖污水处理厂（虚构）",
    ),
    County(
        key="yuhang",
        code="330110000000",
        city_word="杭州",
        towns=(
            ("330110010000", "良渚街道"),
            ("330110110000", "瓶窑镇"),
            ("330110102000", "塘栖镇"),
        ),
        longitude="119.955",
        latitude="30.362",
        units=110,
        worked_on=10,
        others_worked_on=1,
        water=("京杭运河", "F021"),
        sewage_plant="余杭污水处理厂（虚构）",
    ),
    County(
        key="hongshan",
        code="420111000000",
        city_word="武汉",
        towns=(
            ("420111003000", "狮子山街道"),
            ("420111009000", "青菱街道"),
            ("420111004000", "张家湾街道"),
        ),
        longitude="114.418",
        latitude="30.479",
        units=80,
        worked_on=8,
        others_worked_on=0,
        water=("长江", "F001"),
        sewage_plant="洪山污水处理厂（虚构）",
    ),
)
