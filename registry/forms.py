"""Forms of the register. They read what was typed; what is acceptable, the service says."""

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Refusal
from registry.enums import UnitKind, UnitStatus
from registry.frame.rows import degrees_read
from registry.models import Unit
from registry.unit_data import FIELDS, MAX_LENGTHS, UnitData


class DegreesField(forms.Field):
    """Decimal degrees, or degrees, minutes and seconds."""

    def to_python(self, value: Any) -> Decimal | None:
        """The value in degrees."""
        try:
            return degrees_read(str(value or ""))
        except ValueError as error:
            raise forms.ValidationError(
                _("请填十进制度（如 120.093125）或度分秒（如 120°5′35.25″）。"), code="not_degrees"
            ) from error

    def prepare_value(self, value: Any) -> Any:
        """Without superfluous noughts."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _picker(url_name: str, options_id: str, **attributes: str) -> forms.TextInput:
    """A text input with suggestions: works as a plain input where scripts are off."""
    return forms.TextInput(
        attrs={
            "list": options_id,
            "autocomplete": "off",
            "hx-get": reverse_lazy(url_name),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": f"#{options_id}",
            **attributes,
        }
    )


def _text(name: str, label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_LENGTHS[name],
        required=options.pop("required", False),
        **options,
    )


def division_picker() -> forms.TextInput:
    """Suggests towns and villages of the jurisdiction."""
    return _picker("division_search", "division-options")


def industry_picker() -> forms.TextInput:
    """Suggests four-digit classes."""
    return _picker("industry_search", "industry-options")


GROUPS = (
    (_("身份"), ("credit_code", "site_suffix", "organisation_code", "kind", "name", "former_name")),
    (_("所在地"), ("division_code", "address", "longitude", "latitude")),
    (_("行业与状态"), ("industry_1", "industry_2", "industry_3", "status")),
    (_("联系方式"), ("legal_person", "contact_name", "contact_phone")),
    (_("修改"), ("effective_on", "reason", "evidence", "file")),
)


class UnitForm(forms.Form):
    """The facts of one unit."""

    credit_code = forms.CharField(
        label=_("统一社会信用代码"),
        required=False,
        max_length=40,
        help_text=_("18 位；全角字母数字会自动转换。"),
    )
    site_suffix = forms.CharField(
        label=_("厂区编号"),
        required=False,
        max_length=6,
        help_text=_("同一单位有多个厂区时填两位数字，如 01。"),
    )
    organisation_code = forms.CharField(
        label=_("组织机构代码"),
        required=False,
        max_length=20,
        help_text=_("没有统一社会信用代码时填写。两者都没有，由系统编发普查对象识别码。"),
    )
    name = _text("name", _("单位详细名称"), required=True)
    former_name = _text("former_name", _("曾用名"))
    kind = forms.ChoiceField(label=_("普查对象类别"), choices=UnitKind.choices)
    status = forms.ChoiceField(label=_("运行状态"), choices=UnitStatus.choices)
    division_code = forms.CharField(
        label=_("所在区划"),
        max_length=20,
        widget=division_picker(),
        help_text=_("输入乡镇（街道）、村（居）名称或 12 位区划代码，从提示中选取。"),
    )
    address = _text("address", _("详细地址"))
    longitude = DegreesField(label=_("经度"), required=False)
    latitude = DegreesField(label=_("纬度"), required=False)
    industry_1 = forms.CharField(
        label=_("行业代码1"),
        required=False,
        max_length=20,
        widget=industry_picker(),
        help_text=_("输入行业名称或 4 位小类代码，从提示中选取；第一个为主要行业。"),
    )
    industry_2 = forms.CharField(
        label=_("行业代码2"),
        required=False,
        max_length=20,
        widget=industry_picker(),
    )
    industry_3 = forms.CharField(
        label=_("行业代码3"),
        required=False,
        max_length=20,
        widget=industry_picker(),
    )
    legal_person = _text("legal_person", _("法定代表人"))
    contact_name = _text("contact_name", _("联系人"))
    contact_phone = _text("contact_phone", _("联系电话"))
    is_confirmed = forms.BooleanField(
        label=_("已核对，不是同一个普查对象"), required=False, widget=forms.HiddenInput
    )

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The visible fields in groups, each with its heading."""
        groups = [
            (title, [name for name in names if name in self.fields]) for title, names in GROUPS
        ]
        return [(title, [self[name] for name in names]) for title, names in groups if names]

    def data_given(self) -> UnitData:
        """What was typed, as a value."""
        facts = {name: said for name, said in self.cleaned_data.items() if name in FIELDS}
        industries = [self.cleaned_data[f"industry_{place}"] for place in (1, 2, 3)]
        return UnitData(**facts, industry_codes=tuple(code for code in industries if code))

    def add_refusal(self, refusal: Refusal) -> None:
        """Put the service's sentences at their fields."""
        errors = refusal.details.get("errors") or [refusal.as_dict()]
        for error in errors:
            field = {"industry_codes": "industry_1"}.get(error["cell"] or "", error["cell"])
            self.add_error(field if field in self.fields else None, error["message"])


class UnitAmendForm(UnitForm):
    """The facts of a registered unit, and why they change."""

    reason = forms.CharField(label=_("修改理由"), max_length=200)
    base_revision = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def initial_of(unit: Unit, *, revision: int) -> dict[str, Any]:
        """What the register says now."""
        names = [name for name in UnitForm.base_fields if hasattr(unit, name)]
        industries = {
            f"industry_{place}": code for place, code in enumerate(unit.industry_codes, start=1)
        }
        return {
            **{name: getattr(unit, name) for name in names},
            **industries,
            "base_revision": revision,
        }
