"""A person's own signing key: made, opened, closed, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.services.signing_keys import (
    key_in_force,
    signing_key_make,
    signing_key_open,
    signing_key_revoke,
)
from accounts.signing_session import open_until, signer_forget, signer_remember
from accounts.views.base import ScopedView


class SigningKeyPage(ScopedView):
    """One page for everything about one's own key."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """What there is, and what may be done."""
        return self._page(request)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`act`: make, open, close or revoke."""
        try:
            response = self._act(request)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return self._page(request, status=refusal.status)
        return response

    def _act(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        act, passphrase = request.POST.get("act", ""), request.POST.get("passphrase", "")[:200]
        response = redirect(self._following(request))
        if act == "make":
            if passphrase != request.POST.get("again", ""):
                raise Invalid(_("两次输入的签名口令不一致。"), cell="again")
            signer_remember(response, signing_key_make(actor=request.user, passphrase=passphrase))
            messages.success(request, _("签名密钥已启用。"))
        elif act == "open":
            signer_remember(response, signing_key_open(actor=request.user, passphrase=passphrase))
            messages.success(request, _("签名密钥已打开，30 分钟内审核结论自动签名。"))
        elif act == "close":
            signer_forget(request, response)
            messages.success(request, _("签名密钥已收起。"))
        elif act == "revoke":
            key = request.POST.get("key", "")
            signing_key_revoke(
                actor=request.user,
                key_id=int(key) if key.isdecimal() and len(key) < 19 else 0,
                reason=request.POST.get("reason", "").replace("\0", ""),
            )
            signer_forget(request, response)
            messages.success(request, _("签名密钥已作废，以前的签名仍然有效。"))
        else:
            raise Invalid(_("请选择一项操作。"))
        return response

    def _following(self, request: AuthenticatedHttpRequest) -> str:
        """Back to where the person came from, inside the portal only."""
        following = request.POST.get("next", "")
        is_own = url_has_allowed_host_and_scheme(
            following, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return following if following and is_own else "signing_key"

    def _page(self, request: AuthenticatedHttpRequest, *, status: int = 200) -> HttpResponse:
        context = {
            "key": key_in_force(request.user),
            "keys": request.user.signing_keys.all(),
            "open_until": open_until(request),
            "next": request.POST.get("next") or request.GET.get("next", ""),
        }
        return render(request, "accounts/signing_key.html", context, status=status)
