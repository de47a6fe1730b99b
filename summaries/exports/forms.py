"""What a person asks an export for, as typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instruments.selectors import form_titles
from submissions.presenters.items import localised
from summaries.enums import APPROVAL_LEVELS, ExportFormat
from summaries.exports.services import ExportOrder
from summaries.presenters import level_words


class ExportForm(forms.Form):
    """Forms, division, data, format and purpose; whether they fit is the service's question."""

    form_codes = forms.MultipleChoiceField(
        label=_("普查表"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("按住 Ctrl 可选多张。"),
    )
    division = forms.RegexField(
        r"^\s*[0-9]{12}\s*$",
        label=_("区划代码"),
        help_text=_("12 位统计用区划代码；全国为 000000000000。"),
        error_messages={"invalid": _("区划代码应为 12 位数字。")},
        widget=forms.TextInput(
            attrs={"list": "divisions", "inputmode": "numeric", "autocomplete": "off", "size": 14}
        ),
    )
    level = forms.ChoiceField(
        label=_("数据"),
        required=False,
        help_text=_("通过某一级审核的数据，或填报中的数据（含未提交的）。"),
    )
    file_format = forms.ChoiceField(label=_("格式"), choices=ExportFormat.choices)
    since = forms.DateTimeField(
        label=_("只要此后的变化"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"
        ),
        help_text=_("空着为全部数据。"),
        error_messages={"invalid": _("时间应写成 2018-03-05 08:00:00。")},
    )
    with_confidential = forms.BooleanField(
        label=_("包含保密指标"),
        required=False,
        help_text=_("个人信息和商业秘密默认遮盖为 ***；只有国家级普查办可以包含。"),
    )
    reason = forms.CharField(
        label=_("用途"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明用在哪里、给谁用；与导出人、时间一起记入审计，并写入文件。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen, level = self.fields["form_codes"], self.fields["level"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101  declared above
        assert isinstance(level, forms.ChoiceField)  # noqa: S101  declared above
        chosen.choices = [
            (code, f"{code} {localised(title)}") for code, title in form_titles().items()
        ]
        level.choices = [
            *((each.value, level_words(each)) for each in APPROVAL_LEVELS),
            ("", _("填报中的数据")),
        ]

    def order(self) -> ExportOrder:
        """The order of a valid form."""
        data = self.cleaned_data
        return ExportOrder(
            form_codes=tuple(data["form_codes"]),
            division_code=data["division"].strip(),
            approval_level=data["level"],
            file_format=data["file_format"],
            reason=data["reason"].replace("\x00", "").strip(),
            since=data["since"],
            with_confidential=data["with_confidential"],
        )
