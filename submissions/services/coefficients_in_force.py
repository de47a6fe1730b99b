"""A new version of the coefficient library: first its impact, then in force, then derived again."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, Missing, NotAllowed
from accounts.models import User
from accounts.scopes import Place
from instruments.coefficient_selectors import version_in_force
from instruments.models import CoefficientVersion
from instruments.services import coefficients_publish
from submissions.enums import JobKind
from submissions.jobs import job_start
from submissions.models import AccountingRun, CoefficientImpact, Job, TwoPersonRequest
from submissions.phase_enums import TwoPersonKind
from submissions.two_person_acts import Parameters, TwoPersonAct, act_register
from submissions.two_person_agreed import agreement_check

NATION = Place("")


def impact_request(*, version_id: int, actor: User) -> Job:
    """Ask what a version would change. Nothing is changed."""
    version = _version(version_id, actor)
    return job_start(
        kind=JobKind.ACCOUNTING_IMPACT,
        parameters={"version": version.pk},
        actor=actor,
        division_code="",
    )


@transaction.atomic
def coefficients_enforce(
    *, version_id: int, actor: User, agreed: TwoPersonRequest | None = None
) -> Job:
    """Put a version in force and derive again what is open for filling.

    The first library is put in force by one person; one that takes the place of another needs two.
    Raises `Conflict` (`impact_missing`) unless an impact list says what it changes against the
    version in force now, `NotAllowed` (`needs_two_persons`). Forms under review or final stay.
    """
    version = _version(version_id, actor)
    _check_known(version)
    if needs_two_people(version):
        agreement_check(agreed, TwoPersonKind.COEFFICIENTS, {"version": version.pk}, actor)
    coefficients_publish(actor=actor, version_id=version.pk)
    return job_start(
        kind=JobKind.ACCOUNTING_APPLY,
        parameters={"version": version.pk},
        actor=actor,
        division_code="",
    )


def needs_two_people(version: CoefficientVersion) -> bool:
    """Whether it takes the place of another version."""
    current = version_in_force()
    return current is not None and current.pk != version.pk


def _check_known(version: CoefficientVersion) -> None:
    current = version_in_force()
    if current is not None and current.pk != version.pk and not _is_known(version, current):
        raise Conflict(_("请先计算这一版对现有结果的影响，再启用。"), code="impact_missing")


def _is_known(version: CoefficientVersion, current: CoefficientVersion) -> bool:
    return CoefficientImpact.objects.filter(version=version, compared_with=current).exists()


def _version(version_id: int, actor: User) -> CoefficientVersion:
    if not actor.has_perm(Permission.COEFFICIENT_PUBLISH, NATION):
        raise NotAllowed(_("只有国家级普查办可以导入和启用产排污系数。"))
    version = CoefficientVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Missing(_("没有这个系数库版本。"))
    return version


def _carry_out(actor: User, request: TwoPersonRequest) -> dict[str, Any]:
    job = coefficients_enforce(
        version_id=request.parameters["version"], actor=actor, agreed=request
    )
    return {"job": job.pk}


def _label(parameters: Parameters) -> str:
    return _("启用产排污系数：%(version)s") % {
        "version": CoefficientVersion.objects.get(pk=parameters["version"])
    }


def _preview(parameters: Parameters) -> dict[str, Any]:
    runs = AccountingRun.objects.exclude(coefficient_version=parameters["version"])
    return {"accounted": runs.count()}


act_register(
    TwoPersonKind.COEFFICIENTS,
    TwoPersonAct(
        permission=Permission.COEFFICIENT_PUBLISH,
        place=lambda _parameters: "",
        label=_label,
        check=lambda actor, parameters: _check_known(_version(parameters["version"], actor)),
        preview=_preview,
        carry_out=_carry_out,
    ),
)
