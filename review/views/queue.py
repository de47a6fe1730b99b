"""The reviewer's queue and its saved filters; what is overdue; how much time each level has."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Level, Permission
from accounts.exceptions import Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.selectors import form_titles
from registry.selectors import division_names
from review.claiming import claims_held, claims_listed, may_take_back
from review.escalating import LISTED_AT_MOST, overdue_below, overdue_count, overdue_own
from review.forms import filter_query, queue_filter
from review.queue_order import ORDERS, place_written
from review.review_times import review_times_set
from review.saved_filters import filter_forget, filter_save, filters_counted
from review.selectors import COUNTED_AT_MOST, queue_of, queue_page, queue_size
from submissions.models import CollectionExercise
from submissions.models.case import NO_REVIEW_LIMIT, SIZE_UNKNOWN
from submissions.phase_selectors import exercises_all

PAGE = 50


class ReviewQueue(ScopedView):
    """What waits for this person's decision."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One page by keyset, in the order that is asked for, and how many there are."""
        narrowed = queue_filter(request.GET)
        order = ORDERS[narrowed.order]
        queue = queue_of(request.user, narrowed)
        place = order.place_read(request.GET.get("after", ""))
        rows = queue_page(queue, order, place, PAGE)
        page = rows[:PAGE]
        carried = filter_query(narrowed)
        query = request.GET.copy()
        if len(rows) > PAGE:
            query["after"] = place_written(order.place_of(page[-1]))
        names = division_names([case.division_code for case in page])
        claims = claims_held(page)
        context = {
            "rows": [
                (case, names.get(case.division_code, case.division_code), claims.get(case.pk))
                for case in page
            ],
            "total": queue_size(queue),
            "counted_at_most": COUNTED_AT_MOST,
            "narrowed": narrowed,
            "orders": ORDERS.values(),
            "forms": list(form_titles()),
            "carried": carried,
            "next_query": query.urlencode() if len(rows) > PAGE else "",
            "first_query": (carried or "q=") if place else "",
            "today": timezone.localdate(),
            "no_limit": NO_REVIEW_LIMIT,
            "size_unknown": SIZE_UNKNOWN,
            "at": timezone.now(),
        }
        return render(request, "review/review_queue.html", context)


class SavedFilters(ScopedView):
    """The person's own filters with their counts; a part of the queue's page, fetched after it."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """A bounded count each."""
        narrowed = queue_filter(request.GET)
        context = {"filters": filters_counted(request.user), "here": filter_query(narrowed)}
        return render(request, "review/_saved_filters.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Save the filter of the address, or forget one (`forget`)."""
        narrowed = queue_filter(request.GET)
        forgotten = request.POST.get("forget", "")
        try:
            if forgotten:
                is_number = forgotten.isascii() and forgotten.isdecimal() and len(forgotten) < 19
                filter_forget(actor=request.user, filter_id=int(forgotten) if is_number else 0)
            else:
                name = request.POST.get("name", "").replace("\0", "")
                filter_save(actor=request.user, name=name, narrowed=narrowed)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        query = filter_query(narrowed)
        return redirect(f"{reverse('review_queue')}?{query}" if query else "review_queue")


class Claims(ScopedView):
    """Who has which case in hand; whoever looks after the queue takes a case back."""

    permission_required = Permission.PROGRESS_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Longest held first."""
        claims = claims_listed(request.user)
        names = division_names([claim.case.division_code for claim in claims])
        rows = [
            (
                claim,
                names.get(claim.case.division_code, claim.case.division_code),
                may_take_back(request.user, claim.case),
            )
            for claim in claims
        ]
        return render(request, "review/claims.html", {"rows": rows, "at": timezone.now()})


class Overdue(ScopedView):
    """What has lain beyond its time: at the own level, and told to it from the level below."""

    permission_required = Permission.CASE_REVIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Two lists, longest overdue first."""
        today = timezone.localdate()
        own, below = overdue_own(request.user), overdue_below(request.user)
        cases = list(own.select_related("unit")[:LISTED_AT_MOST]) if own is not None else []
        told = (
            list(below.select_related("case__unit")[:LISTED_AT_MOST]) if below is not None else []
        )
        codes = [case.division_code for case in cases] + [one.division_code for one in told]
        names = division_names(codes)
        claims = claims_held([*cases, *(one.case for one in told)])

        def line(division_code: str, due_on: date) -> tuple[str, int]:
            return names.get(division_code, division_code), (today - due_on).days

        context = {
            "own": [
                (case, *line(case.division_code, case.review_due_on), claims.get(case.pk))
                for case in cases
            ],
            "below": [
                (one, *line(one.division_code, one.due_on), claims.get(one.case_id)) for one in told
            ],
            "count": overdue_count(request.user),
            "at": timezone.now(),
        }
        return render(request, "review/overdue.html", context)


class ReviewTimes(ScopedView):
    """How many workdays each level has for a form; the national office's to set."""

    permission_required = Permission.INSTRUMENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest, pk: int | None = None) -> HttpResponse:
        """The newest exercise, or the one that is asked for."""
        if pk is None and not exercises_all():
            return redirect("home")
        exercise = self._exercise(pk)
        typed: dict[str, Any] = {
            "days": {level: str(exercise.review_days.get(level, "")) for level in exercise.levels},
            "days_off": " ".join(day.isoformat() for day in exercise.days_off),
            "extra_workdays": " ".join(day.isoformat() for day in exercise.extra_workdays),
        }
        return self._page(request, exercise, typed)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Set them, or say at the field what is wrong."""
        exercise = self._exercise(pk)
        typed: dict[str, Any] = {
            "days": {
                level: request.POST.get(f"days-{level}", "")[:9].replace("\0", "")
                for level in exercise.levels
            },
            "days_off": request.POST.get("days_off", "")[:5000].replace("\0", ""),
            "extra_workdays": request.POST.get("extra_workdays", "")[:5000].replace("\0", ""),
        }
        try:
            review_times_set(exercise_id=pk, actor=request.user, **typed)
        except Refusal as refusal:
            return self._page(request, exercise, typed, refusal)
        messages.success(request, _("审核时限已保存。"))
        return redirect("review_times_of", pk=pk)

    def _exercise(self, pk: int | None) -> CollectionExercise:
        """The newest, or the one that is asked for; 404 where there is none."""
        found = [one for one in exercises_all() if pk is None or one.pk == pk]
        if not found:
            raise Http404(_("没有这个普查阶段。"))
        return found[0]

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        exercise: CollectionExercise,
        typed: dict[str, Any],
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        context = {
            "exercise": exercise,
            "exercises": exercises_all(),
            "rows": [
                (level, Level(level).label, typed["days"][level]) for level in exercise.levels
            ],
            "typed": typed,
            "refusal": refusal,
        }
        status = refusal.status if refusal else 200
        return render(request, "review/review_times.html", context, status=status)
