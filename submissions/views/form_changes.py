"""Changing a published form or code list: the list, the editor, weighing and publishing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Invalid, Refusal
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.draft_selectors import codelist_entries
from instruments.models import CodeListVersion, InstrumentVersion
from instruments.selectors import codelists_current, form_titles
from instruments.typed_yaml import FaultLine, fault_lines, typed_read, typed_write
from submissions.change_outcomes import base_of
from submissions.change_selectors import change_faults, change_get, changes_listed
from submissions.enums import ChangeKind, ReopenPolicy
from submissions.models import FormChange
from submissions.phase_enums import TwoPersonKind
from submissions.presenters.form_changes import ChangePresenter
from submissions.services import (
    change_amend,
    change_apply_again,
    change_draft,
    change_publish,
    change_weigh,
    change_withdraw,
    two_person_request,
)
from submissions.services.form_changes import needs_two_people, publish_parameters


@dataclass(frozen=True)
class Typed:
    """What stands in the editor, and what a check says of it."""

    text: str
    reason: str = ""
    reopen: str = ReopenPolicy.AFFECTED
    message: str = ""
    faults: tuple[FaultLine, ...] = ()
    passed: bool = False


class ChangeList(ScopedView):
    """Changes of this census, newest first, and the way to a new one."""

    permission_required = Permission.INSTRUMENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Three queries."""
        context = {
            "changes": changes_listed(),
            "forms": form_titles(),
            "codelists": sorted(codelists_current().values(), key=lambda values: values.name),
        }
        return render(request, "submissions/change_list.html", context)


class ChangeNew(ScopedView):
    """The editor of a new draft, beginning with the version in force."""

    permission_required = Permission.INSTRUMENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """`?kind=form&code=G102`."""
        kind, code = request.GET.get("kind", ""), request.GET.get("code", "")
        return _editor(request, kind, code, Typed(typed_write(_content_in_force(kind, code))))

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """Check, or keep as a draft; a refusal shows the editor again with what was typed."""
        kind, code = request.GET.get("kind", ""), request.GET.get("code", "")
        _content_in_force(kind, code)
        return _posted(request, kind, code, None)


class ChangeEdit(ScopedView):
    """The editor of a draft that is there."""

    permission_required = Permission.INSTRUMENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """With the text as it would be written today: comments are not kept."""
        change = _change(pk)
        typed = Typed(typed_write(change.content), change.reason, change.reopen)
        return _editor(request, change.kind, change.code, typed, change)

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """The same as for a new one."""
        change = _change(pk)
        return _posted(request, change.kind, change.code, change)


class ChangeDetail(ScopedView):
    """What differs, what it would do; posted, one act on it."""

    permission_required = Permission.INSTRUMENT_PUBLISH

    def get(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """About five queries."""
        page = ChangePresenter(_change(pk))
        return render(request, "submissions/change_detail.html", {"page": page})

    def post(self, request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
        """`act` is weigh, publish, again or withdraw; a refusal says why on the page."""
        change = _change(pk)
        acts: dict[str, Any] = {
            "weigh": change_weigh,
            "publish": change_publish,
            "again": change_apply_again,
        }
        name = request.POST.get("act", "")
        try:
            if name == "publish" and needs_two_people():
                asked = two_person_request(
                    kind=TwoPersonKind.FORM_CHANGE,
                    parameters=publish_parameters(change),
                    reason=change.reason,
                    actor=request.user,
                )
                messages.success(request, _("已提交，等待另一人复核。"))
                return redirect("two_person_detail", pk=asked.pk)
            if name in acts:
                job = acts[name](actor=request.user, change_id=change.pk)
                return redirect("job_detail", pk=job.pk)
            if name == "withdraw":
                change_withdraw(actor=request.user, change_id=change.pk)
                messages.success(request, _("草稿已撤回，内容保留备查。"))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("change_detail", pk=change.pk)


def _posted(
    request: AuthenticatedHttpRequest, kind: str, code: str, change: FormChange | None
) -> HttpResponse:
    typed = Typed(
        request.POST.get("text", ""),
        request.POST.get("reason", ""),
        request.POST.get("reopen", ""),
    )
    try:
        content = _typed_content(kind, typed.text)
    except Invalid as invalid:
        return _editor(request, kind, code, replace(typed, message=invalid.message), change)
    faults = change_faults(kind, code, content)
    if faults or request.POST.get("step") == "check":
        lines = tuple(fault_lines(typed.text, faults))
        checked = replace(typed, faults=lines, passed=not faults)
        return _editor(request, kind, code, checked, change)
    given = {"content": content, "reason": typed.reason, "reopen": typed.reopen}
    try:
        if change is None:
            change = change_draft(actor=request.user, kind=kind, code=code, **given)
        else:
            change = change_amend(actor=request.user, change_id=change.pk, **given)
    except Refusal as refusal:
        return _editor(request, kind, code, replace(typed, message=refusal.message), change)
    messages.success(request, _("草稿已保存，尚未发布。请计算影响。"))
    return redirect("change_detail", pk=change.pk)


def _editor(
    request: AuthenticatedHttpRequest,
    kind: str,
    code: str,
    typed: Typed,
    change: FormChange | None = None,
) -> HttpResponse:
    context = {
        "kind": ChangeKind(kind),
        "code": code,
        "typed": typed,
        "change": change,
        "policies": ReopenPolicy.choices,
    }
    status = 400 if typed.message or typed.faults else 200
    return render(request, "submissions/change_edit.html", context, status=status)


def _change(pk: int) -> FormChange:
    change = change_get(pk)
    if change is None:
        raise Http404(_("没有这次改版。"))
    return change


def _content_in_force(kind: str, code: str) -> Any:
    if kind not in ChangeKind.values:
        raise Http404(_("请选择普查表或代码表。"))
    try:
        base = base_of(kind, code)
    except (InstrumentVersion.DoesNotExist, CodeListVersion.DoesNotExist) as error:
        raise Http404(_("没有发布过这个普查表或代码表。")) from error
    return base.definition if isinstance(base, InstrumentVersion) else base.entries


def _typed_content(kind: str, text: str) -> Any:
    data = typed_read(text)
    return codelist_entries(data) if kind == ChangeKind.CODELIST else data
