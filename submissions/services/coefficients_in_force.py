"""A new version of the coefficient library: first its impact, then in force, then derived again."""

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
from submissions.models import CoefficientImpact, Job

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
def coefficients_enforce(*, version_id: int, actor: User) -> Job:
    """Put a version in force and derive again what is open for filling.

    Raises `Conflict` (`impact_missing`) unless an impact list says what it changes against the
    version in force now. Forms under review or final stay as they are.
    """
    version = _version(version_id, actor)
    current = version_in_force()
    if current is not None and current.pk != version.pk and not _is_known(version, current):
        raise Conflict(_("请先计算这一版对现有结果的影响，再启用。"), code="impact_missing")
    coefficients_publish(actor=actor, version_id=version.pk)
    return job_start(
        kind=JobKind.ACCOUNTING_APPLY,
        parameters={"version": version.pk},
        actor=actor,
        division_code="",
    )


def _is_known(version: CoefficientVersion, current: CoefficientVersion) -> bool:
    return CoefficientImpact.objects.filter(version=version, compared_with=current).exists()


def _version(version_id: int, actor: User) -> CoefficientVersion:
    if not actor.has_perm(Permission.COEFFICIENT_PUBLISH, NATION):
        raise NotAllowed(_("只有国家级普查办可以导入和启用产排污系数。"))
    version = CoefficientVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Missing(_("没有这个系数库版本。"))
    return version
