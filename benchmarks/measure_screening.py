"""Inside Django: screens three labelled lists and prints what it took. Run by `screening.py`."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import pandas as pd
from django.conf import settings
from rapidfuzz import fuzz, process

from accounts.models import User
from benchmarks.labelled_lists import ENCODINGS, LISTS, Firm, Town, firms, list_write, pairs_judged
from registry.enums import DivisionLevel, RowOutcome
from registry.models import Division, SourceList, Unit
from registry.screening.places import Gazetteer
from registry.services.list_reading import source_list_read
from registry.services.list_screening import source_list_screen
from registry.services.source_lists import (
    BroughtFile,
    source_list_bring,
    source_list_columns_set,
)

NATION = "000000000000"


def main(rows: int, folder: Path) -> None:
    """Write the lists, screen them, then let the plain script do the same."""
    settings.MEDIA_ROOT = str(folder)
    actor = User.objects.get(username="national.office")
    names = {d.code: d.name for d in Division.objects.current().filter(level=DivisionLevel.COUNTY)}
    towns = [
        Town(town.code, town.name, names[f"{town.code[:6]}000000"])
        for town in Division.objects.current().filter(level=DivisionLevel.TOWN).order_by("code")
        if f"{town.code[:6]}000000" in names
    ]
    known = list(firms(towns, int(rows / 0.8)))
    truths = {name: list_write(name, known, folder / f"{name}.csv") for name in LISTS}
    total = sum(len(truth) for truth in truths.values())
    began = time.perf_counter()
    gazetteer = Gazetteer.load()
    for authority in LISTS:
        _screen(actor, authority, folder, gazetteer)
    seconds = time.perf_counter() - began
    clusters, asked = _clusters(truths)
    precision, recall = pairs_judged(clusters)
    _precision, recall_asked = pairs_judged(asked)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"screening   {total:>9,} rows  {seconds:8.1f} s  {total / seconds:8,.0f} rows/s  "
        f"{memory:6,.0f} MB  units {Unit.objects.count():,}  precision {precision:.4f}  "
        f"recall {recall:.4f} ({recall_asked:.4f} with what waits for a person)"
    )
    _plain(truths, known, folder, seconds / total)


def _screen(actor: User, authority: str, folder: Path, gazetteer: Gazetteer) -> None:
    path = folder / f"{authority}.csv"
    file = BroughtFile(path.name, path.name, f"benchmark-{authority}")
    source_list = source_list_bring(
        actor=actor, authority=authority, file=file, division_code=NATION
    )
    source_list = source_list_columns_set(
        actor=actor, list_id=source_list.pk, columns=source_list.columns
    )
    began = time.perf_counter()
    source_list_read(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    read = time.perf_counter()
    counts = source_list_screen(source_list, progress=lambda _n: None, gazetteer=gazetteer)
    done = time.perf_counter()
    print(
        f"  {authority:12} read {read - began:7.1f} s  compare {done - read:7.1f} s  {dict(counts)}"
    )
    sys.stdout.flush()


def _clusters(
    truths: dict[str, list[int]],
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(true firm, unit) of every row; and the same with waiting rows at their best candidate."""
    alone = -1
    clusters, asked = [], []
    for authority, truth in truths.items():
        source_list = SourceList.objects.get(authority=authority)
        best = dict(
            source_list.rows.filter(outcome=RowOutcome.WAITING)
            .order_by("candidates__score")
            .values_list("number", "candidates__unit_id")
        )
        for number, unit in source_list.rows.values_list("number", "unit_id").iterator():
            firm = truth[number - 2]
            alone -= 1
            clusters.append((firm, unit or alone))
            asked.append((firm, unit or best.get(number) or alone))
    return clusters, asked


def _plain(truths: dict[str, list[int]], known: list[Firm], folder: Path, ours: float) -> None:
    """What a capable clerk would write: pandas, codes first, then names within the county."""
    began = time.perf_counter()
    frames = []
    for authority in LISTS:
        frame = pd.read_csv(folder / f"{authority}.csv", dtype=str, encoding=ENCODINGS[authority])
        frame.columns = ["code", "name", "town", "address", "industry", "person"]
        frame["firm"] = truths[authority]
        frames.append(frame)
    rows = pd.concat(frames, ignore_index=True)
    rows["county"] = rows["town"].str[:6]
    unit_of: dict[int, int] = {}
    by_code: dict[str, int] = {}
    for _county, group in rows.groupby("county", sort=False):
        names: list[str] = []
        units: list[int] = []
        for index, code, name in zip(group.index, group["code"], group["name"], strict=True):
            if isinstance(code, str) and code in by_code:
                unit_of[index] = by_code[code]
                continue
            best = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=85)
            unit = units[best[2]] if best else index
            unit_of[index] = unit
            if isinstance(code, str):
                by_code[code] = unit
            names.append(name)
            units.append(unit)
    seconds = time.perf_counter() - began
    clusters = [(firm, unit_of[index]) for index, firm in rows["firm"].items()]
    precision, recall = pairs_judged(clusters)
    print(
        f"plain script{len(rows):>9,} rows  {seconds:8.1f} s  {len(rows) / seconds:8,.0f} rows/s"
        f"  precision {precision:.4f}  recall {recall:.4f}   (nothing is stored or explained)"
    )
    print(f"ratio of time a row, screening / plain script: {ours / (seconds / len(rows)):.2f}")
