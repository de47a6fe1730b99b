"""What a person asks a summary for, as typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.presenters.items import localised
from summaries.definitions import tables_all
from summaries.enums import APPROVAL_LEVELS, Axis
from summaries.presenters import level_words
from summaries.services import SummaryOrder


class SummaryForm(forms.Form):
    """Table, division, axis and level; whether they fit together is the service's question."""

    table = forms.ChoiceField(label=_("汇总表"))
    division = forms.RegexField(
        r"^\s*[0-9]{12}\s*$",
        label=_("区划代码"),
        help_text=_("12 位统计用区划代码，到乡级为止；全国为 000000000000。各行是它的下一级。"),
        error_messages={"invalid": _("区划代码应为 12 位数字。")},
        widget=forms.TextInput(
            attrs={"list": "divisions", "inputmode": "numeric", "autocomplete": "off", "size": 14}
        ),
    )
    axis = forms.ChoiceField(label=_("分组"), choices=Axis.choices)
    level = forms.ChoiceField(label=_("审核层级"), help_text=_("只汇总通过了这一级审核的普查表。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table, level = self.fields["table"], self.fields["level"]
        assert isinstance(table, forms.ChoiceField)  # noqa: S101  declared above
        assert isinstance(level, forms.ChoiceField)  # noqa: S101  declared above
        table.choices = [
            (code, f"{found.number} {localised(found.title)}")
            for code, found in tables_all().items()
        ]
        level.choices = [(each.value, level_words(each)) for each in APPROVAL_LEVELS]

    def order(self) -> SummaryOrder:
        """The order of a valid form."""
        return SummaryOrder(
            table_code=self.cleaned_data["table"],
            division_code=self.cleaned_data["division"].strip(),
            axis=self.cleaned_data["axis"],
            approval_level=self.cleaned_data["level"],
        )
