"""The form of a visit: made for a phone, works without scripts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Refusal
from registry.enums import FieldOutcome
from registry.evidence_files import FILE_AT_MOST
from registry.forms import DegreesField
from registry.services.verifications import Finding


class VerificationForm(forms.Form):
    """What was found."""

    outcome = forms.ChoiceField(
        label=_("清查结果"), choices=FieldOutcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("现场情况"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    duplicate = forms.CharField(
        label=_("与之重复的普查对象代码"),
        max_length=20,
        required=False,
        help_text=_("只在重复时填写。"),
    )
    photo = forms.FileField(
        label=_("现场照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
        help_text=_("营业执照、门牌或厂区，JPEG 或 PNG，不超过 10 MB。"),
    )
    longitude = DegreesField(label=_("经度"), required=False)
    latitude = DegreesField(label=_("纬度"), required=False)
    accuracy = forms.IntegerField(
        label=_("定位精度（米）"), required=False, min_value=0, max_value=100_000
    )

    def clean_photo(self) -> Any:
        """Its size; what it is, the service finds out."""
        photo = self.cleaned_data.get("photo")
        if photo and photo.size > FILE_AT_MOST:
            raise forms.ValidationError(_("照片超过 10 MB，请缩小后再传。"))
        return photo

    def finding(self, duplicate_id: int | None) -> Finding:
        """What was found, as a value."""
        said = self.cleaned_data
        photo = said["photo"]
        return Finding(
            outcome=FieldOutcome(said["outcome"]),
            note=said["note"],
            longitude=said["longitude"],
            latitude=said["latitude"],
            accuracy=said["accuracy"],
            photo=photo.read() if photo else b"",
            duplicate_id=duplicate_id,
        )

    def add_refusal(self, refusal: Refusal) -> None:
        """Put the service's sentence at its field."""
        cell = {"survivor": "duplicate"}.get(refusal.cell or "", refusal.cell)
        self.add_error(cell if cell in self.fields else None, refusal.message)
