"""Closed lists of the register."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DivisionLevel(models.IntegerChoices):
    """Levels of the statistical division tree (统计用区划)."""

    COUNTRY = 0, _("国家")
    PROVINCE = 1, _("省级")
    CITY = 2, _("地级")
    COUNTY = 3, _("县级")
    TOWN = 4, _("乡级")
    VILLAGE = 5, _("村级")


class DivisionKind(models.TextChoices):
    """Why a code exists: an administrative division, or one that only statistics knows."""

    OFFICIAL = "official", _("行政区划")
    STATISTICAL = "statistical", _("开发区等统计单位")
    PSEUDO = "pseudo", _("市辖区等汇总码")
    XPCC = "xpcc", _("兵团")


class IndustryLevel(models.IntegerChoices):
    """Levels of GB/T 4754-2017."""

    SECTION = 1, _("门类")
    DIVISION = 2, _("大类")
    GROUP = 3, _("中类")
    CLASS = 4, _("小类")


class UnitKind(models.TextChoices):
    """The five classes of the census, parks, and areas that report as units (普查对象类别).

    The census counts 以行政区为单位的普查对象: a county, city or province that fills in a form.
    """

    INDUSTRIAL = "industrial", _("工业企业")
    LIVESTOCK = "livestock", _("规模畜禽养殖场")
    DOMESTIC_BOILER = "domestic_boiler", _("非工业企业单位锅炉")
    CENTRAL_FACILITY = "central_facility", _("集中式污染治理设施")
    OUTFALL = "outfall", _("入河（海）排污口")
    MOBILE = "mobile", _("移动源")
    PARK = "park", _("工业园区")
    AREA = "area", _("行政区")


class UnitStatus(models.TextChoices):
    """What the field found (运行状态与清查结果)."""

    OPERATING = "operating", _("运行")
    SUSPENDED_ALL_YEAR = "suspended_all_year", _("全年停产")
    CLOSED = "closed", _("关闭")
    OUT_OF_SCOPE = "out_of_scope", _("不属于普查范围")
    DUPLICATE = "duplicate", _("重复")
    NOT_FOUND = "not_found", _("未找到")


class UnitSource(models.TextChoices):
    """How a unit came into the register."""

    FRAME = "frame", _("名录导入")
    FIELD = "field", _("现场登记")
    API = "api", _("接口登记")


# The letter that begins a census-issued object code (普查对象识别码), by kind of unit.
OBJECT_CODE_LETTERS: dict[UnitKind, str] = {
    UnitKind.INDUSTRIAL: "G",
    UnitKind.LIVESTOCK: "N",
    UnitKind.DOMESTIC_BOILER: "S",
    UnitKind.CENTRAL_FACILITY: "J",
    UnitKind.OUTFALL: "P",
    UnitKind.MOBILE: "Y",
    UnitKind.PARK: "K",
    UnitKind.AREA: "X",
}


class ListAuthority(models.TextChoices):
    """Whose list of units it is (部门名录)."""

    BUSINESS = "business", _("工商登记")
    TAX = "tax", _("税务登记")
    PERMIT = "permit", _("排污许可")
    KEY_SOURCE = "key_source", _("重点排污单位名录")
    ELECTRICITY = "electricity", _("用电户名录")
    ECONOMIC_CENSUS = "economic_census", _("经济普查名录")
    STATISTICS = "statistics", _("环境统计")
    OTHER = "other", _("其他名录")


class ListState(models.TextChoices):
    """How far a list has come."""

    MAPPING = "mapping", _("待确认列")
    SCREENING = "screening", _("筛选中")
    SCREENED = "screened", _("已筛选")


class RowOutcome(models.TextChoices):
    """What became of one row of a list. Every row has exactly one."""

    READ = "read", _("待比对")
    CREATED = "created", _("新登记")
    MERGED = "merged", _("归并")
    WAITING = "waiting", _("待人工判断")
    REFUSED = "refused", _("未采用")


class Verdict(models.TextChoices):
    """What a person said of a row and a registered unit."""

    SAME = "same", _("同一对象")
    DIFFERENT = "different", _("不同对象")
    REVERSED = "reversed", _("撤销判断")


class FrameChangeKind(models.TextChoices):
    """What happens to a unit in the world (变更类型)."""

    BIRTH = "birth", _("新增")
    DEATH = "death", _("关闭")
    SUSPENSION = "suspension", _("停产")
    RESUMPTION = "resumption", _("恢复生产")
    MOVE = "move", _("迁址")
    RENAME = "rename", _("更名")
    RECLASSIFICATION = "reclassification", _("行业或类别变更")
    OUT_OF_SCOPE = "out_of_scope", _("不属于普查范围")
    NOT_FOUND = "not_found", _("查无此户")
    MERGE = "merge", _("合并")
    SPLIT = "split", _("拆分")


class FrameChangeState(models.TextChoices):
    """Where a change stands."""

    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("不批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    UNDONE = "undone", _("已撤销")


class DivisionChangeState(models.TextChoices):
    """Where a change of the division tree stands."""

    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("办理中")
    APPLIED = "applied", _("已办结")
    REFUSED = "refused", _("不批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class BlockStage(models.TextChoices):
    """Where the check of a block stands: the ground first, blind; the register afterwards."""

    LISTING = "listing", _("现场清查")
    COMPARING = "comparing", _("与名录比对")
    CLOSED = "closed", _("已完成")


class EntrySide(models.TextChoices):
    """Where an entry comes from."""

    GROUND = "ground", _("现场")
    REGISTER = "register", _("名录")


class EntryVerdict(models.TextChoices):
    """What the comparison says of an entry. `THERE`: in place, though the checker overlooked it."""

    MATCHED = "matched", _("相符")
    MISSING = "missing", _("漏报")
    OUT_OF_SCOPE = "out_of_scope", _("不属于普查范围")
    THERE = "there", _("存在，核查时未列")
    DUPLICATE = "duplicate", _("重报")
    NOT_THERE = "not_there", _("多报，实地没有")


class OverlayKind(models.TextChoices):
    """What lies across divisions."""

    ZONE = "zone", _("开发区")
    PARK = "park", _("工业园区")
    BASIN = "basin", _("流域")
    OTHER = "other", _("其他")


class UnitPart(models.TextChoices):
    """What a unit is in a change."""

    SUBJECT = "subject", _("变更对象")
    SURVIVOR = "survivor", _("并入对象")
    CREATED = "created", _("新产生对象")


class FieldOutcome(models.TextChoices):
    """What the field found at the place (清查结果)."""

    IN_SCOPE = "in_scope", _("属于普查范围，在运行")
    SUSPENDED = "suspended", _("全年停产")
    CLOSED = "closed", _("已关闭")
    OUT_OF_SCOPE = "out_of_scope", _("不属于普查范围")
    DUPLICATE = "duplicate", _("与另一对象重复")
    NOT_FOUND = "not_found", _("查无此户")
