"""Forms of the accounts app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import roles_assignable_by
from accounts.services.accounts import AccountData


class SignInForm(AuthenticationForm):
    """User name and password."""

    error_messages = {
        "invalid_login": _("用户名或密码不对。连续五次失败将锁定十五分钟。"),
        "inactive": _("此账号已停用。"),
    }


class AccountForm(forms.Form):
    """A new account with its first role."""

    username = forms.RegexField(
        label=_("用户名"),
        regex=r"^[A-Za-z0-9_.-]{3,60}$",
        error_messages={"invalid": _("用户名由 3 至 60 个字母、数字、点、横线或下划线组成。")},
    )
    full_name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("联系电话"), max_length=30, required=False)
    role = forms.ChoiceField(label=_("职责"))
    division_code = forms.RegexField(
        label=_("区划代码"),
        regex=r"^[0-9]{12}$",
        required=False,
        error_messages={"invalid": _("区划代码是 12 位数字。")},
        help_text=_("填报人不填此项，改填普查对象代码。"),
    )
    unit_code = forms.CharField(label=_("普查对象代码"), max_length=24, required=False)
    valid_to = forms.DateField(
        label=_("有效期至"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    password = forms.CharField(
        label=_("初始密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 个字符，不能全是数字。"),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_assignable_by(actor)
        # a ChoiceField, by its declaration
        self.fields["role"].choices = [(r.value, r.label) for r in roles]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The place belongs to the role."""
        cleaned = super().clean() or {}
        is_respondent = cleaned.get("role") == Role.RESPONDENT
        needed = "unit_code" if is_respondent else "division_code"
        if not cleaned.get(needed) and needed not in self.errors:
            self.add_error(
                needed,
                _("填报人须写明普查对象代码。") if is_respondent else _("请写明所在区划。"),
            )
        return cleaned

    def data_given(self) -> AccountData:
        """The cleaned form as a value."""
        cleaned = self.cleaned_data
        return AccountData(
            username=cleaned["username"],
            full_name=cleaned["full_name"],
            phone=cleaned["phone"],
            password=cleaned["password"],
            role=Role(cleaned["role"]),
            division_code=cleaned["division_code"],
            unit_code=cleaned["unit_code"],
            valid_to=cleaned["valid_to"],
        )


class PasswordForm(forms.Form):
    """The own password."""

    old_password = forms.CharField(
        label=_("原密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        label=_("新密码"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password_again = forms.CharField(
        label=_("再次输入新密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password_again(self) -> str:
        """Typed twice alike."""
        again: str = self.cleaned_data["password_again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("两次输入的新密码不一致。"))
        return again
