"""Units as the service registers them, with valid codes."""

import itertools

from accounts.enums import Role
from accounts.identifiers import credit_check_character, organisation_check_character
from accounts.models import User
from registry.models import Division, Unit
from registry.services import unit_register
from registry.unit_data import UnitData
from tests.factories.division import industries_make
from tests.people import NATION, TOWN, account

_numbers = itertools.count(100_001)  # below are for tests that name a number


def credit_code_make(number: int, registrar: str = "330106") -> str:
    """A valid unified social credit code, the same for the same number."""
    body = f"MA{number:06d}"
    start = f"91{registrar}{body}{organisation_check_character(body)}"
    if start[-1] == "X" or set(start) <= set("0123456789ABCDEFGHJKLMNPQRTUWXY"):
        return start + credit_check_character(start)
    raise AssertionError(start)


def unit_data_make(**facts) -> UnitData:
    """Valid facts of an industrial unit; a number makes code and name differ from all others."""
    number = facts.pop("number", None) or next(_numbers)
    defaults = {
        "name": f"杭州第{number}号印染有限公司",
        "division_code": TOWN,
        "credit_code": credit_code_make(number),
        "address": f"三墩镇振华路 {number} 号",
        "industry_codes": ("1752",),
        "legal_person": "张三",
        "contact_name": "李四",
        "contact_phone": "0571-88888888",
    }
    return UnitData(**{**defaults, **facts})


def registrar_get() -> User:
    """A statistician of the nation, who may register anywhere."""
    found = User.objects.filter(username="registrar").first()
    nation = Division.objects.get(code=NATION, edition__is_current=True)
    return found or account("registrar", Role.OFFICE, division=nation, full_name="登记员")


def unit_make(*, actor: User | None = None, **facts) -> Unit:
    """A registered unit of the town. Needs the `divisions` fixture."""
    industries_make()
    return unit_register(
        actor=actor or registrar_get(), data=unit_data_make(**facts), is_confirmed=True
    )
