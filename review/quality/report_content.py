"""What a report of a closed sample says, as plain data: the files and the signature are made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from accounts.models import User
from registry.coverage_rates import Rate
from registry.enums import UnitKind
from registry.selectors import division_get, division_name, division_names
from review.models import QualityDifference, QualityLot, QualitySample
from review.quality.enums import DifferenceVerdict, LotOutcome, SamplePart
from review.quality.selectors import item_names, quality_lines, sample_rates

ITEMS_AT_MOST = 30


def report_content(sample: QualitySample, actor: User) -> dict[str, Any]:
    """Everything, in Chinese whatever the reader's language: a report is a document of the census."""
    with translation.override(settings.LANGUAGE_CODE):
        return _content(sample, actor)


def _content(sample: QualitySample, actor: User) -> dict[str, Any]:
    rates = sample_rates(sample)
    plan = sample.quality_plan
    division = division_get(sample.division_code)
    lines = quality_lines(actor, division) if division else []
    limits = plan.data["limits"]
    coverage = lines[0] if lines else None
    names = item_names(sample)
    return {
        "exercise": sample.exercise.name,
        "division": {"code": sample.division_code, "name": division_name(sample.division_code)},
        "level": str(sample.get_level_display()),
        "sample": sample.pk,
        "plan": {"name": plan.name, "digest": plan.digest, "standard": plan.standard},
        "frame": {
            "digest": sample.frame_digest,
            "count": sample.frame_count,
            "frozen_at": _moment(sample.frozen_at),
            "frozen_by": sample.frozen_by.full_name,
        },
        "draw": {
            "source": sample.public_source,
            "value": sample.public_value,
            "seed": sample.seed,
            "digest": sample.draw_digest,
            "drawn_at": _moment(sample.drawn_at),
            "drawn_by": sample.drawn_by.full_name if sample.drawn_by else "",
        },
        "closed_at": _moment(sample.closed_at),
        "rates": {
            "missing": _rate(coverage.missing if coverage else None, limits["missing"]),
            "duplicate": _rate(coverage.duplicate if coverage else None, limits["duplicate"]),
            "key_error": _rate(rates.key, limits["key_error"]),
            "other_error": _rate(rates.other, limits["other_error"]),
            "failing": _rate(rates.failing, None),
            "removed_wrongly": _rate(rates.removed_wrongly, None),
        },
        "classes": {
            str(UnitKind(kind).label): _rate(rate, None) for kind, rate in rates.by_class.items()
        },
        "forms": {form: _rate(rate, None) for form, rate in rates.by_form.items()},
        "items": [
            [form, names.get((form, item), item), _rate(rate, None)]
            for (form, item), rate in sorted(rates.by_item.items(), key=_worst)[:ITEMS_AT_MOST]
            if rate.events
        ],
        "lots": _lots(sample),
        "verdicts": _verdicts(sample),
        "checkers": _people(sample, "checker__full_name"),
        "adjudicators": _adjudicators(sample),
    }


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _rate(rate: Rate | None, limit: str | None) -> dict[str, Any]:
    """Shares as text of six decimals, so that what is signed reads back the same."""
    if rate is None or rate.value is None or rate.low is None or rate.high is None:
        return {"events": 0, "total": 0, "share": "", "low": "", "high": "", "limit": limit or ""}
    return {
        "events": rate.events,
        "total": rate.total,
        "share": f"{rate.value:.6f}",
        "low": f"{rate.low:.6f}",
        "high": f"{rate.high:.6f}",
        "limit": limit or "",
    }


def _worst(one: tuple[tuple[str, str], Rate]) -> tuple[float, tuple[str, str]]:
    return -(one[1].value or 0.0), one[0]


def _lots(sample: QualitySample) -> list[dict[str, Any]]:
    lots = list(sample.lots.all())
    names = division_names({lot.division_code for lot in lots})
    return [_lot(lot, names) for lot in lots]


def _lot(lot: QualityLot, names: Mapping[str, str]) -> dict[str, Any]:
    is_form = lot.part == SamplePart.FORM
    kind = UnitKind(lot.unit_kind).label if is_form else SamplePart.REMOVED.label
    return {
        "place": names.get(lot.division_code, lot.division_code),
        "kind": str(kind),
        "size": lot.size,
        "letter": lot.letter,
        "aql": lot.aql,
        "checked": lot.sample_size,
        "accepted": lot.acceptance_number,
        "failed": lot.nonconforming,
        "outcome": str(LotOutcome(lot.outcome).label),
        "due_on": lot.due_on.isoformat() if lot.due_on else "",
    }


def _verdicts(sample: QualitySample) -> dict[str, int]:
    given = QualityDifference.objects.filter(check_made__sample=sample)
    counted = Counter(given.values_list("verdict", flat=True))
    return {str(verdict.label): counted[verdict.value] for verdict in DifferenceVerdict}


def _people(sample: QualitySample, field: str) -> dict[str, int]:
    return dict(sorted(Counter(sample.checks.values_list(field, flat=True)).items()))


def _adjudicators(sample: QualitySample) -> list[str]:
    given = QualityDifference.objects.filter(check_made__sample=sample)
    names = given.filter(adjudicated_by__isnull=False).values_list(
        "adjudicated_by__full_name", flat=True
    )
    return sorted(set(names))
