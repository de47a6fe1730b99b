"""The register as of a moment, the difference of two moments, and what is frozen."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KT
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from registry.as_of import STANDARD_MOMENT, Moments, register_as_of, register_difference
from registry.enums import UnitKind, UnitStatus
from registry.listing import division_cascade, prefixes_of
from registry.models import RegisterFreeze, Unit
from registry.selectors import division_names
from registry.services.freezing import freeze_of
from registry.unit_data import FIELDS

PAGE = 50
DIFFERENCES_AT_MOST = 200
COLUMNS = ("code", *FIELDS)


class RegisterAsOf(ScopedView):
    """What the register said, at any moment."""

    permission_required = Permission.UNIT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponseBase:
        """A page of units, or all of them as CSV; with `than`, what differs from that moment."""
        choices, division = division_cascade(
            actor=request.user, chosen=request.GET.getlist("division")
        )
        now = timezone.now()
        moments = Moments(
            _moment(request, "at") or STANDARD_MOMENT, min(_moment(request, "known") or now, now)
        )
        rows = register_as_of(actor=request.user, moments=moments, division=division)
        if request.GET.get("format") == "csv":
            return _csv(rows.values_list("data", flat=True).iterator(chunk_size=2000), moments)
        context = {
            "choices": choices,
            "moments": moments,
            "at": _local(moments.valid_at),
            "known": _local(moments.known_at),
            "freezes": _named(self.visible(RegisterFreeze.objects.select_related("frozen_by"))),
            "may_freeze": _may_freeze(request),
            "query": request.GET.urlencode(),
            **_listed(request, rows),
            **_compared(request, moments, division),
        }
        return render(request, "registry/register_as_of.html", context)


def _moment(request: AuthenticatedHttpRequest, name: str) -> datetime | None:
    """A moment typed in the reader's time; what is none counts as not asked."""
    try:
        found = parse_datetime(request.GET.get(name, "").replace("\x00", ""))
        if found is None:
            return None
        aware = timezone.make_aware(found) if timezone.is_naive(found) else found
        return aware.astimezone(UTC)  # the database knows no zone of +23:59
    except (ValueError, OverflowError):
        return None


def _may_freeze(request: AuthenticatedHttpRequest) -> bool:
    """Whether the person's widest jurisdiction is still to be frozen."""
    own = prefixes_of(request.user, Permission.REGISTER_FREEZE)
    return bool(own) and freeze_of(min(own, key=len).ljust(12, "0")) is None


def _local(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def _listed(request: AuthenticatedHttpRequest, rows: Any) -> dict[str, Any]:
    counts = list(
        rows.order_by()
        .annotate(kind=KT("data__kind"), status=KT("data__status"))
        .values_list("kind", "status")
        .annotate(number=Count("pk"))
        .order_by("kind", "status")
    )
    kinds, statuses = dict(UnitKind.choices), dict(UnitStatus.choices)
    start = request.GET.get("start", "")
    first = int(start) if start.isdecimal() and len(start) < 9 else 0
    page = list(rows[first : first + PAGE + 1])
    names = division_names([row.division_code for row in page])
    return {
        "total": sum(number for _kind, _status, number in counts),
        "counts": [(kinds.get(k, k), statuses.get(s, s), number) for k, s, number in counts],
        "rows": [(row, names.get(row.division_code, row.division_code)) for row in page[:PAGE]],
        "next": first + PAGE if len(page) > PAGE else 0,
        "statuses": statuses,
    }


def _compared(request: AuthenticatedHttpRequest, moments: Moments, division: str) -> dict[str, Any]:
    than = _moment(request, "than")
    if than is None:
        return {"than": ""}
    found = register_difference(
        actor=request.user,
        before=Moments(than, min(moments.known_at, timezone.now())),
        after=moments,
        division=division,
    )
    differences = list(islice(found, DIFFERENCES_AT_MOST + 1))
    return {
        "than": _local(than),
        "differences": [
            (one, _("、").join(_label(name) for name in one.fields))
            for one in differences[:DIFFERENCES_AT_MOST]
        ],
        "more_differences": len(differences) > DIFFERENCES_AT_MOST,
    }


def _label(name: str) -> str:
    labels = {"code": _("普查对象代码"), "object_code": _("普查对象识别码"), "samples": _("抽样")}
    field = None if name in labels else Unit._meta.get_field(name)
    return labels.get(name) or str(getattr(field, "verbose_name", name))


def _named(freezes: Any) -> list[tuple[RegisterFreeze, str]]:
    found = list(freezes)
    names = division_names([freeze.division_code for freeze in found])
    return [(freeze, names.get(freeze.division_code, "")) for freeze in found]


class _Line:
    """A file that hands each line on instead of keeping it."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


def _csv(units: Iterator[dict[str, Any]], moments: Moments) -> HttpResponseBase:
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for data in units:
            yield writer.writerow([_cell(data.get(name, "")) for name in COLUMNS])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    name = f"register_{timezone.localtime(moments.valid_at):%Y%m%d%H%M}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _cell(value: Any) -> str:
    """Lists with semicolons; a code behind a tab, so that a spreadsheet keeps its digits."""
    text = ";".join(value) if isinstance(value, list) else str(value or "")
    is_formula = text[:1] in "=+-@" and not text.lstrip("-").replace(".", "").isdecimal()
    return f"\t{text}" if (text.isdecimal() and len(text) > 10) or is_formula else text
