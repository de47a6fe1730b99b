"""Definitions as somebody would type them."""

from __future__ import annotations

import json
from typing import Any

import yaml


def written(content: Any) -> str:
    """YAML without aliases: parts that two places share are written twice."""
    return yaml.safe_dump(json.loads(json.dumps(content)), allow_unicode=True, sort_keys=False)
