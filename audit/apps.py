"""The audit app: what was done, hash-chained; it knows nothing above it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """App configuration."""

    name = "audit"
    verbose_name = _("审计")
