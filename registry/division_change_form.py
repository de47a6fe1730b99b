"""The form of a change of divisions. What is acceptable, the service says."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Refusal
from registry.division_policy import DivisionRequest

_CODE = {"class": "code", "inputmode": "numeric", "autocomplete": "off"}


class DivisionChangeForm(forms.Form):
    """A division, and the code and name that it gets. A code that stays is a new name only."""

    old_code = forms.CharField(
        label=_("现行区划代码"),
        max_length=12,
        widget=forms.TextInput(attrs={**_CODE, "autofocus": True}),
        help_text=_("地级、县级或乡级区划，12 位。"),
    )
    new_code = forms.CharField(
        label=_("新区划代码"),
        max_length=12,
        widget=forms.TextInput(attrs=_CODE),
        help_text=_("只改名称的，与现行代码相同。"),
    )
    new_name = forms.CharField(label=_("新名称"), max_length=100)
    document = forms.CharField(
        label=_("批准文件"), max_length=200, help_text=_("名称和文号，如国函〔2018〕1 号。")
    )
    effective_on = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def wanted(self) -> DivisionRequest:
        """What was asked for, as a value."""
        return DivisionRequest(**self.cleaned_data)

    def add_refusal(self, refusal: Refusal) -> None:
        """Put the service's sentence at its field."""
        field = refusal.cell if refusal.cell in self.fields else None
        self.add_error(field, refusal.message)
