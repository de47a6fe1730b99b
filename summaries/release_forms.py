"""What a person asks a release for, as typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.models import User
from accounts.scopes import Jurisdiction
from registry.selectors import division_names
from submissions.presenters.items import localised
from summaries.definitions import tables_all
from summaries.enums import APPROVAL_LEVELS
from summaries.presenters import level_words
from summaries.services import ReleaseOrder


class ReleaseForm(forms.Form):
    """Name, division, level, moment and tables; whether they fit is the service's question."""

    name = forms.CharField(
        label=_("版本名称"),
        max_length=60,
        help_text=_("例如 v3 2018-12-31。冻结以后不能改名，也不能删除。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    division = forms.ChoiceField(label=_("区划"))
    level = forms.ChoiceField(label=_("审核层级"), help_text=_("只汇总通过了这一级审核的普查表。"))
    as_of = forms.DateTimeField(
        label=_("数据截至"),
        required=False,
        help_text=_("不填为现在。此后作出的审核不计入。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    tables = forms.MultipleChoiceField(
        label=_("综合表"),
        required=False,
        help_text=_("不选为全部。"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = user.scopes_for(Permission.SUMMARY_RELEASE)
        prefixes = sorted({s.prefix for s in scopes if isinstance(s, Jurisdiction)}, key=len)
        codes = [prefix.ljust(12, "0") for prefix in prefixes]
        names = division_names(codes)
        self._choose("division", [(code, names.get(code, code)) for code in codes])
        self._choose("level", [(each.value, level_words(each)) for each in APPROVAL_LEVELS])
        self.fields["level"].initial = APPROVAL_LEVELS[-1].value
        self._choose(
            "tables",
            [(code, f"{one.number} {localised(one.title)}") for code, one in tables_all().items()],
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = choices

    def order(self) -> ReleaseOrder:
        """The order of a valid form."""
        return ReleaseOrder(
            name=self.cleaned_data["name"],
            division_code=self.cleaned_data["division"],
            approval_level=self.cleaned_data["level"],
            as_of=self.cleaned_data["as_of"],
            table_codes=tuple(self.cleaned_data["tables"]),
        )
