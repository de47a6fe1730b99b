"""What is wrong with a definition or a code list that somebody would publish beside the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from instruments.checking import Fault, Source, check_codelists, check_dependents, check_set
from instruments.evaluation.definition import form_name
from instruments.selectors import codelists_current, versions_current

Lists = Mapping[str, frozenset[str]]
ENTRY_TEXTS = ("code", "label")
CONFIDENCES = ("found", "known-high", "known-medium", "known-low")


def definition_faults(definition: Any) -> list[Fault]:
    """Faults of the definition itself, then of the forms whose rules read it.

    A form that another form's rules read cannot drop the item they read: those rules would fail
    to run in every record.
    """
    code = definition.get("code") if isinstance(definition, Mapping) else None
    source = Source(str(code), definition)
    if code is not None and "division" in definition:
        sentence = "a national definition has no division"
        return [source.fault("division", "structure", sentence)]
    others = [
        Source(v.instrument.code, v.definition)
        for v in versions_current()
        if v.instrument.code != code
    ]
    lists = _codes()
    faults = check_set([source], lists, others)
    if faults:
        return faults
    name = re.compile(rf"\b{form_name(str(code))}\.")
    readers = [other for other in others if name.search(_expressions(other.data))]
    return check_dependents(readers, lists, [source, *others])


def codelist_faults(name: str, entries: Any) -> list[Fault]:
    """Faults of the entries, then of the forms whose examples no longer agree with their rules."""
    source = Source(f"codelist {name}", entries)
    faults = _entry_faults(source)
    if faults:
        return faults
    codes = [entry["code"] for entry in entries]
    faults = check_codelists({name: codes})
    if faults:
        return faults
    forms = [Source(v.instrument.code, v.definition) for v in versions_current()]
    word = re.compile(rf"\b{re.escape(name)}\b")
    readers = [form for form in forms if word.search(_expressions(form.data))]
    lists = {**_codes(), name: frozenset(codes)}
    return check_dependents(readers, lists, forms)


def forms_with_list(name: str) -> list[str]:
    """Codes of the current forms that have an item of this list."""
    return [
        v.instrument.code
        for v in versions_current()
        if any(
            item.get("codelist") == name
            for section in v.definition["sections"]
            for item in section["items"]
        )
    ]


def _entry_faults(source: Source) -> list[Fault]:
    entries = source.data
    if not isinstance(entries, list) or not entries:
        return [source.fault("entries", "structure", "a list of entries is expected")]
    faults = []
    for number, entry in enumerate(entries):
        path = f"entries[{number}]"
        if not isinstance(entry, dict) or not all(isinstance(v, str) for v in entry.values()):
            sentence = "an entry holds texts: code, label, and what else the list knows"
            faults.append(source.fault(path, "structure", sentence))
            continue
        missing = [key for key in ENTRY_TEXTS if not entry.get(key, "").strip()]
        if missing:
            faults.append(source.fault(path, "structure", f"{missing[0]!r} is missing"))
        if entry.get("confidence", "found") not in CONFIDENCES:
            sentence = f"confidence is one of {', '.join(CONFIDENCES)}"
            faults.append(source.fault(f"{path} {entry.get('code')}", "structure", sentence))
    return faults


def _codes() -> dict[str, frozenset[str]]:
    return {name: values.codes for name, values in codelists_current().items()}


def _expressions(definition: Mapping[str, Any]) -> str:
    """Everything a definition says in the rule language, as one text to search in."""
    texts: list[str] = [str(definition.get("owed_when", ""))]
    for section in definition["sections"]:
        for item in section["items"]:
            texts += [str(item.get("required", "")), str(item.get("applies", ""))]
    for rule in definition["rules"]:
        texts += [rule["assert"], rule.get("when", "")]
    return "\n".join(texts)


def codelist_entries(data: Any) -> Any:
    """The entries of a typed code list: the list itself, or `entries:` with a common confidence."""
    if not isinstance(data, Mapping):
        return data
    entries: Sequence[Any] = data.get("entries") or []
    common = data.get("confidence", "known-medium")
    return [
        {"confidence": common, **entry} if isinstance(entry, Mapping) else entry
        for entry in entries
    ]
