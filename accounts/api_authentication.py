"""How a request to the API says who it is: a bearer token, or the page's own session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.services.tokens import token_hash


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`; an expired token or an ended account is refused."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The account of the token; None where no bearer token was sent."""
        header = request.headers.get("Authorization", "")
        scheme, _separator, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        row = (
            ApiToken.objects.select_related("user")
            .filter(token_hash=token_hash(token.strip()), expires_at__gt=timezone.now())
            .first()
        )
        if row is None or not row.user.may_enter:
            raise exceptions.AuthenticationFailed(_("令牌无效或已过期。"))
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return "Bearer"


class PortalSessionAuthentication(authentication.SessionAuthentication):
    """The page's session, with CSRF protection."""

    def enforce_csrf(self, request: HttpRequest | Request) -> None:
        """Refuse with the portal's sentence."""
        try:
            # the stubs want Django's request
            super().enforce_csrf(request)  # type: ignore[arg-type]
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(_("页面已过期，请刷新后重试。")) from error


# registers itself in an untyped metaclass
class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI document says of the bearer token."""

    target_class = "accounts.api_authentication.TokenAuthentication"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """RFC 6750."""
        return {"type": "http", "scheme": "bearer"}


# registers itself in an untyped metaclass
class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI document says of the session."""

    target_class = "accounts.api_authentication.PortalSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The session cookie of the pages."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
