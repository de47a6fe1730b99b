"""A finding as the page and its scripts see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.enums import FailureKind, Severity
from submissions.models import EditFailure
from submissions.policies import waiver_level
from submissions.presenters.items import language


@dataclass(frozen=True)
class FindingView:
    """An `EditFailure` with its message in the reader's language and the names of its cells."""

    failure: EditFailure
    places: list[str] = field(default_factory=list)

    @property
    def pk(self) -> int:
        """What an explanation refers to."""
        return self.failure.pk

    @property
    def message(self) -> str:
        """The sentence."""
        if language() == "en" and self.failure.message_en:
            return self.failure.message_en
        return self.failure.message_zh

    @property
    def is_hard(self) -> bool:
        """Whether it stops a submission."""
        return self.failure.severity == Severity.HARD and not self.is_waived

    @property
    def is_waived(self) -> bool:
        """Whether a waiver sets it aside today."""
        return self.failure.is_waived

    @property
    def may_be_waived(self) -> bool:
        """Whether a waiver can be asked for at all."""
        failure = self.failure
        return not self.is_waived and waiver_level(failure.kind, failure.severity) is not None

    @property
    def is_required(self) -> bool:
        """A blank item that must be filled: counted and listed apart from errors."""
        return self.failure.kind == FailureKind.REQUIRED

    @property
    def is_open(self) -> bool:
        """A soft finding that still waits for an explanation."""
        is_soft = self.failure.severity == Severity.SOFT
        return is_soft and not self.is_waived and not self.failure.explanation

    @property
    def explained_by_name(self) -> str:
        """Whose words the explanation is."""
        person = self.failure.explained_by
        return person.full_name if person else ""

    @property
    def css(self) -> str:
        """The class of its colour."""
        if self.is_required:
            return "required"
        if self.is_hard:
            return "hard"
        return "soft" if self.is_open else "explained"

    @property
    def severity_name(self) -> str:
        """Severity in words: colour is never the only sign."""
        if self.is_waived:
            return _("已豁免")
        names = {
            "required": _("必填"),
            "hard": pgettext("finding", "错误"),
            "soft": _("待说明"),
            "explained": _("已说明"),
        }
        return names[self.css]

    @property
    def first_code(self) -> str:
        """The official code of the cell where the sentence stands; other cells refer to it."""
        return self.places[0].partition(" ")[0] if self.places else ""

    @property
    def first_cell(self) -> str:
        """The cell it jumps to."""
        return self.failure.cells[0] if self.failure.cells else ""


def by_cell(findings: Iterable[FindingView]) -> dict[str, list[FindingView]]:
    """Findings under each of their cells, hard ones first."""
    found: dict[str, list[FindingView]] = {}
    for finding in sorted(findings, key=lambda f: (not f.is_hard, f.failure.pk or 0)):
        for cell in finding.failure.cells:
            found.setdefault(cell, []).append(finding)
    return found
