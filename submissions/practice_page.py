"""Loads one attempt at a practice set for its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from instruments.evaluation.definition import split_path
from instruments.selectors import codelists_current, definition_data
from submissions.earlier_values import RATIO_BOUND
from submissions.form_page import rules_url
from submissions.models import EditFailure, PracticeAttempt, Response
from submissions.practice.marking import Mark
from submissions.practice.sets import PracticeSet, practice_sets
from submissions.presenters.form import FILL, READ, FormPresenter
from submissions.presenters.grid import grid_data
from submissions.presenters.items import localised
from submissions.services.findings import failures_found
from submissions.services.practice_sandbox import sandbox
from submissions.services.unit_forms import UnitForms


@dataclass
class AttemptPage:
    """An attempt with everything its page shows."""

    attempt: PracticeAttempt
    user: User

    @cached_property
    def practice(self) -> PracticeSet:
        """The set."""
        return practice_sets()[self.attempt.set_code]

    @cached_property
    def forms(self) -> tuple[UnitForms, Response]:
        """The sample unit's forms and the one to correct, in memory."""
        return sandbox(self.practice, self.attempt)

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
        """What the rules say of them."""
        forms, response = self.forms
        return failures_found(forms=forms, responses=[response], now=timezone.now())

    @property
    def title(self) -> str:
        """The title of the set."""
        return localised(self.practice.title)

    @property
    def story(self) -> str:
        """What the papers on site say."""
        return localised(self.practice.story)

    def presenter(self, posted: Mapping[str, str] | None = None) -> FormPresenter:
        """The form, to be filled until it is handed in."""
        answers = self.answers
        if posted is not None:
            answers = {"values": {**answers["values"], **posted}, "rows": answers["rows"]}
        return FormPresenter(
            definition_data(self.response.case.instrument_version_id),
            answers,
            self.failures,
            mode=READ if self.attempt.finished_at else FILL,
            codelists=codelists_current(),
        )

    def grid_data(self, form: FormPresenter) -> dict[str, Any]:
        """What the scripts of the grid need; its doors are those of practice."""
        forms, response = self.forms
        data = grid_data(
            form=form,
            response=response,
            context=forms.context(),
            user_id=self.user.pk,
            rules_url=rules_url(response.case.instrument_version_id),
            doors={
                "cells": reverse("practice_cells", args=[self.attempt.pk]),
                "submit": reverse("practice_finish", args=[self.attempt.pk]),
            },
        )
        return {
            **data,
            "case": f"practice-{self.attempt.pk}",
            "context_token": "",
            "landing": "",
            "earlier": {},
            "ratio_bound": RATIO_BOUND,
            "waiver_url": "",
        }


@dataclass(frozen=True)
class MarkedError:
    """One planted error with what became of it; `mark` is blank for a good cell that was changed."""

    mark: str
    place: str
    planted: str
    given: str
    right: str
    why: str
    rule: str


def marked_errors(page: AttemptPage) -> list[MarkedError]:
    """The planted errors in the order of the set, then the cells that were right and are not."""
    marking = page.attempt.marking or {"marks": {}, "spoiled": []}
    given, right = page.answers["values"], page.practice.right["values"]
    lines = [
        MarkedError(
            mark=marking["marks"].get(error.cell, Mark.MISSED),
            place=_place(page, error.cell),
            planted=error.wrong,
            given=given.get(error.cell, ""),
            right=str(right.get(error.cell, "")),
            why=localised(error.why),
            rule=error.rule,
        )
        for error in page.practice.errors
    ]
    lines += [
        MarkedError(
            "", _place(page, cell), "", given.get(cell, ""), str(right.get(cell, "")), "", ""
        )
        for cell in marking["spoiled"]
    ]
    return lines


def _place(page: AttemptPage, cell: str) -> str:
    forms, response = page.forms
    item = forms.definition(response).items_by_slug.get(split_path(cell)[2])
    return f"{item.code} {localised(item.label)}" if item else cell
