"""`{% form_cell cell form case %}`: one cell of the official table."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from submissions.models import Case
from submissions.presenters.blocks import Cell
from submissions.presenters.cell_html import cell_html
from submissions.presenters.form import FormPresenter

register = template.Library()


@register.simple_tag
def form_cell(cell: Cell, form: FormPresenter, case: Case | str) -> SafeString:
    """The opening tag of the cell and all of it but the questions and the closing tag.

    A form has up to thousands of cells: a template for each took most of the time of its page.
    """
    return cell_html(cell, is_fill=form.is_fill, case_id=getattr(case, "pk", None))
