"""Requeues what a killed worker had taken, without waiting for the broker's own time-out."""

from __future__ import annotations

from typing import Any

import django

from census_portal.celery import app


def give_back_tasks() -> None:
    """Only where no worker of any machine is alive: a living one's task would run twice."""
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        channel.visibility_timeout = -1
        channel.qos._vrestore_count = 0  # kombu sweeps on every tenth call only
        channel.qos.restore_visible(num=None, interval=1)


if __name__ == "__main__":
    django.setup()
    give_back_tasks()
