"""The review app."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """App configuration."""

    name = "review"
