"""The blank form that a checker fills: the real entry grid over answers of the check alone.

Nothing of the first answers is here, nor of the unit's other forms: rules that read those say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from instruments.selectors import codelists_current, definition_data
from review.models import QualityCheck
from submissions.earlier_values import RATIO_BOUND
from submissions.enums import CaseStatus
from submissions.form_page import rules_url
from submissions.models import Case, EditFailure, Response
from submissions.presenters.form import FILL, FormPresenter
from submissions.presenters.grid import grid_data
from submissions.services.findings import failures_found
from submissions.services.unit_forms import UnitForms

NOWHERE = -1  # the key of what is never saved


def check_forms(check: QualityCheck) -> tuple[UnitForms, Response]:
    """The form as the rules see it, with the checker's answers. Never saved."""
    assert check.case is not None  # noqa: S101  callers have asked `is_of_form`
    assert check.submission is not None  # noqa: S101  a constraint
    case = Case(
        pk=NOWHERE,
        unit=check.unit,
        exercise=check.sample.exercise,
        form_code=check.case.form_code,
        instrument_version_id=check.submission.instrument_version_id,
        status=CaseStatus.OPEN,
        division_code=check.division_code,
    )
    response = Response(pk=NOWHERE, case=case, version=check.version, rows=check.rows)
    response.cells = check.cells
    return UnitForms([response]), response


@dataclass
class CheckSheet:
    """A check with what its page needs while the checker answers."""

    check: QualityCheck
    user: User

    @cached_property
    def forms(self) -> tuple[UnitForms, Response]:
        """The form, in memory."""
        return check_forms(self.check)

    @property
    def response(self) -> Response:
        """The answers, in memory."""
        return self.forms[1]

    @property
    def answers(self) -> dict[str, Any]:
        """The plain answers."""
        return self.forms[0].plain(self.response)

    @cached_property
    def failures(self) -> list[EditFailure]:
        """What the form's rules say of them."""
        forms, response = self.forms
        return failures_found(forms=forms, responses=[response], now=timezone.now())

    def presenter(self, posted: Mapping[str, str] | None = None) -> FormPresenter:
        """The form, to be filled."""
        answers = self.answers
        if posted is not None:
            answers = {"values": {**answers["values"], **posted}, "rows": answers["rows"]}
        return FormPresenter(
            definition_data(self.response.case.instrument_version_id),
            answers,
            self.failures,
            mode=FILL,
            codelists=codelists_current(),
        )

    def grid_data(self, form: FormPresenter) -> dict[str, Any]:
        """What the scripts of the grid need; its doors are those of the check."""
        forms, response = self.forms
        data = grid_data(
            form=form,
            response=response,
            context=forms.context(),
            user_id=self.user.pk,
            rules_url=rules_url(response.case.instrument_version_id),
            doors={
                "cells": reverse("quality_cells", args=[self.check.pk]),
                "submit": reverse("quality_answered", args=[self.check.pk]),
            },
        )
        return {
            **data,
            "case": f"check-{self.check.pk}",
            "context_token": "",
            "landing": "",
            "earlier": {},
            "ratio_bound": RATIO_BOUND,
            "waiver_url": "",
        }
