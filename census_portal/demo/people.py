"""The demonstration's accounts: one for every role of the cast, all with one shared password."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.grants import grant_give
from accounts.models import User
from accounts.services import account_create, role_assign
from accounts.services.accounts import AccountData
from registry.models import Division, Unit

LENT_FOR = timedelta(days=7)
LENT_PERMISSIONS = [
    Permission.UNIT_VIEW,
    Permission.CASE_VIEW,
    Permission.RESPONSE_SAVE,
    Permission.CASE_SUBMIT,
    Permission.QUERY_ANSWER,
]


@dataclass(frozen=True)
class Person:
    """One account: its first role, and further ones."""

    username: str
    full_name: str
    role: Role
    place: str  # 12-digit division code
    more: tuple[tuple[Role, str], ...] = field(default=())


NATION = "000000000000"
SYSTEM_ADMINISTRATOR = Person("admin", "系统管理员", Role.ADMINISTRATOR, NATION)
PEOPLE = (
    Person("xihu.field1", "陈普查", Role.ENUMERATOR, "330106109000"),
    Person(
        "xihu.field2",
        "林普查",
        Role.ENUMERATOR,
        "330106010000",
        more=((Role.ENUMERATOR, "330106110000"),),
    ),
    Person("xihu.guide", "赵指导", Role.SUPERVISOR, "330106000000"),
    Person("xihu.review", "钱县审", Role.REVIEWER, "330106000000"),
    Person("xihu.quality", "韩核查", Role.REVIEWER, "330106000000"),
    Person("xihu.office", "冯统计", Role.OFFICE, "330106000000"),
    Person("xihu.admin", "王管理", Role.ADMINISTRATOR, "330106000000"),
    Person("hangzhou.review", "孙市审", Role.REVIEWER, "330100000000"),
    Person("zhejiang.review", "李省审", Role.REVIEWER, "330000000000"),
    Person("national.office", "周国审", Role.REVIEWER, NATION, more=((Role.OFFICE, NATION),)),
    Person("zhejiang.audit", "郑审计", Role.AUDITOR, "330000000000"),
    Person("yuhang.review", "吴邻县", Role.REVIEWER, "330110000000"),
    Person("yuhang.field", "沈普查", Role.ENUMERATOR, "330110000000"),
    Person("yuhang.guide", "俞指导", Role.SUPERVISOR, "330110000000"),
    Person("yuhang.office", "蒋统计", Role.OFFICE, "330110000000"),
    Person("yuhang.admin", "汪管理", Role.ADMINISTRATOR, "330110000000"),
    Person("zhejiang.office", "潘统计", Role.OFFICE, "330000000000"),
    Person("hongshan.field", "何普查", Role.ENUMERATOR, "420111000000"),
    Person("hongshan.guide", "罗指导", Role.SUPERVISOR, "420111000000"),
    Person("hongshan.review", "彭县审", Role.REVIEWER, "420111000000"),
    Person("hongshan.office", "邹统计", Role.OFFICE, "420111000000"),
    Person("hongshan.admin", "熊管理", Role.ADMINISTRATOR, "420111000000"),
    Person("wuhan.review", "夏市审", Role.REVIEWER, "420100000000"),
    Person("hubei.review", "余省审", Role.REVIEWER, "420000000000"),
)


def people_create() -> dict[str, User]:
    """Open every account but the respondent's, who needs a unit. Returns them by user name."""
    administrator = _open(None, SYSTEM_ADMINISTRATOR)
    found = {administrator.username: administrator}
    for person in PEOPLE:
        found[person.username] = _open(administrator, person)
    return found


def _open(actor: User | None, person: Person) -> User:
    user = account_create(
        actor=actor,
        data=AccountData(
            username=person.username,
            full_name=person.full_name,
            phone="",
            password=settings.DEMO_PASSWORD,
            role=person.role,
            division_code=person.place,
        ),
        is_demo=True,
    )
    for role, place in person.more:
        division = Division.objects.current().get(code=place)
        role_assign(actor=actor, user=user, role=role, place=division)
    return user


def respondent_create(
    *, administrator: User, unit: Unit, username: str = "factory", full_name: str = ""
) -> User:
    """The account of a factory, or of a department, that fills its own forms."""
    return account_create(
        actor=administrator,
        data=AccountData(
            username=username,
            full_name=full_name or unit.contact_name,
            phone=unit.contact_phone,
            password=settings.DEMO_PASSWORD,
            role=Role.RESPONDENT,
            unit_code=unit.code,
        ),
        is_demo=True,
    )


def enumerator_lend(*, administrator: User, enumerator: User, unit: Unit) -> None:
    """An enumerator of the county next door helps out with one unit for a week."""
    grant_give(
        actor=administrator,
        user=enumerator,
        unit=unit,
        permissions=LENT_PERMISSIONS,
        reason="余杭区普查员支援三墩镇入户调查一周",
        until=timezone.localdate() + LENT_FOR,
    )
