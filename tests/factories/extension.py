"""What a province adds to the test form T101."""

from __future__ import annotations

from typing import Any


def extension_make(division: str = "33", **changes: Any) -> dict[str, Any]:
    """One item of its own, one in the national repeat group, one rule; with changed keys."""
    prefix = f"x{division}_"
    item = {
        "slug": f"{prefix}reuse",
        "code": "D1",
        "label": {"zh": "回用水量", "en": "Water reused"},
        "type": "decimal",
        "digits": 16,
        "scale": 2,
        "unit": "立方米",
        "min": "0",
        "required": "always",
        "confidence": "found",
    }
    rule = {
        "id": f"T101-X{division}-01",
        "severity": "hard",
        "assert": f"{prefix}reuse <= water_total",
        "items": [f"{prefix}reuse"],
        "message": {"zh": "回用水量大于取水量", "en": "More reused than taken in"},
        "source": "本省方案",
        "pass": {f"{prefix}reuse": "5", "water_total": "10"},
        "fail": {f"{prefix}reuse": "11", "water_total": "10"},
    }
    return {
        "sections": [
            {"id": f"{prefix}own", "title": {"zh": "本省附加", "en": "Local"}, "items": [item]},
            {
                "id": f"{prefix}outlet",
                "title": {"zh": "排放口附加", "en": "Outlets, local"},
                "group": "outlets",
                "items": [
                    {**item, "slug": f"{prefix}depth", "code": "D2", "required": "never"},
                ],
            },
        ],
        "rules": [rule],
        **changes,
    }
