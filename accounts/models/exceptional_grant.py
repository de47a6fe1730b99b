"""What neither a jurisdiction nor an own unit says: an exception with a reason and an end."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission


class ExceptionalGrant(models.Model):
    """One permission on one unit, for a person whose scopes do not cover it.

    The right itself is an object permission of django-guardian, kept by `accounts.grants`; this
    row says why, by whom and until when.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="grants")
    permission = models.CharField(_("权限"), max_length=60, choices=Permission.choices)
    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=200)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至"))
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("例外授权")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "permission", "unit"], name="accounts_grant_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="accounts_grant_period_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_permission_display()} {self.unit}"
