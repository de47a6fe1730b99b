"""Reading impact lists of coefficient versions. They hold totals of the nation, for those who publish."""

from instruments.models import CoefficientVersion
from submissions.models import CoefficientImpact


def impacts_against(current: CoefficientVersion | None) -> dict[int, CoefficientImpact]:
    """The newest impact list of each version against the one in force, by version. One query."""
    impacts = CoefficientImpact.objects.filter(compared_with=current).order_by("pk")
    return {impact.version_id: impact for impact in impacts}


def impact_newest(version: CoefficientVersion) -> CoefficientImpact | None:
    """The newest impact list of a version. One query."""
    impacts = CoefficientImpact.objects.filter(version=version)
    return impacts.select_related("compared_with", "job").order_by("-pk").first()
