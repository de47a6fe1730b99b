"""The only exceptions that reading or compiling rules raises."""

from dataclasses import dataclass


class RuleError(ValueError):
    """One sentence for the author of the rule: what is wrong and what was expected."""


@dataclass(frozen=True)
class CompileFault:
    """Something in a definition that cannot be compiled: an item's slug or a rule's id, the part
    of it (`assert`, `when`, `applies`, …), and why.
    """

    where: str
    part: str
    sentence: str


class DefinitionError(RuleError):
    """A definition in which something cannot be compiled; `faults` names every such thing."""

    def __init__(self, faults: tuple[CompileFault, ...]) -> None:
        super().__init__("; ".join(f"{f.where} {f.part}: {f.sentence}" for f in faults))
        self.faults = faults
