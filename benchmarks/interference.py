"""How often the signals of interference raise a false alarm, and how much of what was planted they find.

    .venv/bin/python -m benchmarks.interference 4000

UNITS forms in each of several seeded worlds whose truth is known. Beside each signal stands what a
capable clerk would do: flag whoever lies more than two standard deviations above the mean of the
same figure. Pure arithmetic: needs no database.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

import numpy as np
from django.conf import settings

settings.configure(USE_I18N=False, LANGUAGE_CODE="en")

from benchmarks.interference_baselines import BASELINES  # noqa: E402
from benchmarks.interference_world import Plan, world_make  # noqa: E402
from review.interference.ranking import FALSE_DISCOVERIES, signal_flag  # noqa: E402
from review.interference.signals import SIGNALS  # noqa: E402


def rates(found: set[str], guilty: set[str]) -> tuple[int, int, int]:
    """Found rightly, found wrongly, missed."""
    return len(found & guilty), len(found - guilty), len(guilty - found)


def run() -> None:
    """Print one line a signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("units", type=int, nargs="?", default=4_000)
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--strength", type=float, default=1.0)
    wanted = parser.parse_args()
    print(
        f"{wanted.units:,} forms × {wanted.worlds} worlds, strength {wanted.strength}, "
        f"false discoveries held at {FALSE_DISCOVERIES}\n"
        "| signal | judged | false alarms (stated) | precision | recall | ms | "
        "z > 2: false alarms | precision | recall |\n|---|---|---|---|---|---|---|---|---|"
    )
    honest = [world_make(wanted.units, Plan(), seed=seed) for seed in range(wanted.worlds)]
    for signal in SIGNALS:
        count: dict[str, float] = defaultdict(float)
        baseline = BASELINES[signal.name]
        for world in honest:
            began = time.perf_counter()
            flagged, judged = signal_flag(signal, world.observed, FALSE_DISCOVERIES)
            count["seconds"] += time.perf_counter() - began
            count["judged"] += judged
            count["false"] += len(flagged)
            count["naive false"] += len(baseline(world.observed))
        plan = Plan((signal.name,), strength=wanted.strength)
        ours, naive = np.zeros(3), np.zeros(3)
        for seed in range(wanted.worlds):
            world = world_make(wanted.units, plan, seed=1_000 + seed)
            guilty = world.guilty[signal.name]
            flagged, _judged = signal_flag(signal, world.observed, FALSE_DISCOVERIES)
            ours += rates({one.tested.subject for one in flagged}, guilty)
            naive += rates(baseline(world.observed), guilty)
        cells = [
            signal.name,
            f"{count['judged']:.0f}",
            f"{count['false'] / count['judged']:.2%} ({signal.false_alarms_at_most:.0%})",
            *(_share(ours)),
            f"{count['seconds'] / wanted.worlds * 1000:.0f}",
            f"{count['naive false'] / count['judged']:.2%}",
            *(_share(naive)),
        ]
        print("| " + " | ".join(cells) + " |")


def _share(counts: np.ndarray) -> tuple[str, str]:
    right, wrong, missed = counts
    precision = f"{right / (right + wrong):.2f}" if right + wrong else "—"
    return precision, f"{right / (right + missed):.2f}" if right + missed else "—"


if __name__ == "__main__":
    run()
