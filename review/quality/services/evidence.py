"""Where a check was made, with a photograph: both are optional."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict, Invalid
from accounts.models import User
from registry.evidence_files import photograph_keep
from registry.models.unit import LATITUDES, LONGITUDES
from review.models import QualityCheck
from review.quality.enums import CheckStage
from review.quality.services.checking import check_locked, not_the_checker


@transaction.atomic
def check_evidence(
    *,
    actor: User,
    check_id: int,
    longitude: Decimal | None,
    latitude: Decimal | None,
    photo: bytes = b"",
) -> QualityCheck:
    """Keep the place, the photograph or both. Raises `NotAllowed`, `Conflict`, or `Invalid` at the
    field."""
    check = check_locked(actor, check_id)
    if check.checker_id != actor.pk:
        raise not_the_checker(check)
    if check.stage == CheckStage.CLOSED:
        raise Conflict(_("这份核查已经完成。"), code="check_closed")
    if (longitude is None) != (latitude is None):
        raise Invalid(_("经度和纬度须同时填写。"), code="position", cell="longitude")
    if longitude is not None and latitude is not None:
        if not (
            LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
        ):
            raise Invalid(_("位置不在我国范围内，请核对。"), code="position", cell="longitude")
        check.longitude, check.latitude = longitude, latitude
    path, digest = photograph_keep(photo)
    if path:
        check.photo, check.photo_digest = path, digest
    if longitude is None and not path:
        raise Invalid(_("请填写位置或选择照片。"), code="no_evidence", cell="photo")
    check.save(update_fields=["longitude", "latitude", "photo", "photo_digest"])
    return check
