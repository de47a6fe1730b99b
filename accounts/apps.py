"""The accounts app: who may act, and where."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """App configuration."""

    name = "accounts"
    verbose_name = _("账号与权限")
