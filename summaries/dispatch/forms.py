"""What a dispatch report is asked for, as typed."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DispatchForm(forms.Form):
    """Division and month; whether they fit is the service's question."""

    division = forms.RegexField(
        r"^\s*[0-9]{12}\s*$",
        label=_("区划代码"),
        error_messages={"invalid": _("区划代码应为 12 位数字。")},
        widget=forms.TextInput(
            attrs={"list": "divisions", "inputmode": "numeric", "autocomplete": "off", "size": 14}
        ),
    )
    month = forms.DateField(
        label=_("月份"),
        input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        error_messages={"invalid": _("月份应写成 2018-03。")},
    )
