"""What every published version has in common: it is written once."""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import F, OuterRef, Subquery

M = TypeVar("M", bound=models.Model)


class PublishedQuerySet(models.QuerySet[M]):
    """Versions of a series; the model names the fields of the series in `series_fields`."""

    def current(self) -> Self:
        """The newest version of each series."""
        model: Any = self.model
        series = {name: OuterRef(name) for name in model.series_fields}
        newest = model._default_manager.filter(**series).order_by("-number").values("number")[:1]
        return self.alias(newest=Subquery(newest)).filter(number=F("newest"))


class ImmutableVersion(TypeError):
    """Code tried to change a published version: publish a new one."""


def refuse_change(version: models.Model) -> None:
    """Raise ImmutableVersion for a version that is already stored; the database refuses it, too."""
    if not version._state.adding:
        raise ImmutableVersion(f"{version} is published and cannot be changed")
