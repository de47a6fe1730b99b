"""Tests that share the task queue and the browser run in one process of the run."""

from __future__ import annotations

import os

import pytest

GROUPS = ("functional", "launcher")


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process runs them all")
@pytest.mark.parametrize("group", GROUPS)
def test_tests_of_a_group_stay_in_one_process(request, group):
    """Two Celery workers on one broker take each other's tasks: neither finds its own."""
    apart = [
        item.nodeid
        for item in request.session.items
        if item.get_closest_marker(group) and item.nodeid.rpartition("@")[2] != group
    ]
    assert not apart
