"""What a save asks for, and what it does to a response in memory. No database here."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.exceptions import Invalid
from instruments.evaluation.definition import Definition, Group, split_path
from instruments.evaluation.text import normalise
from submissions.enums import Provenance
from submissions.models import Response
from submissions.models.response import Cell, value_in_force

CHANGES_AT_MOST = 5000
VALUE_LENGTH_AT_MOST = 2000
ROW_ID = re.compile(r"[a-z0-9]{8}")
COLLECTED = Provenance.COLLECTED.value


@dataclass(frozen=True)
class SetCell:
    """Write what was typed; blank clears."""

    cell: str
    value: str


@dataclass(frozen=True)
class AddRow:
    """Put a new row into a repeat group, after another or at the end."""

    group: str
    row: str
    after: str | None


@dataclass(frozen=True)
class RemoveRow:
    """Take a row out; its values stay in the revisions."""

    group: str
    row: str


Change = SetCell | AddRow | RemoveRow


@dataclass(frozen=True)
class Clash:
    """A cell that somebody else changed, differently, since the save's base version."""

    cell: str
    yours: str | None
    theirs: str | None
    by: int | None
    at: str | None


def changes_parse(changes: Sequence[Any]) -> list[Change]:
    """The typed changes of a request. Raises `Invalid` for anything that is not one of the three."""
    if not changes:
        raise Invalid(_("没有要保存的内容。"), code="no_changes")
    if len(changes) > CHANGES_AT_MOST:
        raise Invalid(
            _("一次最多保存 %(count)d 处改动。") % {"count": CHANGES_AT_MOST},
            code="too_many_changes",
        )
    return [_change(change) for change in changes]


def _change(change: Any) -> Change:
    op = change.get("op") if isinstance(change, Mapping) else None
    match op:
        case "set":
            _only(change, "cell", "value")
            cell = _text(change, "cell")
            return SetCell(cell, _value(cell, change["value"]))
        case "add_row":
            _only(change, "group", "row", "after")
            after = _text(change, "after") if change["after"] is not None else None
            return AddRow(_text(change, "group"), _row_id(change), after)
        case "remove_row":
            _only(change, "group", "row")
            return RemoveRow(_text(change, "group"), _row_id(change))
    raise Invalid(_("不认识的改动。"), code="unknown_op")


def _only(change: Mapping[str, Any], *names: str) -> None:
    if set(change) != {"op", *names}:
        raise Invalid(_("改动的字段不对。"), code="unknown_field")


def _text(change: Mapping[str, Any], name: str) -> str:
    value = change[name]
    if not (isinstance(value, str) and 0 < len(value) <= 160):
        raise Invalid(_("改动的字段不对。"), code="invalid_change")
    return str(value)


def _row_id(change: Mapping[str, Any]) -> str:
    row = _text(change, "row")
    if not ROW_ID.fullmatch(row):
        raise Invalid(_("行标识应为 8 位小写字母或数字。"), code="invalid_row_id")
    return row


def _value(cell: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(_("填报值应为文本。"), code="invalid_value", cell=cell)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise Invalid(_("填报值中有不可见的控制字符。"), code="control_character", cell=cell)
    text = normalise(value)
    if len(text) > VALUE_LENGTH_AT_MOST:
        raise Invalid(
            _("填报值过长，最多 %(length)d 个字。") % {"length": VALUE_LENGTH_AT_MOST},
            code="value_too_long",
            cell=cell,
        )
    return text


@dataclass
class Edition:
    """One save being applied: the response changes in place, the patch and the clashes grow."""

    response: Response
    definition: Definition
    base_version: int
    actor_id: int
    at: datetime
    removed_since_base: frozenset[tuple[str, str]] = frozenset()
    patch: list[dict[str, Any]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def apply(self, changes: Sequence[Change]) -> None:
        """Apply every change in order. Raises `Invalid` for an unknown cell, row or group."""
        for change in changes:
            match change:
                case SetCell():
                    self._set(change)
                case AddRow():
                    self._add_row(change)
                case RemoveRow():
                    self._remove_row(change)

    @property
    def version(self) -> int:
        """The version this save will have."""
        return self.response.version + 1

    def _set(self, change: SetCell) -> None:
        if self._row_is_gone(change):
            return
        cell: Cell = self.response.cells.get(change.cell, {})
        before = value_in_force(cell)
        if self._changed_since_base(change.cell) and before != change.value:
            self.clashes.append(self._clash(change.cell, change.value, cell))
            return
        if before == change.value and (COLLECTED in cell or change.value == ""):
            return
        slot = {
            "v": change.value,
            "by": self.actor_id,
            "at": self.at.isoformat(timespec="seconds"),
            "n": self.version,
        }
        self.response.cells[change.cell] = {**cell, COLLECTED: slot}
        self.touched.add(change.cell)
        self.patch.append(
            {"op": "set", "cell": change.cell, "before": before, "value": change.value}
        )

    def _row_is_gone(self, change: SetCell) -> bool:
        """Check that the cell exists; note a clash where somebody has removed its row since."""
        if self.definition.item_at(change.cell) is None:
            raise Invalid(_("本表没有这个指标。"), code="unknown_cell", cell=change.cell)
        group, row, _slug = split_path(change.cell)
        if not group or row in self.response.rows.get(group, []):
            return False
        if (group, row) in self.removed_since_base:
            self.clashes.append(Clash(change.cell, change.value, None, None, None))
            return True
        raise Invalid(_("这一行不存在。"), code="unknown_row", cell=change.cell)

    def _add_row(self, change: AddRow) -> None:
        group = self._group(change.group)
        rows: list[str] = self.response.rows.setdefault(group.slug, [])
        if change.row in rows:
            return
        if group.max is not None and len(rows) >= group.max:
            raise Invalid(
                _("“%(group)s”最多 %(count)d 个。")
                % {"group": group.label.get("zh", group.slug), "count": group.max},
                code="group_full",
            )
        index = rows.index(change.after) + 1 if change.after in rows else len(rows)
        rows.insert(index, change.row)
        self.touched.add(group.slug)
        self.patch.append({"op": "add_row", "group": group.slug, "row": change.row, "index": index})

    def _remove_row(self, change: RemoveRow) -> None:
        group = self._group(change.group)
        rows: list[str] = self.response.rows.get(group.slug, [])
        if change.row not in rows:
            if (group.slug, change.row) in self.removed_since_base:
                return
            raise Invalid(
                _("这一行不存在。"), code="unknown_row", cell=f"{group.slug}/{change.row}"
            )
        prefix = f"{group.slug}/{change.row}/"
        paths = [path for path in self.response.cells if path.startswith(prefix)]
        changed = [path for path in paths if self._changed_since_base(path)]
        if changed:
            self.clashes.extend(
                self._clash(path, None, self.response.cells[path]) for path in changed
            )
            return
        cells = {path: value_in_force(self.response.cells.pop(path)) for path in paths}
        index = rows.index(change.row)
        rows.remove(change.row)
        self.touched.update({group.slug, *paths})
        self.patch.append(
            {
                "op": "remove_row",
                "group": group.slug,
                "row": change.row,
                "index": index,
                "cells": {path: value for path, value in cells.items() if value != ""},
            }
        )

    def _group(self, slug: str) -> Group:
        group = self.definition.groups_by_slug.get(slug)
        if group is None:
            raise Invalid(_("本表没有这个分组。"), code="unknown_group", cell=slug)
        return group

    def _changed_since_base(self, path: str) -> bool:
        """Whether a save between the base and now wrote the cell (this save's own do not count)."""
        written = self.response.cells.get(path, {})
        return any(self.base_version < slot["n"] < self.version for slot in written.values())

    def _clash(self, path: str, yours: str | None, cell: Cell) -> Clash:
        slot = max(cell.values(), key=lambda slot: int(slot["n"]))
        return Clash(path, yours, value_in_force(cell), slot["by"], slot["at"])


def cells_since(response: Response, version: int, *, but: int) -> dict[str, str]:
    """What others have written after `version`, leaving out the save numbered `but`."""
    return {
        path: value_in_force(cell)
        for path, cell in response.cells.items()
        if any(slot["n"] > version and slot["n"] != but for slot in cell.values())
    }
