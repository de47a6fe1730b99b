"""Who has a form open now. Kept in the cache only: it is a courtesy, not a record."""

import time

from django.core.cache import cache

from accounts.models import User

ALIVE_SECONDS = 45


def presence_note(*, case_id: int, user: User) -> list[str]:
    """Note that this person is here; the names of the others who are."""
    key = f"case-present:{case_id}"
    now = time.time()
    here: dict[int, tuple[str, float]] = cache.get(key) or {}
    here = {pk: seen for pk, seen in here.items() if now - seen[1] < ALIVE_SECONDS}
    here[user.pk] = (user.full_name, now)
    cache.set(key, here, ALIVE_SECONDS)
    return sorted(name for pk, (name, _at) in here.items() if pk != user.pk)
