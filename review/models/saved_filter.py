"""A filter of the queue that a person has given a name."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 30


class SavedFilter(models.Model):
    """The query string of the queue's page, as `review.forms.filter_query` writes it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_filters"
    )
    name = models.CharField(_("名称"), max_length=NAME_LENGTH)
    query = models.CharField(_("筛选条件"), max_length=500)

    class Meta:
        verbose_name = _("保存的筛选")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="review_savedfilter_one_per_name")
        ]

    def __str__(self) -> str:
        return self.name
