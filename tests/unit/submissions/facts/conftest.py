"""An exercise of two forms with every type of item, in two provinces."""

import random

import pytest

from submissions.models import CollectionExercise
from tests.factories.answers import answered_cases, plain_units
from tests.factories.case import publish
from tests.factories.exercise import make_exercise
from tests.people import FAR_TOWN, NEIGHBOUR_TOWN, TOWN
from tests.unit.instruments.evaluation import forms

CODES = {"CODES": list(forms.CODES)}


class World:
    """The exercise with its published versions and a source of chance."""

    def __init__(self, actor, seed):
        self.chance = random.Random(seed)
        self.actor = actor
        self.exercise: CollectionExercise = make_exercise()
        alpha = forms.form("A1", forms.ALPHA_ITEMS, forms.ALPHA_GROUPS, [])
        beta = forms.form("B1", forms.BETA_ITEMS, forms.BETA_GROUPS, [])
        self.versions = [publish(alpha, 1), publish(beta, 2)]

    def fill(self, count):
        found = []
        for unit in plain_units(self.actor, [TOWN, NEIGHBOUR_TOWN, FAR_TOWN], count):
            found += answered_cases(unit, self.exercise, self.versions, self.chance, CODES)
        return found


@pytest.fixture
def world(divisions, cast):
    return World(cast.enumerator, random.randrange(2**32))
