"""The register of pollution sources (名录库) and the classifications it stands on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Divisions, industries, units."""

    name = "registry"
    verbose_name = _("名录库")
