"""Errors that no view answers: JSON in the API's shape under /api/, a page elsewhere."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults


def _answer(status: int, code: str, message: str) -> JsonResponse:
    answer: dict[str, object] = {"code": code, "message": message, "cell": None, "errors": []}
    return JsonResponse(answer, status=status)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    if _is_api(request):
        return _answer(400, "bad_request", _("请求不对。"))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if _is_api(request):
        return _answer(404, "not_found", _("没有找到，或不在您的管辖范围内。"))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the reason is in the log."""
    if _is_api(request):
        return _answer(500, "server_error", _("系统出错，请稍后再试。"))
    return defaults.server_error(request)
