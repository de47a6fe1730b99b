"""The API's base view, and the token sign-in."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.bars import refuse_barred
from accounts.enums import Permission
from accounts.exceptions import NotAllowed, Refusal
from accounts.models import User
from accounts.querysets import ScopedQuerySet
from accounts.refused_sign_ins import refused_sign_in_record
from accounts.services import token_issue

M = TypeVar("M", bound=models.Model)


class ScopedApiView(APIView):
    """As the pages' `ScopedView`: invisible is 404, visible without the verb is 403."""

    permission_required: ClassVar[Permission | None] = None
    signed_in_only: ClassVar[bool] = False
    public: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse before anything is read where the permission is held nowhere."""
        super().initial(request, *args, **kwargs)
        permission = self.permission_for(request)
        # authentication came first
        if permission is not None and not request.user.can_anywhere(permission):  # type: ignore[union-attr]
            raise NotAllowed(_("您的职责不包括此项操作。"))

    def permission_for(self, request: Request) -> Permission | None:
        """The permission of this method; a view with several verbs overrides it."""
        return self.permission_required

    @property
    def actor(self) -> User:
        """The person who asks."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  IsAuthenticated came first
        return user

    def load(self, queryset: ScopedQuerySet[M], **lookup: Any) -> M:
        """One row: 404 where it is invisible, 403 where it may be seen but not acted on."""
        subject = queryset.visible_to(self.actor).filter(**lookup).first()
        if subject is None:
            refuse_barred(self.actor, queryset.filter(**lookup))
            raise Http404
        permission = self.permission_for(self.request)
        if permission is not None and not self.actor.has_perm(permission, subject):
            raise NotAllowed(_("您可以查看，但无权进行此项操作。"))
        return subject


NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]*$"


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields instead of dropping them silently."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names, then the values."""
        if isinstance(data, dict):
            unknown = sorted(str(key) for key in set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: [_("没有这个字段。")] for name in unknown}, code="unknown_field"
                )
        return super().to_internal_value(data)


class TokenRequest(StrictSerializer):
    """Name and password."""

    username = serializers.RegexField(NO_CONTROL_CHARACTERS, max_length=60)
    password = serializers.RegexField(NO_CONTROL_CHARACTERS, max_length=200, trim_whitespace=False)


class TokenAnswer(serializers.Serializer[Any]):
    """The token, shown once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class TokenIssue(ScopedApiView):
    """Sign in for a machine: a bearer token of thirty days."""

    public = True
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(request=TokenRequest, responses={201: TokenAnswer}, auth=[])
    def post(self, request: Request) -> Response:
        """Issue a token. 401 where the name or the password is wrong, 429 after too many."""
        asked = TokenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user = authenticate(request._request, **asked.validated_data)
        if user is None:
            refused_sign_in_record(request._request, asked.validated_data["username"])
            credentials = {"username": asked.validated_data["username"]}
            if not AxesProxyHandler.is_allowed(request._request, credentials):
                raise LockedOut(_("失败次数过多，请十五分钟后再试。"))
            raise WrongPassword(_("用户名或密码不对。"))
        assert isinstance(user, User)  # noqa: S101  our backend returns nothing else
        token, row = token_issue(actor=user)
        return Response({"token": token, "expires_at": row.expires_at.isoformat()}, status=201)


class WrongPassword(Refusal):
    """Name or password is wrong."""

    status = 401
    code = "wrong_password"


class LockedOut(Refusal):
    """Too many failures."""

    status = 429
    code = "locked_out"
