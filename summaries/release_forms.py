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
from summaries.services import ImportOrder, ReleaseOrder

FILE_AT_MOST = 20_000_000


def own_places(user: User) -> list[tuple[str, str]]:
    """The divisions for which this person may make releases. One query."""
    scopes = user.scopes_for(Permission.SUMMARY_RELEASE)
    prefixes = sorted({s.prefix for s in scopes if isinstance(s, Jurisdiction)}, key=len)
    codes = [prefix.ljust(12, "0") for prefix in prefixes]
    names = division_names(codes)
    return [(code, names.get(code, code)) for code in codes]


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
        self._choose("division", own_places(user))
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


class ReleaseImportForm(forms.Form):
    """A file of figures, and what they are; whether they fit is the service's question."""

    name = forms.CharField(label=_("版本名称"), max_length=60)
    division = forms.ChoiceField(label=_("区划"))
    as_of = forms.DateTimeField(
        label=_("数据截至"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        label=_("口径说明"),
        max_length=500,
        help_text=_("比较时写在表的上方，例如口径与现在有什么不同。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(label=_("文件"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["division"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = own_places(user)

    def clean_file(self) -> str:
        """The text of the file, UTF-8."""
        upload = self.cleaned_data["file"]
        if upload.size > FILE_AT_MOST:
            raise forms.ValidationError(_("文件超过 20 MB。"))
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("文件不是 UTF-8 编码的文本。")) from error

    def order(self) -> ImportOrder:
        """The order of a valid form."""
        return ImportOrder(
            name=self.cleaned_data["name"],
            division_code=self.cleaned_data["division"],
            as_of=self.cleaned_data["as_of"],
            note=self.cleaned_data["note"],
            text=self.cleaned_data["file"],
        )
