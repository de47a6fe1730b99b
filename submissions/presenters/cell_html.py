"""One cell as HTML. Written here, not in a template: a form has up to thousands of them."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from submissions.earlier_values import EXERCISE, RATIO_BOUND
from submissions.presenters.blocks import Cell
from submissions.presenters.findings import FindingView
from submissions.presenters.items import COMBOBOX, MULTIPLE, SELECT

LONGEST_TEXT = 2000


def cell_html(cell: Cell, *, is_fill: bool, case_id: int | None) -> SafeString:
    """Up to the questions of reviewers, which a template writes, with the closing tag.

    `case_id` is for the way to the basis of a derived value; None where there is none. Every value,
    path and sentence goes through `escape`.
    """
    path = escape(cell.path)
    parts = [_opening(cell, path, is_fill=is_fill), '<div class="cell-box">']
    parts.append(_control(cell, path) if is_fill else _reading(cell))
    if cell.is_derived and case_id is not None:
        parts.append(_basis(cell, case_id))
    parts.append(
        f'<span class="cell-notes" id="f:{path}">{_notes(cell, is_fill=is_fill)}</span></div>'
    )
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped where it is written


def _opening(cell: Cell, path: str, *, is_fill: bool) -> str:
    classes = ["cell"]
    if cell.item.is_numeric:
        classes.append("num")
    if cell.css:
        classes.append(cell.css)
    if cell.mark is not None and cell.mark.is_changed:
        classes.append("is-changed")
    row = f' data-row="{escape(cell.row)}"' if cell.row else ""
    place = "" if is_fill else f' id="c:{path}"'
    return f'<td class="{" ".join(classes)}" data-cell="{path}" data-type="{cell.item.type}"{row}{place}>'


def _control(cell: Cell, path: str) -> str:
    item = cell.item
    about = f'id="c:{path}" name="{path}"{_named(cell)}'
    if item.control == SELECT:
        control = f"<select {about}>{cell.options}</select>"
    else:
        longest = "" if item.is_numeric else f' maxlength="{LONGEST_TEXT}"'
        value = f' value="{escape(cell.value)}"' if cell.value else ""
        control = f"<input {about}{value}{longest} {item.attributes}>"
    words = ""
    if item.control in {COMBOBOX, MULTIPLE}:
        words = f'<span class="cell-words">{escape(cell.described)}</span>'
    state = '<span class="cell-state" aria-hidden="true"></span>'
    return f'<span class="cell-control">{control}{state}</span>{words}'


def _named(cell: Cell) -> str:
    """Its name from the heads of its row and line, and what is the matter with it."""
    parts = ""
    if cell.row:
        parts = f' aria-labelledby="i:{cell.item.slug} r:{escape(cell.row)}"'
    if cell.findings:
        parts += f' aria-describedby="f:{escape(cell.path)}"'
    if cell.is_invalid:
        parts += ' aria-invalid="true"'
    return parts


def _reading(cell: Cell) -> str:
    carried = " is-carried" if cell.is_carried else ""
    value = (
        escape(cell.read_value)
        if cell.value
        else f'<span class="muted" aria-label="{escape(_("空"))}">—</span>'
    )
    parts = [f'<span class="cell-value{carried}">{value}</span>']
    if cell.described:
        parts.append(f'<span class="cell-words">{escape(cell.described)}</span>')
    if cell.mark is not None and cell.mark.is_changed:
        before = escape(cell.before_described) or "—"
        parts.append(f'<span class="cell-before">{escape(_("原值"))} <s>{before}</s></span>')
    parts += [_earlier(cell, line) for line in cell.earlier]
    return "".join(parts)


def _earlier(cell: Cell, line: dict[str, str]) -> str:
    """What the register or an earlier exercise says, and how many times that the value is."""
    name = line["name"] if line["source"] == EXERCISE else _("名录库")
    words = f"{cell.item.read(line['value'])} {cell.item.described(line['value'])}".strip()
    ratio = ratio_of(cell.value, line["value"]) if cell.item.is_numeric else None
    tag = ""
    if ratio is not None and ratio != 1:
        low, high = (float(bound) for bound in RATIO_BOUND)
        css = "tag tag-soft" if ratio < low or ratio > high else "tag"
        shown = escape(_("为其 %(ratio)s 倍") % {"ratio": f"{ratio:.3g}"})
        tag = f' <span class="{css}">{shown}</span>'
    return f'<span class="cell-before">{escape(name)} {escape(words)}{tag}</span>'


def ratio_of(now: str, before: str) -> float | None:
    """How many times the earlier figure the present one is; None where that says nothing."""
    try:
        return float(now) / float(before)
    except (ValueError, ZeroDivisionError):
        return None


def _basis(cell: Cell, case_id: int) -> str:
    address = f"{reverse('case_basis', args=[case_id])}?cell={quote(cell.path)}"
    title = escape(_("核算值：查看计算过程（Alt+K）"))
    return (
        f'<a class="derived-mark no-print" href="{escape(address)}" data-basis tabindex="-1" '
        f'title="{title}">{escape(_("核"))}</a>'
    )


def _notes(cell: Cell, *, is_fill: bool) -> str:
    parts = [_note(cell, finding) for finding in cell.shown_findings] if cell.findings else []
    if is_fill and cell.is_missing:
        parts.append(f'<span class="note note-required">{escape(_("必填"))}</span>')
    return "".join(parts)


def _note(cell: Cell, finding: FindingView) -> str:
    """In words at the first cell of the finding; its other cells refer to that one."""
    if finding.first_cell != cell.path:
        text = escape(_("见 %(code)s 项") % {"code": finding.first_code})
    else:
        text = escape(finding.message)
        if finding.failure.explanation:
            words = f"{_('说明')}{_('：')}{finding.failure.explanation}"
            text += f'<span class="explanation">{escape(words)}</span>'
    return f'<span class="note note-{finding.css}"><b>{escape(finding.severity_name)}</b> {text}</span>'
