"""Loads one form for a page: the presenter, the neighbours that its rules read, its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import User
from instruments.models import InstrumentVersion
from instruments.selectors import codelists_current, definition_data, rules_module
from submissions.earlier_values import RATIO_BOUND, earlier_values
from submissions.enums import Provenance
from submissions.models import Case, EditFailure, ItemQuery, Response
from submissions.page_selectors import context_token
from submissions.presenters.form import FILL, FormPresenter, Mark
from submissions.presenters.grid import grid_data
from submissions.selectors import findings_of
from submissions.services.findings import failures_found
from submissions.services.unit_forms import UnitForms, unit_forms_read

CARRIED = {Provenance.CARRIED_FORWARD.value}
DERIVED = Provenance.DERIVED.value


@dataclass
class FormPage:
    """A case with everything its page shows. About eight queries."""

    case: Case
    user: User
    mode: str = FILL

    @cached_property
    def forms(self) -> UnitForms:
        """Every form of the unit in this exercise: rules read across them. One query."""
        return unit_forms_read(self.case)

    @cached_property
    def response(self) -> Response:
        """The working answers."""
        return self.forms.of(self.case.pk)

    @cached_property
    def queries(self) -> list[ItemQuery]:
        """Every question about this form, oldest first."""
        found = ItemQuery.objects.filter(case=self.case).select_related("raised_by", "answered_by")
        return list(found.order_by("pk"))

    @cached_property
    def findings(self) -> list[EditFailure]:
        """The findings as of now, those that are stored with their explanation. One query.

        An untouched form has no stored blanks; to whoever fills or submits it they matter.
        """
        stored = {(f.rule_id, f.row_key): f for f in findings_of(self.case)}
        if self.mode != FILL:
            return list(stored.values())
        now = failures_found(forms=self.forms, responses=[self.response], now=timezone.now())
        return [stored.get((f.rule_id, f.row_key), f) for f in now]

    def presenter(
        self,
        *,
        answers: Mapping[str, Any] | None = None,
        marks: Mapping[str, Mark] | None = None,
        failures: Sequence[EditFailure] | None = None,
        earlier: Mapping[str, Sequence[dict[str, str]]] | None = None,
    ) -> FormPresenter:
        """The form, with other answers than the working ones where they are given."""
        return FormPresenter(
            definition_data(self.case.instrument_version_id),
            answers if answers is not None else self.forms.plain(self.response),
            self.findings if failures is None else failures,
            mode=self.mode,
            codelists=codelists_current(),
            queries=self.queries,
            marks=marks or {},
            carried=self._carried,
            derived=self._derived,
            shows_confidence=self._shows_confidence,
            earlier=earlier or {},
        )

    def grid_data(self, form: FormPresenter) -> dict[str, Any]:
        """What the scripts of the grid need."""
        data = grid_data(
            form=form,
            response=self.response,
            context=self.forms.context(),
            user_id=self.user.pk,
            rules_url=rules_url(self.case.instrument_version_id),
        )
        return {
            **data,
            "context_token": context_token(self.case),
            "landing": self.landing,
            "earlier": earlier_values(self.response, self.user),
            "ratio_bound": RATIO_BOUND,
            "waiver_url": self.waiver_url,
        }

    @property
    def waiver_url(self) -> str:
        """Where this person asks for a waiver; blank where they may not."""
        if not self.user.has_perm(Permission.WAIVER_REQUEST, self.case):
            return ""
        return reverse("waiver_request", args=[self.case.pk])

    @property
    def required_done(self) -> int:
        """Required items that are filled, as of now."""
        case = self.response.case
        return case.required_count - case.required_missing_count

    @property
    def landing(self) -> str:
        """The cell of the first unanswered question."""
        return next((q.cell for q in self.queries if q.answered_at is None and q.cell), "")

    @property
    def open_queries(self) -> list[ItemQuery]:
        """Questions that block the next submission."""
        return [query for query in self.queries if query.answered_at is None]

    @property
    def _carried(self) -> frozenset[str]:
        cells = self.response.cells.items()
        return frozenset(path for path, cell in cells if set(cell) == CARRIED)

    @property
    def _derived(self) -> frozenset[str]:
        """Cells with a derived value, in force or beside what was entered."""
        cells = self.response.cells.items()
        return frozenset(path for path, cell in cells if cell.get(DERIVED, {}).get("v"))

    @property
    def _shows_confidence(self) -> bool:
        return self.user.can_anywhere(Permission.INSTRUMENT_PUBLISH) or self.user.can_anywhere(
            Permission.ACCOUNT_MANAGE
        )


def rules_url(version_id: int) -> str:
    """The address of a version's rules, pinned so that the browser keeps them for ever."""
    version = InstrumentVersion.objects.select_related("instrument").get(pk=version_id)
    address = reverse("instrument_rules_js", args=[version.instrument.code, version.content_hash])
    return f"{address}?r={rules_module(version_id).short_hash}"
