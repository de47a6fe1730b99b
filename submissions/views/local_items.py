"""What provinces add to the national forms: the list, one province's additions, and the editor."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, NotAllowed
from accounts.http import AuthenticatedHttpRequest
from accounts.scopes import Place
from accounts.views.base import ScopedView
from instruments.extending import counts, rule_prefix, slug_prefix
from instruments.local_selectors import (
    additions_left_out,
    extension_faults,
    local_numbered,
    local_versions,
    local_versions_of,
)
from instruments.models import InstrumentVersion
from instruments.presenters import LocalAdditions
from instruments.selectors import codelists_current, form_titles, version_current
from instruments.services import extension_publish
from instruments.typed_yaml import FaultLine, fault_lines, typed_read, typed_write
from registry.selectors import province_names
from submissions.services import additions_apply


def provinces_of(request: AuthenticatedHttpRequest) -> list[tuple[str, str]]:
    """Digits and name of the provinces this person may add items for; the nation's office has all."""
    user = request.user
    if not user.can_anywhere(Permission.INSTRUMENT_EXTEND):
        return []
    return [
        (digits, name)
        for digits, name in province_names().items()
        if user.has_perm(Permission.INSTRUMENT_EXTEND, Place(digits))
    ]


class LocalList(ScopedView):
    """Every form with local items, by province."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Three queries; for those who may add, the way to the editor."""
        names = province_names()
        rows = [
            (version, names.get(version.division_code, ""), *counts(version.added))
            for version in local_versions()
        ]
        context = {"rows": rows, "provinces": provinces_of(request), "forms": form_titles()}
        return render(request, "submissions/local_list.html", context)

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """To the additions of the chosen form and province."""
        code, division = request.POST.get("code", ""), request.POST.get("division", "")
        if code not in form_titles() or division not in province_names():
            messages.error(request, _("请选择普查表和省份。"))
            return redirect("local_list")
        return redirect("local_detail", code=code, division=division)


@dataclass
class Edited:
    """What stands in the editor, and what the check says of it."""

    text: str
    checked: bool = False
    message: str = ""
    faults: tuple[FaultLine, ...] = ()
    preview: LocalAdditions | None = None


class LocalDetail(ScopedView):
    """One province's additions to one form, for reading; with the editor for its office."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest, code: str, division: str) -> HttpResponse:
        """The current version, or `?version=N`."""
        base, version = self._versions(code, division, request.GET.get("version", ""))
        text = typed_write(version.added) if version else _example(code, division)
        return self._page(request, base, version, Edited(text))

    def post(self, request: AuthenticatedHttpRequest, code: str, division: str) -> HttpResponse:
        """Check what was typed, or publish it. Whatever is wrong, the text stays."""
        base, version = self._versions(code, division, "")
        if not request.user.has_perm(Permission.INSTRUMENT_EXTEND, Place(division)):
            raise NotAllowed(_("只有本省普查办可以在普查表上附加本省的指标。"))
        edited = _checked(base, division, request.POST.get("text", ""))
        if edited.preview is None or request.POST.get("step") != "publish":
            return self._page(request, base, version, edited, status=200 if edited.preview else 400)
        published, is_new = extension_publish(
            actor=request.user,
            code=code,
            division=division,
            extension=typed_read(edited.text),
        )
        if not is_new:
            messages.success(request, _("内容没有变化，未发布新版。"))
            return redirect("local_detail", code=code, division=division)
        job = additions_apply(actor=request.user, code=code, division=division)
        sentence = _("已发布第 %(number)d 版，正在套用到本省正在填报的普查表。")
        messages.success(request, sentence % {"number": published.number})
        return redirect("job_detail", pk=job.pk)

    def _versions(
        self, code: str, division: str, number: str
    ) -> tuple[InstrumentVersion, InstrumentVersion | None]:
        if division not in province_names():
            raise Http404(_("没有这个省级区划。"))
        try:
            base = version_current(code)
            return base, local_numbered(code, division, number)
        except InstrumentVersion.DoesNotExist as error:
            raise Http404(_("没有发布过这个普查表，或没有这个版本。")) from error

    def _page(
        self,
        request: AuthenticatedHttpRequest,
        base: InstrumentVersion,
        version: InstrumentVersion | None,
        edited: Edited,
        status: int = 200,
    ) -> HttpResponse:
        division = self.kwargs["division"]
        context = {
            "base": base,
            "version": version,
            "division": division,
            "province": province_names()[division],
            "additions": LocalAdditions(version.added, codelists_current()) if version else None,
            "numbers": local_versions_of(base.instrument.code, division),
            "left_out": sorted(additions_left_out(version)) if version else [],
            "edited": edited,
            "may_extend": request.user.has_perm(Permission.INSTRUMENT_EXTEND, Place(division)),
        }
        return render(request, "submissions/local_detail.html", context, status=status)


def _checked(base: InstrumentVersion, division: str, text: str) -> Edited:
    try:
        data = typed_read(text)
    except Invalid as invalid:
        return Edited(text, checked=True, message=invalid.message)
    code = base.instrument.code
    faults = extension_faults(code=code, division=division, extension=data)
    if faults:
        return Edited(text, checked=True, faults=tuple(fault_lines(text, faults)))
    return Edited(text, checked=True, preview=LocalAdditions(data, codelists_current()))


def _example(code: str, division: str) -> str:
    names = {"code": code, "slug": slug_prefix(division), "rule": rule_prefix(code, division)}
    return render_to_string("submissions/local_example.yaml", names)
