"""Filters of the queue that a person has named: kept, counted, forgotten. Nobody else sees them."""

from dataclasses import dataclass

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.api_fields import has_control_character
from accounts.exceptions import Conflict, Invalid, Missing
from accounts.models import User
from review.forms import filter_query, queue_filter
from review.models import SavedFilter
from review.models.saved_filter import NAME_LENGTH
from review.selectors import QueueFilter, queue_of, queue_size

FILTERS_AT_MOST = 12
# A longer count is shown as "more than".
COUNTED_AT_MOST = 999


@dataclass(frozen=True)
class CountedFilter:
    """A saved filter with how many cases it finds now."""

    saved: SavedFilter
    number: int

    @property
    def shown(self) -> str:
        """The number in words."""
        return f"{COUNTED_AT_MOST}+" if self.number > COUNTED_AT_MOST else str(self.number)


@transaction.atomic
def filter_save(*, actor: User, name: str, narrowed: QueueFilter) -> SavedFilter:
    """Keep a filter under a name; the same name again is the filter of that name, changed.

    A setting of one's own page: no act for the audit log. Raises `Invalid` or `Conflict`.
    """
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or has_control_character(name):
        raise Invalid(
            _("请给筛选起个名字，最多 %(length)d 个字。") % {"length": NAME_LENGTH},
            code="filter_name",
            cell="name",
        )
    query = filter_query(narrowed)
    if not query:
        raise Invalid(_("还没有筛选条件，没有可以保存的。"), code="filter_empty", cell="name")
    own = SavedFilter.objects.select_for_update().filter(user=actor)
    if len(own) >= FILTERS_AT_MOST and not own.filter(name=name).exists():
        raise Conflict(
            _("最多保存 %(number)d 个筛选，请先删除不用的。") % {"number": FILTERS_AT_MOST},
            code="too_many_filters",
        )
    saved, _created = SavedFilter.objects.update_or_create(
        user=actor, name=name, defaults={"query": query}
    )
    return saved


def filter_forget(*, actor: User, filter_id: int) -> None:
    """Forget a filter of one's own. Raises `Missing`."""
    deleted, _by_model = SavedFilter.objects.filter(pk=filter_id, user=actor).delete()
    if not deleted:
        raise Missing(_("没有这个筛选。"))


def filters_counted(actor: User) -> list[CountedFilter]:
    """The person's filters with their counts: a bounded query each."""
    return [
        CountedFilter(
            saved,
            queue_size(queue_of(actor, queue_filter(QueryDict(saved.query))), COUNTED_AT_MOST),
        )
        for saved in SavedFilter.objects.filter(user=actor)
    ]
