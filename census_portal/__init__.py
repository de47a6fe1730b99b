"""Composition of the portal: settings, routes, Celery, launcher. Imported by no app."""

from census_portal.celery import app as celery_app

__all__ = ["celery_app"]
