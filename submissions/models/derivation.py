"""How derived values came about, and the state of a form's accounting."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.case import Case
from submissions.models.response import Response


class Derivation(models.Model):
    """One derived value with its inputs, formula, coefficient and page. Append-only.

    `number` is the version of the response at which the value was derived; the newest row of a
    cell up to a version says how the value of that version came about.
    """

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="derivations")
    number = models.PositiveIntegerField(_("版本"))
    cell = models.CharField(max_length=160, db_collation="C")
    value = models.CharField(max_length=60, blank=True)
    basis = models.JSONField(_("依据"))
    basis_hash = models.CharField(max_length=64)
    coefficient_version = models.ForeignKey(
        "instruments.CoefficientVersion", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("推算依据")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["response", "cell", "number"], name="submissions_derivation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} {self.cell} v{self.number}"


class AccountingRun(models.Model):
    """The last accounting of one G106-1: on which inputs and library, and what it could not do."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="accounting_run")
    inputs_hash = models.CharField(max_length=64)
    coefficient_version = models.ForeignKey(
        "instruments.CoefficientVersion", on_delete=models.PROTECT, related_name="+"
    )
    derived_count = models.PositiveIntegerField(_("核算值"))
    refusals = models.JSONField(_("不能核算"), default=list)
    accounted_at = models.DateTimeField(_("核算时间"))
    accounted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("核算")

    def __str__(self) -> str:
        return f"{self.case_id} {self.accounted_at:%Y-%m-%d %H:%M}"

    def refusal_lines(self, language: str) -> list[dict[str, Any]]:
        """What could not be done, in the reader's language: the row's number and a sentence."""
        return [
            {"row": line["row"], "sentence": line[language] or line["zh"]} for line in self.refusals
        ]
