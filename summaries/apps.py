"""The summaries app."""

from django.apps import AppConfig


class SummariesConfig(AppConfig):
    """App configuration."""

    name = "summaries"
