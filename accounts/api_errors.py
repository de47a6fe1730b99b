"""One shape for every error of the API: code, sentence, cell, and the single faults."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler
from rest_framework.views import set_rollback

from accounts.exceptions import Refusal

SENTENCES: tuple[tuple[type[exceptions.APIException], Any], ...] = (
    (exceptions.NotAuthenticated, _("请先登录。")),
    (exceptions.AuthenticationFailed, _("请先登录。")),
    (exceptions.NotFound, _("没有找到，或不在您的管辖范围内。")),
    (exceptions.ParseError, _("请求内容不是完整的 JSON。")),
    (exceptions.UnsupportedMediaType, _("请求内容必须是 application/json。")),
    (exceptions.MethodNotAllowed, _("此地址不支持这种请求方法。")),
    (exceptions.ValidationError, _("请求内容有误，请看各项说明。")),
)


def _sentence(exc: exceptions.APIException) -> str:
    if isinstance(exc, exceptions.PermissionDenied):
        is_own = str(exc.detail) != str(exceptions.PermissionDenied.default_detail)
        return str(exc.detail) if is_own else gettext("您的职责不包括此项操作。")
    for kind, sentence in SENTENCES:
        if isinstance(exc, kind):
            return str(sentence)
    return str(exc.detail)


def _faults(detail: Any, path: str = "") -> list[dict[str, Any]]:
    """Flatten a serializer's nested errors to a list with a dotted place each."""
    if isinstance(detail, dict):
        return [
            fault
            for key, value in detail.items()
            for fault in _faults(value, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(detail, list):
        faults: list[dict[str, Any]] = []
        for index, value in enumerate(detail):
            place = path if isinstance(value, str) else f"{path}[{index}]"
            faults.extend(_faults(value, place))
        return faults
    return [
        {"code": getattr(detail, "code", "invalid"), "message": str(detail), "cell": path or None}
    ]


def _code(exc: exceptions.APIException) -> str:
    code = exc.get_codes()
    return code if isinstance(code, str) else exc.default_code


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: refusals, DRF's own errors and Django's become the one shape."""
    if isinstance(exc, Refusal):
        set_rollback()
        return Response({"errors": [], **exc.as_dict()}, status=exc.status)
    if isinstance(exc, RequestDataTooBig):
        return Response(
            {"code": "too_large", "message": gettext("请求内容过大。"), "cell": None, "errors": []},
            status=413,
        )
    if isinstance(exc, BadRequest):
        exc = exceptions.ParseError()
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    if isinstance(exc, DjangoPermissionDenied):
        exc = exceptions.PermissionDenied()
    response = drf_handler(exc, context)
    if response is not None and isinstance(exc, exceptions.APIException):
        is_validation = isinstance(exc, exceptions.ValidationError)
        response.data = {
            "code": _code(exc),
            "message": _sentence(exc),
            "cell": None,
            "errors": _faults(exc.detail) if is_validation else [],
        }
    return response
