"""Constraint shapes shared by the models of this app."""

from django.db import models
from django.db.models import Q


def paired(verb: str, **also: str) -> models.CheckConstraint:
    """`<verb>_at` and `<verb>_by` are both set or both empty, and so is each text of `also`."""
    empty = Q(**{f"{verb}_at__isnull": True, f"{verb}_by__isnull": True})
    filled = Q(**{f"{verb}_at__isnull": False, f"{verb}_by__isnull": False})
    for field, blank in also.items():
        empty &= Q(**{field: blank})
        filled &= ~Q(**{field: blank})
    return models.CheckConstraint(
        condition=empty | filled, name=f"%(app_label)s_%(class)s_{verb}_at_and_by_together"
    )


def within(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """`field` holds a member of `choices`."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": list(choices.values)}),
        name=f"%(app_label)s_%(class)s_{field}_is_known",
    )
