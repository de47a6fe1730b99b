"""The whole form posted by a browser without scripts, turned into changes of cells."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import Invalid
from instruments.evaluation.text import normalise

# What the form posts besides cells.
CONTROL_FIELDS = frozenset({"csrfmiddlewaretoken", "base_version", "save_id", "op", "text"})
FILE_AT_MOST = 64 * 1024 * 1024
SAVE, ADD, COPY, REMOVE = "save", "add", "copy", "remove"


@dataclass(frozen=True)
class PostedForm:
    """One posted form. `shown` is what the page showed: values at its base version."""

    post: QueryDict
    shown: Mapping[str, str]
    rows: Mapping[str, list[str]]

    @property
    def base_version(self) -> int:
        """The version that the page showed. Raises `Invalid`."""
        try:
            version = int(self.post.get("base_version", ""))
        except ValueError as error:
            raise Invalid(str(_("页面已失效，请重新打开本表。"))) from error
        if not 0 <= version < 2**31:
            raise Invalid(str(_("页面已失效，请重新打开本表。")))
        return version

    @property
    def save_id(self) -> uuid.UUID:
        """Made with the page, so that a form posted twice is stored once. Raises `Invalid`."""
        try:
            return uuid.UUID(self.post.get("save_id", ""))
        except ValueError as error:
            raise Invalid(str(_("页面已失效，请重新打开本表。"))) from error

    @property
    def values(self) -> dict[str, str]:
        """Cells as posted."""
        return {name: str(value) for name, value in self.post.items() if name not in CONTROL_FIELDS}

    def changes(self) -> list[dict[str, Any]]:
        """Cells that differ from what was shown, then the row that a button asked for."""
        changed: list[dict[str, Any]] = [
            {"op": "set", "cell": cell, "value": value}
            for cell, value in self.values.items()
            if normalise(value) != self.shown.get(cell, "")
        ]
        act, _colon, place = self.post.get("op", SAVE).partition(":")
        group, _slash, row = place.partition("/")
        if act == ADD:
            changed += self._new_row(group)
        elif act == COPY:
            changed += self._new_row(group, like=row)
        elif act == REMOVE:
            prefix = f"{group}/{row}/"
            changed = [c for c in changed if not c["cell"].startswith(prefix)]
            changed.append({"op": "remove_row", "group": group, "row": row})
        return changed

    def _new_row(self, group: str, like: str = "") -> list[dict[str, Any]]:
        row = secrets.token_hex(4)
        changes: list[dict[str, Any]] = [
            {"op": "add_row", "group": group, "row": row, "after": like or None}
        ]
        prefix = f"{group}/{like}/"
        if like:
            changes += [
                {"op": "set", "cell": f"{group}/{row}/{name[len(prefix) :]}", "value": value}
                for name, value in self.values.items()
                if name.startswith(prefix) and value
            ]
        return changes


class FrameLoadForm(forms.Form):
    """An uploaded list of units."""

    file = forms.FileField(
        label=_("名录文件"),
        help_text=_("CSV 或 XLSX，第一行为列名，每行一个普查对象。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    dry_run = forms.BooleanField(
        label=_("只核对，不写入"),
        required=False,
        help_text=_("先核对一遍，看清有多少行会登记、哪些行有问题。"),
    )

    def clean_file(self) -> Any:
        """By its name; the content is judged by the loader."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".csv", ".xlsx")):
            raise forms.ValidationError(_("只能导入 CSV 或 XLSX 文件。"))
        if file.size > FILE_AT_MOST:
            raise forms.ValidationError(_("文件超过 64 MB，请分批导入。"))
        return file
