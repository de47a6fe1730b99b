"""The working answers of a case: one JSONB document, every value with its provenance."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.enums import IN_FORCE_ORDER
from submissions.models.case import Case

Slot = dict[str, Any]
Cell = dict[str, Slot]


def slot_in_force(cell: Cell) -> Slot | None:
    """The slot whose value counts, by the provenance order."""
    return next((cell[name] for name in IN_FORCE_ORDER if name in cell), None)


def value_in_force(cell: Cell | None) -> str:
    """The value that counts; blank is the empty string."""
    slot = slot_in_force(cell) if cell else None
    return str(slot["v"]) if slot else ""


class Response(models.Model):
    """`cells` maps a cell path to its slots: {provenance: {v, by, at, n}}; `n` is the version
    at which the slot was written. `rows` maps a repeat group to its row ids, in order.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="response")
    version = models.PositiveIntegerField(_("版本"), default=0)
    cells = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    head_hash = models.CharField(max_length=64, blank=True, default="")
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        verbose_name = _("填报数据")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(version=0, head_hash="")
                | (models.Q(version__gt=0) & ~models.Q(head_hash="")),
                name="submissions_response_head_hash_iff_saved",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}"

    def plain(self) -> dict[str, Any]:
        """The answers as rules see them: values in force, blanks left out, and the rows."""
        values = {path: value_in_force(cell) for path, cell in self.cells.items()}
        return {
            "values": {path: value for path, value in values.items() if value != ""},
            "rows": {group: list(ids) for group, ids in self.rows.items()},
        }
