"""What the first page shows of reviewing, asked only where a page shows it."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from review.escalating import OverdueCount, overdue_count


def overdue(request: HttpRequest) -> dict[str, object]:
    """`overdue`: what has lain beyond its time, at the own level and below. Two queries if used."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"overdue": OverdueCount(0, 0)}
    return {"overdue": SimpleLazyObject(lambda: overdue_count(user))}
