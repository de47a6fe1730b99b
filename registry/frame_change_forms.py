"""Forms of change orders. They read what was typed; what is acceptable, the service says."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Refusal
from registry.enums import FrameChangeKind, UnitKind
from registry.evidence_files import FILE_AT_MOST
from registry.forms import DegreesField, UnitForm, division_picker, industry_picker
from registry.lifecycle import POLICIES
from registry.models import Unit
from registry.services.frame_changes import ChangeRequest
from registry.unit_data import MAX_LENGTHS, UnitData, data_of

INDUSTRIES = ("industry_1", "industry_2", "industry_3")
# The fields that each kind asks for, besides the words that every one needs.
_ASKED: Mapping[FrameChangeKind, tuple[str, ...]] = {
    FrameChangeKind.MOVE: ("division_code", "address", "longitude", "latitude"),
    FrameChangeKind.RENAME: ("name", "credit_code", "organisation_code"),
    FrameChangeKind.RECLASSIFICATION: ("kind_of_unit", *INDUSTRIES),
    FrameChangeKind.MERGE: ("survivor",),
    FrameChangeKind.SPLIT: ("part_name", "part_suffix", "part_code", "division_code", "address"),
}
_WORDS = ("change", "effective_on", "reason", "evidence", "file")


class _Words(forms.Form):
    """What every change order says."""

    effective_on = forms.DateField(
        label=_("发生日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("理由"), max_length=200)
    evidence = forms.CharField(
        label=_("证明材料"),
        max_length=200,
        required=False,
        help_text=_("文件名称和文号，或现场照片、笔录的编号。"),
    )
    file = forms.FileField(
        label=_("附件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=_("证明材料的扫描件或照片，PDF、JPEG 或 PNG，不超过 10 MB。"),
    )

    def clean_file(self) -> bytes:
        """Its content, where it is not too large; what it is, the service finds out."""
        file = self.cleaned_data.get("file")
        if file and file.size > FILE_AT_MOST:
            raise forms.ValidationError(_("附件超过 10 MB，请缩小后再传。"))
        return bytes(file.read()) if file else b""


class FrameChangeForm(_Words):
    """A change of one unit. Only the fields of the chosen kind are there."""

    change = forms.ChoiceField(
        label=_("变更类型"),
        choices=[c for c in FrameChangeKind.choices if c[0] != FrameChangeKind.BIRTH],
        widget=forms.HiddenInput,
    )
    name = forms.CharField(label=_("新的单位详细名称"), max_length=MAX_LENGTHS["name"])
    credit_code = forms.CharField(label=_("统一社会信用代码"), required=False, max_length=40)
    organisation_code = forms.CharField(label=_("组织机构代码"), required=False, max_length=20)
    part_name = forms.CharField(label=_("分出对象的详细名称"), max_length=MAX_LENGTHS["name"])
    part_code = forms.CharField(
        label=_("分出对象的统一社会信用代码"), required=False, max_length=40
    )
    part_suffix = forms.CharField(
        label=_("厂区编号"),
        required=False,
        max_length=6,
        help_text=_("与原对象同一代码时填写。"),
    )
    division_code = forms.CharField(label=_("所在区划"), max_length=20, widget=division_picker())
    address = forms.CharField(
        label=_("详细地址"), required=False, max_length=MAX_LENGTHS["address"]
    )
    longitude = DegreesField(label=_("经度"), required=False)
    latitude = DegreesField(label=_("纬度"), required=False)
    kind_of_unit = forms.ChoiceField(label=_("普查对象类别"), choices=UnitKind.choices)
    industry_1 = forms.CharField(label=_("行业代码1"), required=False, widget=industry_picker())
    industry_2 = forms.CharField(label=_("行业代码2"), required=False, widget=industry_picker())
    industry_3 = forms.CharField(label=_("行业代码3"), required=False, widget=industry_picker())
    survivor = forms.CharField(
        label=_("并入的普查对象代码"), max_length=20, help_text=_("保留的一方；本对象标为重复。")
    )
    field_order = ("change", "effective_on", "reason", "evidence")

    def __init__(
        self,
        unit: Unit,
        data: Any = None,
        files: Any = None,
        *,
        initial_kind: str | None = None,
    ) -> None:
        self.unit = unit
        asked_for = (data or {}).get("change") or initial_kind or ""
        known = {value for value, _label in self.base_fields["change"].choices}  # type: ignore[attr-defined]
        self.kind = FrameChangeKind(asked_for if asked_for in known else FrameChangeKind.DEATH)
        super().__init__(data, files, initial=self._initial())
        for name in set(self.fields) - {*_WORDS, *_ASKED.get(self.kind, ())}:
            del self.fields[name]
        self.fields["evidence"].required = POLICIES[self.kind].needs_evidence

    @property
    def kinds(self) -> list[tuple[str, Any, bool]]:
        """Every kind of change with whether it is the one."""
        return [(v, label, v == self.kind) for v, label in self.fields["change"].choices]  # type: ignore[attr-defined]

    def _initial(self) -> dict[str, Any]:
        now = data_of(self.unit)
        codes = dict(zip(INDUSTRIES, now.industry_codes, strict=False))
        own = {} if self.kind == FrameChangeKind.SPLIT else {"address": now.address}
        return {
            "change": self.kind,
            "name": now.name,
            "credit_code": now.credit_code,
            "organisation_code": now.organisation_code,
            "division_code": now.division_code,
            "longitude": now.longitude,
            "latitude": now.latitude,
            "kind_of_unit": now.kind,
            **codes,
            **own,
        }

    def clean(self) -> dict[str, Any]:
        """Fields that the kind does not ask for count as not said."""
        cleaned = super().clean() or {}
        return {"survivor": "", **cleaned}

    def wanted(self, survivor_id: int | None) -> ChangeRequest:
        """What was asked for, as a value."""
        said = self.cleaned_data
        return ChangeRequest(
            kind=self.kind,
            reason=said["reason"],
            evidence=said["evidence"],
            file=said["file"],
            effective_on=said["effective_on"],
            unit_id=self.unit.pk,
            survivor_id=survivor_id,
            facts=self._facts(),
            parts=[self._part()] if self.kind == FrameChangeKind.SPLIT else [],
        )

    def _facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        facts = {name: said[name] for name in POLICIES[self.kind].facts if name in said}
        if self.kind == FrameChangeKind.RECLASSIFICATION:
            facts["kind"] = said["kind_of_unit"]
            facts["industry_codes"] = tuple(said[n] for n in INDUSTRIES if said[n])
        return facts

    def _part(self) -> UnitData:
        now, said = data_of(self.unit), self.cleaned_data
        same = not said["part_code"]
        return UnitData(
            name=said["part_name"],
            division_code=said["division_code"],
            address=said["address"],
            kind=now.kind,
            credit_code=now.credit_code if same else said["part_code"],
            organisation_code=now.organisation_code if same and not now.credit_code else "",
            site_suffix=said["part_suffix"],
            industry_codes=now.industry_codes,
            legal_person=now.legal_person if same else "",
        )

    def add_refusal(self, refusal: Refusal) -> None:
        """Put the service's sentences at their fields."""
        names = {"kind": "kind_of_unit", "industry_codes": "industry_1", "parts": "part_name"}
        if self.kind == FrameChangeKind.SPLIT:
            names |= {"name": "part_name", "credit_code": "part_code", "site_suffix": "part_suffix"}
        for error in refusal.details.get("errors") or [refusal.as_dict()]:
            field = names.get(error["cell"] or "", error["cell"])
            self.add_error(field if field in self.fields else None, error["message"])


class BirthForm(UnitForm, _Words):
    """A unit to be added by change order."""

    def wanted(self) -> ChangeRequest:
        """What was asked for, as a value."""
        said = self.cleaned_data
        words = {name: said[name] for name in ("effective_on", "reason", "evidence", "file")}
        return ChangeRequest(kind=FrameChangeKind.BIRTH, parts=[self.data_given()], **words)
