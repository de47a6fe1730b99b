"""All forms of one unit in one exercise, held together: rules read across them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.exceptions import Missing
from instruments.evaluation.definition import Definition, form_name
from instruments.evaluation.engine import Compiled, Context
from instruments.selectors import Published, compiled_among, definition_for, published_now
from registry.models import Unit
from submissions.enums import CaseStatus
from submissions.models import Case, CollectionExercise, Response
from submissions.unit_facts import register_facts


@dataclass
class UnitForms:
    """The responses of a unit with their cases, as rules see them. `plain` is kept per form."""

    responses: list[Response]
    published: Published = field(default_factory=published_now)
    _plain: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def unit(self) -> Unit:
        """The unit that owes the forms."""
        return self.responses[0].case.unit

    @property
    def exercise(self) -> CollectionExercise:
        """The exercise they are owed in."""
        return self.responses[0].case.exercise

    @cached_property
    def register(self) -> dict[str, str]:
        """The facts of the register that rules may read."""
        return register_facts(self.unit)

    def of(self, case_id: int) -> Response:
        """The response of one case."""
        return next(response for response in self.responses if response.case_id == case_id)

    def plain(self, response: Response) -> dict[str, Any]:
        """The response's plain answers, computed once until `forget`."""
        if response.pk not in self._plain:
            self._plain[response.pk] = response.plain()
        return self._plain[response.pk]

    def put(self, response: Response, answers: dict[str, Any]) -> None:
        """Judge the response with other answers than its own, until `forget`."""
        self._plain[response.pk] = answers

    def forget(self, response: Response) -> None:
        """The response has changed."""
        self._plain.pop(response.pk, None)

    @property
    def living(self) -> list[Response]:
        """Responses whose case has not been voided."""
        return [r for r in self.responses if r.case.status != CaseStatus.VOID]

    def context(self) -> Context:
        """What the rules of one form may see beyond it."""
        return Context(
            forms={form_name(r.case.form_code): self.plain(r) for r in self.living},
            owed=frozenset(form_name(r.case.form_code) for r in self.living if r.case.is_owed),
            register=self.register,
            codelists=self.published.codelists,
            params={},
        )

    def compiled(self, response: Response) -> Compiled:
        """The compiled rules of the response's pinned version."""
        return compiled_among(response.case.instrument_version_id, self.published.version_ids)

    def compiled_as(self, version_id: int) -> Compiled:
        """The compiled rules of any version of a form."""
        return compiled_among(version_id, self.published.version_ids)

    def definition(self, response: Response) -> Definition:
        """The definition of the response's pinned version."""
        return definition_for(response.case.instrument_version_id)


def unit_forms_read(case: Case) -> UnitForms:
    """Every form of the case's unit, not locked: for reading. One query."""
    same = Response.objects.filter(case__unit_id=case.unit_id, case__exercise_id=case.exercise_id)
    return UnitForms(list(same.select_related("case__unit", "case__exercise").order_by("pk")))


def unit_forms_of(
    case_ids: Sequence[int], published: Published | None = None
) -> Iterator[tuple[UnitForms, Response]]:
    """Each of these cases with every form of its unit, not locked: for reading many. Two queries."""
    cases = Case.objects.filter(pk__in=case_ids).values_list("pk", "unit_id", "exercise_id")
    wanted = {pk: (unit, exercise) for pk, unit, exercise in cases}
    responses = (
        Response.objects.filter(case__unit_id__in={unit for unit, _exercise in wanted.values()})
        .select_related("case__unit", "case__exercise")
        .order_by("case__division_code", "case__unit_id", "pk")
    )
    by_unit: dict[tuple[int, int], list[Response]] = defaultdict(list)
    for response in responses:
        by_unit[response.case.unit_id, response.case.exercise_id].append(response)
    published = published or published_now()
    for pk, key in wanted.items():
        forms = UnitForms(by_unit[key], published=published)
        yield forms, forms.of(pk)


def unit_forms_lock(*, case_id: int) -> UnitForms:
    """Lock every response and case of the unit that `case_id` belongs to, until the transaction ends.

    Two queries: asked in one, the plan walks every case of the exercise. Saves to forms of one unit
    follow each other, because each may change the findings of the others; the rows are locked in
    one order, so two saves never wait for each other in a circle. Both tables are locked: a joined
    row that is not would be read as it was before the wait.
    """
    same = Case.objects.filter(pk=case_id).values("unit_id", "exercise_id").first()
    if same is None:
        raise Missing(_("没有这份普查表。"))
    responses = list(
        Response.objects.select_for_update(of=("self", "case"), no_key=True)
        .filter(case__unit_id=same["unit_id"], case__exercise_id=same["exercise_id"])
        .select_related("case__unit", "case__exercise")
        .order_by("pk")
    )
    if not any(response.case_id == case_id for response in responses):
        raise Missing(_("没有这份普查表。"))
    return UnitForms(responses)
