"""Scores as they stand now, and the packs of a division."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.enums import PREFIX_LENGTHS
from accounts.exceptions import Missing
from accounts.models import User
from accounts.scopes import prefix_range
from registry.enums import DivisionLevel
from registry.models import Division
from registry.selectors import divisions_below
from review.acceptance.criteria_files import Criteria, criteria_of
from review.acceptance.measures import WHOLE, Question, intact_of, measures_of
from review.acceptance.models import AcceptancePack, DutyRecord
from review.acceptance.scoring import Measure, Score, score
from review.enums import DutyKind
from submissions.models import CollectionExercise

LIVE = "intact"  # read case by case: only for the division itself


@dataclass(frozen=True)
class DivisionScore:
    """A division below, its score now, and its newest pack."""

    division: Division
    score: Score
    pack: AcceptancePack | None


def criteria_for(exercise: CollectionExercise) -> Criteria:
    """Those of the exercise. Raises `Missing`."""
    found = criteria_of(exercise.code)
    if found is None:
        raise Missing(_("本普查阶段没有评分标准。"))
    return found


def _question(division: Division, exercise: CollectionExercise) -> Question:
    below = min(division.level + 1, DivisionLevel.VILLAGE)
    return Question(exercise, division, PREFIX_LENGTHS[below])


def score_now(
    *, division: Division, exercise: CollectionExercise, is_checked: bool = True
) -> Score:
    """The division's own score. `is_checked` reads the chains of a sample of forms, too."""
    question = _question(division, exercise)
    own = {name: by[WHOLE] for name, by in measures_of(question).items() if WHOLE in by}
    if is_checked:
        own[LIVE] = intact_of(question)
    return score(criteria_for(exercise), own)


def scores_below(
    *, actor: User, division: Division, exercise: CollectionExercise
) -> tuple[Score, list[DivisionScore]]:
    """The division's score, and that of every division below it that has any forms.

    About fifteen queries, whatever the number of divisions. The chains of the children are left
    out here; freezing reads them.
    """
    question = _question(division, exercise)
    criteria = criteria_for(exercise)
    measures = measures_of(question)
    own = {name: by[WHOLE] for name, by in measures.items() if WHOLE in by}
    own[LIVE] = intact_of(question)
    packs = newest_packs(actor, division)
    below = []
    for child in divisions_below(division.code):
        theirs = {
            name: by.get(child.prefix, Measure(0, len(DutyKind) if name == "duties" else 0))
            for name, by in measures.items()
        }
        if theirs["filled"].whole:
            below.append(DivisionScore(child, score(criteria, theirs), packs.get(child.code)))
    return score(criteria, own), below


def packs_of(actor: User, division: Division) -> QuerySet[AcceptancePack]:
    """The division's own packs, newest first, with their decisions."""
    return (
        AcceptancePack.objects.visible_to(actor)
        .filter(division_code=division.code)
        .select_related("made_by", "decision", "decision__decided_by", "exercise")
        .order_by("-pk")
    )


def newest_packs(actor: User, division: Division) -> dict[str, AcceptancePack]:
    """Division → its newest pack, of everything below. One query."""
    rows = AcceptancePack.objects.visible_to(actor)
    low, high = prefix_range(division.prefix)
    if high is not None:
        rows = rows.filter(division_code__gte=low, division_code__lt=high)
    newest = rows.order_by("division_code", "-pk").distinct("division_code")
    return {pack.division_code: pack for pack in newest.select_related("decision")}


def duties_of(
    actor: User, division: Division, exercise: CollectionExercise
) -> QuerySet[DutyRecord]:
    """The division's own duty register."""
    return (
        DutyRecord.objects.visible_to(actor)
        .filter(division_code=division.code, exercise=exercise)
        .select_related("recorded_by")
    )
