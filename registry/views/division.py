"""The base of the register's pages that show one division and lead to those below it."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.scopes import Place
from accounts.views.base import ScopedView
from registry.listing import prefixes_of
from registry.models import Division
from registry.selectors import division_get, division_names, divisions_above


class DivisionView(ScopedView):
    """`?division=` names one inside the own jurisdiction; without it the widest own one shows."""

    is_abstract = True
    permission_required = Permission.UNIT_VIEW

    def division(self) -> Division:
        """404 for a division that does not exist or lies outside the jurisdiction."""
        code = self.request.GET.get("division", "") or next(iter(self._own()), "")
        division = division_get(code) if code.isdecimal() and len(code) == 12 else None
        if division is None or not self.request.user.has_perm(
            self.permission_required, Place(division.code)
        ):
            raise Http404(_("没有找到，或不在您的管辖范围内。"))
        return division

    def heading(self, division: Division) -> dict[str, Any]:
        """What the page's head needs. One query a level above, and one for further divisions."""
        own = self._own()
        return {
            "division": division,
            "crumbs": divisions_above(division, own),
            "others": division_names(own) if len(own) > 1 else {},
            "at": timezone.now(),
        }

    def _own(self) -> list[str]:
        prefixes = prefixes_of(self.request.user, self.permission_required)
        return [prefix.ljust(12, "0") for prefix in sorted(prefixes, key=lambda p: (len(p), p))]
