"""Accounts of the own division: list, open, end."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Refusal
from accounts.forms import AccountForm
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.selectors import accounts_managed_by, deputyships_now
from accounts.services import account_create, account_end
from accounts.views.base import ScopedView

PAGE_SIZE = 50


class AccountList(ScopedView):
    """The accounts an administrator looks after."""

    permission_required = Permission.ACCOUNT_MANAGE

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page of accounts with their roles; five queries."""
        accounts = accounts_managed_by(request.user)
        if text := request.GET.get("q", "").strip().replace("\x00", ""):
            accounts = accounts.filter(full_name__contains=text) | accounts.filter(
                username__contains=text
            )
        accounts = accounts.prefetch_related(
            "assignments__division",
            "assignments__unit",
            Prefetch("deputyships", queryset=deputyships_now(), to_attr="replacing"),
        )
        page = Paginator(accounts, PAGE_SIZE).get_page(request.GET.get("page"))
        return render(request, "accounts/account_list.html", {"page": page, "q": text})


class AccountCreate(ScopedView):
    """Open an account."""

    permission_required = Permission.ACCOUNT_MANAGE

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """The empty form."""
        form = AccountForm(actor=request.user)
        return render(request, "accounts/account_create.html", {"form": form})

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Open it, or say at the field what is wrong."""
        form = AccountForm(request.POST, actor=request.user)
        status = 400
        if form.is_valid():
            try:
                user = account_create(actor=request.user, data=form.data_given())
            except Refusal as refusal:
                form.add_error(refusal.cell, refusal.message)
                status = refusal.status
            else:
                messages.success(request, _("已开设账号 %(user)s。") % {"user": user})
                return redirect("account_list")
        return render(request, "accounts/account_create.html", {"form": form}, status=status)


class AccountEnd(ScopedView):
    """End an account."""

    permission_required = Permission.ACCOUNT_MANAGE
    http_method_names = ["post"]

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """End it; what it did stays."""
        user: User | None = accounts_managed_by(request.user).filter(pk=pk).first()
        if user is None:
            raise Http404
        ended = account_end(actor=request.user, user_id=user.pk)
        messages.success(request, _("已停用账号 %(user)s。") % {"user": ended})
        return redirect("account_list")
