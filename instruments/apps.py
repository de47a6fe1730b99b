"""The instruments app."""

from django.apps import AppConfig


class InstrumentsConfig(AppConfig):
    """App configuration."""

    name = "instruments"
