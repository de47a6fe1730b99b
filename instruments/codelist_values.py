"""A published code list, ready for look-up."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class CodeListValues:
    """Entries of one published version; `code in values` says whether a code belongs to it."""

    name: str
    title: str
    content_hash: str
    entries: tuple[dict[str, str], ...]

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every code of the list."""
        return frozenset(entry["code"] for entry in self.entries)

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {entry["code"]: entry for entry in self.entries}

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __iter__(self) -> Iterator[str]:
        return (entry["code"] for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def label(self, code: str, language: str = "zh") -> str:
        """The label of a code; Chinese where there is no English one; the code where unknown."""
        entry = self._labels.get(code)
        if entry is None:
            return code
        return (entry.get("label_en") if language == "en" else "") or entry["label"]

    def pairs(self, language: str = "zh") -> list[list[str]]:
        """`[[code, label], …]`: the compact form for the browser."""
        return [[entry["code"], self.label(entry["code"], language)] for entry in self.entries]
