"""Reading changes of forms and code lists: for those who publish them."""

from __future__ import annotations

from typing import Any

from instruments.checking import Fault
from instruments.differences import Difference, codelist_differences, definition_differences
from instruments.draft_selectors import codelist_faults, definition_faults
from submissions.enums import ChangeKind
from submissions.models import FormChange

LISTED_AT_MOST = 200


def changes_listed() -> list[FormChange]:
    """The newest changes. One query."""
    changes = FormChange.objects.select_related("created_by", "published_by")
    return list(changes.order_by("-pk")[:LISTED_AT_MOST])


def change_get(pk: int) -> FormChange | None:
    """One change with its base. One query."""
    names = (
        "created_by",
        "published_by",
        "withdrawn_by",
        "base_version",
        "base_codelist__code_list",
    )
    return FormChange.objects.select_related(*names).filter(pk=pk).first()


def change_differences(change: FormChange) -> list[Difference]:
    """What the draft changes in the version it was drafted from. No query."""
    if change.base_version is not None:
        return definition_differences(change.base_version.definition, change.content)
    assert change.base_codelist is not None  # noqa: S101  held by a constraint
    return codelist_differences(change.base_codelist.entries, change.content)


def change_faults(kind: str, code: str, content: Any) -> list[Fault]:
    """Everything wrong with a draft."""
    if kind == ChangeKind.CODELIST:
        return codelist_faults(code, content)
    faults = definition_faults(content)
    if not faults and content["code"] != code:
        sentence = f"the code of the form is {code} and stays it"
        faults = [Fault(code, "code", "structure", sentence)]
    return faults
