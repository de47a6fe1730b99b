"""Routes of the register under /api/v1/. Units are routed by submissions: they bear on the forms."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
