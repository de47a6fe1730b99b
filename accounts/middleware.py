"""Turns a refusal into the page or the JSON that the person can read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.exceptions import Refusal


class RefusalMiddleware:
    """A `Refusal` that no view has caught becomes its sentence, never a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals; leave everything else to Django."""
        if not isinstance(exception, Refusal):
            return None
        if wants_json(request):
            return JsonResponse(exception.as_dict(), status=exception.status)
        return render(
            request, "accounts/refused.html", {"refusal": exception}, status=exception.status
        )


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a script rather than a page."""
    return request.path.startswith("/api/") or "application/json" in request.headers.get(
        "Accept", ""
    )
