"""Signing in and out, the own password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.addresses import client_address
from accounts.demo import demo_accounts
from accounts.exceptions import Refusal
from accounts.forms import PasswordForm, SignInForm
from accounts.http import AuthenticatedHttpRequest
from accounts.refused_sign_ins import refused_sign_in_record
from accounts.services import password_change
from accounts.signing_session import signer_forget
from accounts.views.base import ScopedView
from audit.enums import AuditAction
from audit.services import audit_record


class SignIn(LoginView):
    """The sign-in page; on a demonstration it shows the demo accounts."""

    public = True
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in and record it."""
        login(self.request, form.get_user())
        audit_record(
            action=AuditAction.SIGNED_IN,
            actor=form.get_user(),
            subject=form.get_user(),
            detail={"address": client_address(self.request)},
        )
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """Record the failed attempt with the name that was typed."""
        refused_sign_in_record(self.request, str(form.data.get("username", "")))
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Demo accounts where this is a demonstration."""
        context = super().get_context_data(**kwargs)
        if settings.DEBUG:
            context["demo_accounts"] = demo_accounts()
            context["demo_password"] = settings.DEMO_PASSWORD
        return context


class SignOut(ScopedView):
    """Sign out, by POST only."""

    public = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session."""
        if request.user.is_authenticated:
            audit_record(action=AuditAction.SIGNED_OUT, actor=request.user, subject=request.user)
        logout(request)
        response = redirect("sign_in")
        signer_forget(request, response)
        return response


class PasswordChange(ScopedView):
    """The own password."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The empty form."""
        return render(request, "accounts/password_change.html", {"form": PasswordForm()})

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Change it; other sessions of the account end."""
        form = PasswordForm(request.POST)
        if form.is_valid():
            try:
                password_change(
                    actor=request.user,
                    old=form.cleaned_data["old_password"],
                    new=form.cleaned_data["password"],
                )
            except Refusal as refusal:
                form.add_error(refusal.cell, refusal.message)
            else:
                update_session_auth_hash(request, request.user)
                messages.success(request, _("密码已修改。"))
                return redirect("home")
        return render(request, "accounts/password_change.html", {"form": form}, status=400)
