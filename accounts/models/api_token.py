"""Tokens for machines: only the hash is kept."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """A bearer token of one account. The token itself is shown once, when it is issued."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("接口令牌")
        indexes: ClassVar = [models.Index(fields=["user"], name="accounts_token_user")]

    def __str__(self) -> str:
        return f"{self.user} …{self.token_hash[:6]}"
