"""The submissions app: exercises, cases, responses, findings, the workflow and background jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    """App configuration."""

    name = "submissions"
    verbose_name = _("填报")
