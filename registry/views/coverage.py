"""Coverage of the register: rates from quality blocks, match rates of lists, and one block's check."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.views.base import ScopedView
from registry.coverage_selectors import coverage_lines, list_lines, rounds_of
from registry.enums import BlockStage, EntrySide, EntryVerdict
from registry.models import CoverageBlock
from registry.services.coverage import (
    GROUND_VERDICTS,
    REGISTER_VERDICTS,
    GroundEntry,
    block_close,
    block_entry_add,
    block_entry_judge,
    block_entry_match,
    block_entry_remove,
    block_listing_end,
    blocks_draw,
)
from registry.views.division import DivisionView

_DIGITS_AT_MOST = 18


class Coverage(DivisionView):
    """Rates of a division and the level below it, its draws, and its lists by county."""

    permission_required = Permission.COVERAGE_CHECK

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Computed from closed blocks every time: nobody types a rate."""
        division = self.division()
        context = {
            **self.heading(division),
            "lines": coverage_lines(request.user, division),
            "rounds": rounds_of(request.user, division),
            "lists": list_lines(request.user, division),
            "may_draw": request.user.has_perm(Permission.COVERAGE_DRAW, Place(division.code)),
            "typed": request.GET,
        }
        return render(request, "registry/coverage.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Draw blocks in the division."""
        division = self.division()
        try:
            made = blocks_draw(
                actor=request.user,
                division_code=division.code,
                number=_number(request.POST.get("number", "")),
                seed=_text(request, "seed")[:64],
            )
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request, _("已抽取 %(number)d 个小区。") % {"number": made.blocks_wanted}
            )
        return redirect(f"{reverse('coverage')}?division={division.code}")


class CoverageBlockDetail(ScopedView):
    """One block: the list of the ground, then the comparison."""

    permission_required = Permission.COVERAGE_CHECK

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """Before the listing has ended, nothing of the register is on the page."""
        block = self.load(CoverageBlock.objects.select_related("area", "round", "checker"), pk=pk)
        entries = list(block.entries.select_related("unit").order_by("name"))
        ground = [entry for entry in entries if entry.side == EntrySide.GROUND]
        register = [entry for entry in entries if entry.side == EntrySide.REGISTER]
        found_as = {entry.unit_id: entry for entry in ground if entry.unit_id}
        register.sort(key=lambda entry: bool(entry.verdict))  # what waits comes first
        context = {
            "area": block.area,
            "division": block.round.division_code,
            "stage": block.get_stage_display(),
            "checker": block.checker,
            "ground": ground,
            "pairs": [(entry, found_as.get(entry.unit_id or 0)) for entry in register],
            "unmatched": [entry for entry in ground if entry.unit_id is None],
            "open": [entry for entry in register if not entry.verdict],
            "ground_verdicts": [(v.value, v.label) for v in GROUND_VERDICTS],
            "register_verdicts": [(v.value, v.label) for v in REGISTER_VERDICTS],
            "is_listing": block.stage == BlockStage.LISTING,
            "is_comparing": block.stage == BlockStage.COMPARING,
        }
        return render(request, "registry/coverage_block.html", context)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act`: add, remove, end (the listing), match, judge or close."""
        block = self.load(CoverageBlock.objects.all(), pk=pk)
        acts: dict[str, Callable[[AuthenticatedHttpRequest, CoverageBlock], object]] = {
            "add": _add,
            "remove": lambda r, b: block_entry_remove(
                actor=r.user, block_id=b.pk, entry_id=_number(r.POST.get("entry", ""))
            ),
            "end": lambda r, b: block_listing_end(actor=r.user, block_id=b.pk),
            "match": lambda r, b: block_entry_match(
                actor=r.user,
                block_id=b.pk,
                ground_id=_number(r.POST.get("ground", "")),
                register_id=_number(r.POST.get("entry", "")),
            ),
            "judge": _judge,
            "close": lambda r, b: block_close(actor=r.user, block_id=b.pk),
        }
        act = acts.get(request.POST.get("act", ""))
        try:
            if act is None:
                raise Invalid(_("请选择一项操作。"))
            act(request, block)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("coverage_block", pk=pk)


def _add(request: AuthenticatedHttpRequest, block: CoverageBlock) -> None:
    block_entry_add(
        actor=request.user,
        block_id=block.pk,
        entry=GroundEntry(
            name=_text(request, "name"),
            code=_text(request, "code"),
            address=_text(request, "address"),
        ),
    )


def _judge(request: AuthenticatedHttpRequest, block: CoverageBlock) -> None:
    verdict = request.POST.get("verdict", "")
    if verdict not in EntryVerdict.values:
        raise Invalid(_("请选择结论。"), cell="verdict")
    block_entry_judge(
        actor=request.user,
        block_id=block.pk,
        entry_id=_number(request.POST.get("entry", "")),
        verdict=EntryVerdict(verdict),
        note=_text(request, "note"),
    )


def _text(request: AuthenticatedHttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= _DIGITS_AT_MOST else 0
