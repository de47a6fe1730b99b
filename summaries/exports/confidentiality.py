"""Which items are confidential, and on what ground: data beside the definitions."""

from functools import lru_cache
from pathlib import Path

import yaml
from django.db import models
from django.utils.translation import gettext_lazy as _

from instruments.evaluation.definition import Item, ItemType

FILE = Path(__file__).with_name("confidential.yaml")
MASK = "***"
ANY = "any"


class Ground(models.TextChoices):
    """Why an item is kept."""

    PERSONAL = "personal", _("个人信息")
    TRADE_SECRET = "trade_secret", _("商业秘密")


@lru_cache(maxsize=1)
def grounds() -> dict[str, dict[str, Ground]]:
    """Form (or `any`) → item → ground, as the file says."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        form: {slug: Ground(ground) for slug, ground in items.items()}
        for form, items in data.items()
    }


def ground_of(form_code: str, item: Item) -> Ground | None:
    """Why this item of this form is confidential; None where it is not."""
    by_form = grounds()
    found = by_form.get(form_code, {}).get(item.slug) or by_form[ANY].get(item.slug)
    if found is None and item.type == ItemType.PHONE:
        return Ground.PERSONAL
    return found
