"""What the grid's scripts need of a form: answers, findings, context of rules, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from instruments.codelist_values import CodeListValues
from instruments.evaluation.engine import Context
from submissions.answers import finding_answer, progress_answer
from submissions.models import Case, EditFailure, Response
from submissions.presenters.form import FormPresenter
from submissions.presenters.grid_texts import grid_texts
from submissions.presenters.items import ItemView, language, localised


def grid_data(
    *,
    form: FormPresenter,
    response: Response,
    context: Context,
    user_id: int,
    rules_url: str,
    doors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The page's data block. Nothing here that this person may not see on the page.

    `doors` are the addresses of saving (`cells`) and handing in (`submit`), those of the case
    where None.
    """
    case = response.case
    used = {item.codelist.name: item.codelist for item in form.items.values() if item.codelist}
    return {
        "case": case.pk,
        "user": user_id,
        "version": response.version,
        "language": language(),
        "urls": {
            **(case_doors(case) if doors is None else doors),
            "explain": reverse("failure_explain", args=[0]),
            "engine": static("js/evaluation.js"),
            "rules": rules_url,
        },
        "codelists": {name: _codelist_url(values) for name, values in used.items()},
        "context": context_data(context),
        "answers": form.answers,
        "findings": _findings(form.failures),
        "progress": progress_answer(case),
        "items": {slug: _item(item) for slug, item in form.items.items()},
        "groups": {g["slug"]: _group(g) for g in form.definition.get("groups") or []},
        "sections": [
            {"id": section.id, "title": section.title, "items": [i.slug for i in section.items]}
            for section in form.sections
        ],
        "texts": grid_texts(),
    }


def case_doors(case: Case) -> dict[str, str]:
    """Where a real form is saved and submitted."""
    return {
        "cells": reverse("case_cells", args=[case.pk]),
        "submit": reverse("case_submit", args=[case.pk]),
    }


def _codelist_url(values: CodeListValues) -> str:
    name = "codelist_json_en" if language() == "en" else "codelist_json"
    return reverse(name, args=[values.name, values.content_hash])


def context_data(context: Context) -> dict[str, Any]:
    """What the rules read beyond the form itself."""
    return {
        "forms": context.forms,
        "owed": sorted(context.owed),
        "register": context.register,
        "params": dict(context.params),
    }


def _findings(failures: Any) -> list[dict[str, Any]]:
    return [finding_answer(failure) for failure in failures if isinstance(failure, EditFailure)]


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row_label": localised(group.get("row_label") or group["label"]),
        "min": int(group.get("min") or 0),
        "max": int(group.get("max") or 999),
        "layout": group["layout"],
    }


def _item(item: ItemView) -> dict[str, str]:
    return {
        "code": item.code,
        "label": item.label,
        "type": item.type,
        "unit": item.unit,
        "help": item.help,
        "format": format_sentence(item),
    }


def format_sentence(item: ItemView) -> str:
    """How the item is written, in one line for the help panel."""
    data = item.data
    if item.type == "decimal":
        return _("数字，最多 %(scale)s 位小数") % {"scale": data.get("scale", 0)}
    if item.type in {"text", "code"} and data.get("max_length"):
        return _("最多 %(length)s 个字符") % {"length": data["max_length"]}
    fixed = {
        "integer": _("整数"),
        "year": _("四位年份"),
        "date": _("日期，如 2018-03-05"),
        "year_month": _("年月，如 2017-12"),
        "yes_no": _("1 是，2 否"),
        "choice": _("代码表中的一个代码"),
        "multi_choice": _("代码表中的一个或几个代码"),
        "coordinate": _("度分秒，如 120°12′33.25″"),
        "credit_code": _("18 位代码"),
        "organisation_code": _("9 位代码"),
        "division": _("12 位区划代码"),
    }
    return fixed.get(item.type, "")
