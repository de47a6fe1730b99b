"""Which units lie in an overlay: by place or by name, each once."""

from django.db.models import Q

from accounts.models import User
from accounts.scopes import prefix_range
from registry.models import Overlay, Unit
from registry.models.unit import UnitQuerySet
from registry.prefixes import significant_digits
from registry.successions import succeeded, successions


def overlay_condition(overlay: Overlay) -> Q:
    """What a unit of the overlay fulfils. One query, for codes that were replaced."""
    condition = Q(pk__in=overlay.units.through.objects.filter(overlay=overlay).values("unit_id"))
    by_prefix = successions() if overlay.places else {}
    for place in overlay.places:
        low, high = prefix_range(significant_digits(succeeded(place, by_prefix)))
        condition |= Q(division_code__gte=low, division_code__lt=high)
    return condition


def overlay_units(*, actor: User, overlay: Overlay) -> UnitQuerySet:
    """The visible units of an overlay."""
    return Unit.objects.visible_to(actor).filter(overlay_condition(overlay))
