"""Making an invented exercise: templates first, then province by province."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.exceptions import Conflict
from accounts.models import User
from audit.hashing import sm3_hex
from census_portal.synthesis.shares import trades, units_by_province
from census_portal.synthesis.templates import Template, template_make
from census_portal.synthesis.writing import ProvinceWriter, Written, provinces_done
from instruments.selectors import published_now
from submissions.models import CollectionExercise
from submissions.phase_enums import ExerciseKind
from submissions.services import exercise_create

CODE, NAME = "synthetic", "合成数据（非真实）"
STANDARD_TIME = datetime(2017, 12, 31, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
TEMPLATES_A_TRADE = 4
INVENTED = (ExerciseKind.DEMONSTRATION, ExerciseKind.TRAINING)
Say = Callable[[str], None]


def synthesize(
    *,
    units: int,
    seed: int,
    code: str = CODE,
    provinces: Collection[str] = (),
    say: Say = lambda _line: None,
) -> dict[str, Written]:
    """Write the provinces that are not there yet. Raises Conflict beside a real exercise."""
    exercise = _exercise(code)
    actor, _created = User.objects.get_or_create(
        username="synthesis",
        defaults={
            "full_name": "合成数据",
            "division_code": "0" * 12,
            "is_active": False,
            "is_demo": True,
        },
    )
    templates = templates_make(seed)
    say(f"{len(templates)} sets of clean forms")
    counts = units_by_province(units)
    done, first, written = set(provinces_done(exercise)), 0, {}
    for province in sorted({province for province, _kind in counts}):
        kinds = [(str(k), n) for (p, k), n in sorted(counts.items()) if p == province and n]
        begins, first = first, first + sum(n for _k, n in kinds)
        if province in done or (provinces and province not in provinces) or not kinds:
            continue
        writer = ProvinceWriter(
            exercise, actor, province, templates, seed, begins, truth_file(exercise, province)
        )
        if not writer.places:
            say(f"{province}: the register knows no town of it")
            continue
        written[province] = writer.write(kinds)
        say(f"{province}: {written[province].units} units, {written[province].cases} cases")
    return written


def templates_make(seed: int) -> list[Template]:
    """Several sets of clean forms for every industry."""
    published = published_now()
    found: list[Template] = []
    for trade in trades():
        for number in range(TEMPLATES_A_TRADE):
            chance = Random(f"{seed}/{trade.industries}/{trade.ending}/{number}")  # noqa: S311  invented data, not a secret
            found.append(template_make(len(found), trade, chance, published))
    return found


def digest_of(written: dict[str, Written]) -> str:
    """One hash for everything that was written."""
    text = "".join(f"{province}:{one.digest}\n" for province, one in sorted(written.items()))
    return sm3_hex(text.encode())


def truth_file(exercise: CollectionExercise, province: str) -> Path:
    """Where the planted errors of a province are written down: one JSON object a unit."""
    folder = Path(settings.DATA_DIR) / "synthesis" / f"exercise-{exercise.pk}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{province}.jsonl"


def _exercise(code: str) -> CollectionExercise:
    """Only among demonstrations: invented units must never owe forms of a real exercise."""
    if CollectionExercise.objects.exclude(kind__in=INVENTED).exists():
        raise Conflict(_("这里有真实的普查阶段，不能写入合成数据。"), code="not_a_demo")
    found = CollectionExercise.objects.filter(code=code).first()
    return found or exercise_create(
        actor=None,
        code=code,
        name=NAME,
        standard_time=STANDARD_TIME,
        kind=ExerciseKind.DEMONSTRATION,
    )
