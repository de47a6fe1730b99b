"""Pages of the forms as published, and what the browser loads of them."""

from __future__ import annotations

import json
from functools import lru_cache

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from accounts.downloads import download_answer
from accounts.enums import Permission
from accounts.http import AuthenticatedHttpRequest
from accounts.views.base import ScopedView
from instruments.blank_forms import blank_form_bytes
from instruments.codelist_views import maintains
from instruments.models import CodeListVersion, InstrumentVersion
from instruments.presenters import InstrumentPage
from instruments.selectors import (
    codelist_by_hash,
    codelists_current,
    ddi_of,
    rules_module,
    version_by_hash,
    version_numbered,
    versions_current,
    versions_of,
    vtl_of,
)

FOR_EVER = "private, max-age=31536000, immutable"
FOR_MINUTES = "private, max-age=300"


class InstrumentList(ScopedView):
    """The forms of the census, current versions."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        """One row for each form; two queries."""
        pages = [InstrumentPage(version, {}) for version in versions_current()]
        context = {
            "pages": pages,
            "may_publish": request.user.can_anywhere(Permission.INSTRUMENT_PUBLISH),
        }
        return render(request, "instruments/instrument_list.html", context)


class InstrumentDetail(ScopedView):
    """One form for reading: sections, items, rules with their examples."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
        """The current version, or `?version=N`. Confidence marks are for those who maintain it."""
        try:
            version = version_numbered(code, request.GET.get("version", ""))
        except InstrumentVersion.DoesNotExist as error:
            raise Http404(_("没有发布过这个普查表，或没有这个版本。")) from error
        context = {
            "page": InstrumentPage(version, codelists_current()),
            "versions": versions_of(code),
            "show_confidence": maintains(request),
            "may_publish": request.user.can_anywhere(Permission.INSTRUMENT_PUBLISH),
        }
        return render(request, "instruments/instrument_detail.html", context)


@method_decorator(gzip_page, name="dispatch")
class InstrumentRulesJs(ScopedView):
    """The rules of one version as an ES module."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(self, request: AuthenticatedHttpRequest, code: str, content_hash: str) -> HttpResponse:
        """Kept for ever where `?r=` names the module itself.

        The module also depends on the types of the forms its rules read, so the hash of the
        version alone does not pin it.
        """
        try:
            version = version_by_hash(code, content_hash)
        except InstrumentVersion.DoesNotExist as error:
            raise Http404(_("没有这个版本。")) from error
        module = rules_module(version.pk)
        response = HttpResponse(module.source, content_type="text/javascript; charset=utf-8")
        is_pinned = request.GET.get("r") == module.short_hash
        response["Cache-Control"] = FOR_EVER if is_pinned else FOR_MINUTES
        return response


class _InstrumentDownload(ScopedView):
    """A version as a file in another standard; `?version=N`, the current one where blank."""

    is_abstract = True
    permission_required = Permission.INSTRUMENT_VIEW
    ending = ""
    content_type = ""

    def content(self, version: InstrumentVersion) -> str | bytes:
        """What the file holds."""
        raise NotImplementedError

    def get(self, request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
        """404 for what has not been published."""
        try:
            version = version_numbered(code, request.GET.get("version", ""))
        except InstrumentVersion.DoesNotExist as error:
            raise Http404(_("没有发布过这个普查表，或没有这个版本。")) from error
        return download_answer(self.content(version), self.content_type, self.name(version))

    def name(self, version: InstrumentVersion) -> str:
        """What the file is called."""
        return f"{version.instrument.code}-v{version.number}.{self.ending}"


@method_decorator(gzip_page, name="dispatch")
class InstrumentVtl(_InstrumentDownload):
    """The rules as VTL 2.1."""

    ending, content_type = "vtl", "text/plain; charset=utf-8"

    def content(self, version: InstrumentVersion) -> str:
        """With the rules that VTL cannot say, and why."""
        return vtl_of(version.pk)


@method_decorator(gzip_page, name="dispatch")
class InstrumentDdi(_InstrumentDownload):
    """Questions, variables and code lists as DDI-Lifecycle 3.3."""

    ending, content_type = "ddi.xml", "application/xml; charset=utf-8"

    def content(self, version: InstrumentVersion) -> bytes:
        """In both languages."""
        return ddi_of(version)


class InstrumentBlank(_InstrumentDownload):
    """The empty form on paper; `?explained=1` with the explanations of its items."""

    ending, content_type = "pdf", "application/pdf"

    def content(self, version: InstrumentVersion) -> bytes:
        """Chinese whatever the reader's language: it is the official text."""
        is_explained = self.request.GET.get("explained") == "1"
        return blank_form_bytes(version, is_explained=is_explained)

    def name(self, version: InstrumentVersion) -> str:
        """With the form's title, as people look for it."""
        form = version.instrument
        return f"{form.code} {form.title} {_('空白表')} v{version.number}.pdf"


@lru_cache(maxsize=512)
def _codelist_body(name: str, content_hash: str, language: str) -> bytes:
    pairs = codelist_by_hash(name, content_hash).pairs(language)
    return json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()


@method_decorator(gzip_page, name="dispatch")
class CodelistJson(ScopedView):
    """One published code list as `[[code, label], …]`; its address holds its hash."""

    permission_required = Permission.INSTRUMENT_VIEW

    def get(
        self, request: AuthenticatedHttpRequest, name: str, content_hash: str, language: str = "zh"
    ) -> HttpResponse:
        """Built once per process, kept by the browser for ever."""
        try:
            body = _codelist_body(name, content_hash, language)
        except CodeListVersion.DoesNotExist as error:
            raise Http404(_("没有这个代码表版本。")) from error
        response = HttpResponse(body, content_type="application/json")
        response["Cache-Control"] = FOR_EVER
        return response
