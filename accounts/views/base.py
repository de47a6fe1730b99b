"""The base of every page: it says its permission, or says that it is public."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import View

from accounts.bars import refuse_barred
from accounts.enums import Permission
from accounts.exceptions import NotAllowed
from accounts.http import AuthenticatedHttpRequest
from accounts.middleware import wants_json
from accounts.querysets import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class ScopedView(View):
    """Loads through `visible_to`: invisible is 404, visible without the verb is 403.

    A subclass names `permission_required`, or says `signed_in_only = True` (any account, own
    things only) or `public = True` (no account).
    """

    permission_required: ClassVar[Permission | None] = None
    signed_in_only: ClassVar[bool] = False
    public: ClassVar[bool] = False
    is_abstract: ClassVar[bool] = False
    request: AuthenticatedHttpRequest

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared = cls.permission_required or cls.signed_in_only or cls.public
        if not declared and not cls.__dict__.get("is_abstract", False):
            raise ImproperlyConfigured(
                f"{cls.__qualname__} must declare permission_required, signed_in_only or public."
            )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Sign-in first, then whether the permission is held anywhere at all."""
        if self.public:
            return super().dispatch(request, *args, **kwargs)
        if not request.user.is_authenticated:
            if wants_json(request):
                return JsonResponse(
                    {"code": "signed_out", "message": _("请先登录。"), "cell": None}, status=401
                )
            return redirect_to_login(request.get_full_path())
        permission = self.permission_required
        if permission is not None and not self.request.user.can_anywhere(permission):
            raise NotAllowed(_("您的职责不包括此项操作。"))
        return super().dispatch(request, *args, **kwargs)

    def visible(self, queryset: ScopedQuerySet[M]) -> ScopedQuerySet[M]:
        """The rows of the queryset that this person may see."""
        return queryset.visible_to(self.request.user)

    def load(self, queryset: ScopedQuerySet[M], **lookup: Any) -> M:
        """One row: 404 where it is invisible, 403 where it may be seen but not acted on."""
        subject = self.visible(queryset).filter(**lookup).first()
        if subject is None:
            refuse_barred(self.request.user, queryset.filter(**lookup))
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        permission = self.permission_required
        if permission is not None and not self.request.user.has_perm(permission, subject):
            raise NotAllowed(_("您可以查看，但无权进行此项操作。"))
        return subject
