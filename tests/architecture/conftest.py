"""The world of the scope tests."""

import pytest

from tests.architecture.world import World, world_make


@pytest.fixture
def world(divisions) -> World:
    """One of everything in each place."""
    return world_make(divisions)
