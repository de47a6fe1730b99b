"""The anchors of the days: the list, one to look at, one to publish."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.downloads import download_answer
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from audit.selectors import Anchor, anchor_found, anchors
from submissions.anchor_notice import anchor_facts, anchor_is_intact, anchor_pdf

PAGE = 60


class AnchorList(ScopedView):
    """Every day's anchor, newest first. They are made to be published: nothing of them is secret."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Two months on one page; `before` is a day."""
        before = request.GET.get("before", "")
        rows = list(anchors(before=before)[: PAGE + 1])
        more = f"before={rows[PAGE - 1].day.isoformat()}" if len(rows) > PAGE else ""
        return render(
            request, "submissions/anchor_list.html", {"anchors": rows[:PAGE], "next_query": more}
        )


def loaded(day: str) -> Anchor:
    """The anchor of a day. 404 without one."""
    anchor = anchor_found(day)
    if anchor is None:
        raise Http404(_("这一天没有锚值。"))
    return anchor


class AnchorDetail(ScopedView):
    """One anchor, recomputed."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest, day: str) -> HttpResponse:
        """To be printed and published."""
        anchor = loaded(day)
        context = {
            "anchor": anchor,
            "facts": anchor_facts(anchor),
            "is_intact": anchor_is_intact(anchor),
        }
        return render(request, "submissions/anchor_detail.html", context)


class AnchorPdf(ScopedView):
    """The notice as PDF."""

    signed_in_only = True

    def get(self, request: AuthenticatedHttpRequest, day: str) -> HttpResponse:
        """One page, with a code that leads to the verification."""
        anchor = loaded(day)
        address = request.build_absolute_uri(f"{reverse('verify')}?code={anchor.hash}")
        name = f"{_('数据存证公告')} {anchor.day.isoformat()}.pdf"
        return download_answer(anchor_pdf(anchor, address), "application/pdf", name)
