"""What a check says: which file, which place in it, one sentence."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a definition; `code` names the kind for tests and tools."""

    file: str
    path: str
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.sentence} [{self.code}]"


@dataclass(frozen=True)
class Source:
    """A definition and the name of where it came from."""

    file: str
    data: Any

    def fault(self, path: str, code: str, sentence: str) -> Fault:
        """A fault of this definition."""
        return Fault(self.file, path or "(top)", code, sentence)


def rule_path(number: int, rule: dict[str, Any], part: str = "") -> str:
    """`rules[3] G102-R04 assert`: found by position and by name."""
    return " ".join(filter(None, (f"rules[{number}]", rule["id"], part)))
