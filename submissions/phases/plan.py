"""The plan of an exercise's phases, read from its YAML file and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from submissions.phase_enums import PhaseKind, Work

FOLDER = Path(__file__).parent
KEYS = {"kind", "works", "entry", "exit"}


@dataclass(frozen=True)
class PlannedPhase:
    """One phase of the plan."""

    kind: PhaseKind
    works: tuple[Work, ...]
    entry: tuple[str, ...]
    exit: tuple[str, ...]


def plan_file(code: str) -> Path:
    """The exercise's own plan, else the standard one."""
    own = FOLDER / f"{code}.yaml"
    is_own = code.isidentifier() and own.exists()
    return own if is_own else FOLDER / "standard.yaml"


def plan_read(text: str, known_criteria: frozenset[str]) -> list[PlannedPhase]:
    """The phases in order. Raises `Invalid` (`plan_invalid`) naming the entry that is wrong."""
    try:
        entries = yaml.safe_load(text)["phases"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise _wrong(_("文件格式不对，应有 phases 一项。")) from error
    if not isinstance(entries, list) or not entries:
        raise _wrong(_("至少要有一个阶段。"))
    phases = [_phase(entry, known_criteria) for entry in entries]
    if len({phase.kind for phase in phases}) < len(phases):
        raise _wrong(_("同一个阶段只能写一次。"))
    return phases


def _phase(entry: Any, known_criteria: frozenset[str]) -> PlannedPhase:
    if not isinstance(entry, dict) or set(entry) != KEYS:
        raise _wrong(_("每个阶段应写明 kind、works、entry、exit 四项。"))
    if entry["kind"] not in PhaseKind.values:
        raise _wrong(_("没有“%(name)s”这个阶段。") % {"name": entry["kind"]})
    for key, known in (
        ("works", frozenset(Work.values)),
        ("entry", known_criteria),
        ("exit", known_criteria),
    ):
        names = entry[key]
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise _wrong(_("%(key)s 应是一个列表。") % {"key": key})
        if unknown := sorted(set(names) - known):
            raise _wrong(_("%(key)s 中没有“%(name)s”。") % {"key": key, "name": unknown[0]})
    return PlannedPhase(
        PhaseKind(entry["kind"]),
        tuple(Work(work) for work in entry["works"]),
        tuple(entry["entry"]),
        tuple(entry["exit"]),
    )


def _wrong(sentence: str) -> Invalid:
    return Invalid(
        _("阶段方案有误：%(sentence)s") % {"sentence": sentence}, code="plan_invalid", cell="plan"
    )
