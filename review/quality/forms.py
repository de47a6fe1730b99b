"""What is typed on the pages of quality control: checked at its field, nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Refusal
from registry.evidence_files import FILE_AT_MOST
from registry.forms import DegreesField
from review.quality.services.sampling import TEXT_AT_MOST, VALUE_AT_MOST
from submissions.enums import ExerciseStatus
from submissions.models import CollectionExercise

_DIFFERENCE = re.compile(r"verdict-([0-9]{1,18})")


class RefusableForm(forms.Form):
    """A form that puts a service's sentence at its field."""

    def add_refusal(self, refusal: Refusal) -> None:
        """At the field that it names, else above the form."""
        cell = refusal.cell or ""
        self.add_error(cell if cell in self.fields else None, refusal.message)


class FreezeForm(RefusableForm):
    """Which exercise, and which public number will draw from the frozen frame."""

    exercise = forms.ModelChoiceField(
        label=_("普查阶段"), queryset=CollectionExercise.objects.none(), empty_label=None
    )
    source = forms.CharField(
        label=_("公开随机数来源"),
        max_length=TEXT_AT_MOST,
        help_text=_("尚未公布、任何人可查的数字，如“双色球第 2018058 期开奖号码”。"),
    )
    at = forms.DateTimeField(
        label=_("公布时间"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("须晚于现在；到时才能填入数字并抽取。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercise"].queryset = CollectionExercise.objects.filter(  # type: ignore[attr-defined]
            status=ExerciseStatus.OPEN
        )


class DrawForm(RefusableForm):
    """The number that has become public."""

    value = forms.CharField(label=_("公布的数字"), max_length=VALUE_AT_MOST)


class EvidenceForm(RefusableForm):
    """Where the check is made, and a photograph."""

    photo = forms.FileField(
        label=_("现场照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
        help_text=_("JPEG 或 PNG，不超过 10 MB。"),
    )
    longitude = DegreesField(label=_("经度"), required=False)
    latitude = DegreesField(label=_("纬度"), required=False)

    def clean_photo(self) -> Any:
        """Its size; what it is, the service finds out."""
        photo = self.cleaned_data.get("photo")
        if photo and photo.size > FILE_AT_MOST:
            raise forms.ValidationError(_("照片超过 10 MB，请缩小后再传。"))
        return photo


def verdicts_read(posted: QueryDict) -> dict[int, tuple[str, str]]:
    """Difference → verdict and reason, of those that were chosen or written."""
    found = {}
    for name in posted:
        if match := _DIFFERENCE.fullmatch(name):
            verdict = posted.get(name, "")
            reason = posted.get(f"reason-{match[1]}", "").replace("\0", "")
            if verdict or reason.strip():
                found[int(match[1])] = (verdict, reason)
    return found


def date_read(text: str) -> date | None:
    """A day as a browser posts it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def number_read(asked: Mapping[str, str], name: str) -> int:
    """A number of a query string; 0 for anything else."""
    text = asked.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def minute_now() -> str:
    """The earliest minute a browser should offer."""
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")
