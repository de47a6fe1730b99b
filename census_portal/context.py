"""What every page shows of the portal itself."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, said on every page."""
    return {"is_demo_portal": settings.DEBUG}
