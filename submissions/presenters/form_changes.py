"""A change of a form or code list for its page: what differs, what it would do, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instruments.differences import Act, Difference, Part
from registry.selectors import province_names
from submissions.change_outcomes import Outcome, base_of, impact_key
from submissions.change_selectors import change_differences
from submissions.enums import CaseStatus
from submissions.models import FormChange
from submissions.presenters.items import localised

PART_NAMES: dict[Part, str | Promise] = {
    Part.FORM: _("表头"),
    Part.GROUP: _("重复组"),
    Part.SECTION: _("分节"),
    Part.ITEM: _("指标"),
    Part.RULE: _("审核关系"),
    Part.ENTRY: _("代码"),
}
ACT_NAMES: dict[Act, str | Promise] = {
    Act.ADDED: _("增加"),
    Act.REMOVED: _("删除"),
    Act.CHANGED: _("修改"),
}
OUTCOME_NAMES: dict[Outcome, str | Promise] = {
    Outcome.MOVED: _("改用新版"),
    Outcome.REOPENED: _("重新开放"),
    Outcome.LEFT: _("保留原版"),
}
FIELD_NAMES: dict[str, str | Promise] = {
    "title": _("标题"),
    "label": _("名称"),
    "label_en": _("英文名称"),
    "code": _("代码"),
    "type": _("类型"),
    "digits": _("位数"),
    "scale": _("小数位"),
    "unit": _("计量单位"),
    "min": _("下限"),
    "max": _("上限"),
    "required": _("必填"),
    "applies": _("适用条件"),
    "help": _("说明"),
    "codelist": _("代码表"),
    "confidence": _("依据"),
    "severity": _("性质"),
    "assert": _("须成立"),
    "when": _("条件"),
    "message": _("提示"),
    "items": _("标出的指标"),
    "source": _("来源"),
    "pass": _("符合的例子"),
    "fail": _("不符合的例子"),
    "group": _("重复组"),
    "section": _("分节"),
    "owed_when": _("填报范围"),
    "unit_kinds": _("对象类别"),
}


@dataclass(frozen=True)
class DifferenceView:
    """One difference, in the reader's language."""

    data: Difference

    @property
    def part(self) -> str:
        """What it is about."""
        return str(PART_NAMES[self.data.part])

    @property
    def act(self) -> str:
        """Added, removed, changed."""
        return str(ACT_NAMES[self.data.act])

    @property
    def is_removal(self) -> bool:
        """Something goes."""
        return self.data.act == Act.REMOVED

    @property
    def label(self) -> str:
        """The label of the part."""
        return localised(self.data.label)

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Name, before, after."""
        return [
            (str(FIELD_NAMES.get(name, name)), before, after)
            for name, before, after in self.data.fields
        ]


@dataclass(frozen=True)
class ChangePresenter:
    """Everything the page of a change shows."""

    change: FormChange

    @cached_property
    def differences(self) -> list[DifferenceView]:
        """Every difference from the version it was drafted from."""
        return [DifferenceView(difference) for difference in change_differences(self.change)]

    @cached_property
    def is_weighed(self) -> bool:
        """Whether the impact still holds: same content, same version in force."""
        base = base_of(self.change.kind, self.change.code)
        return bool(self.change.impact) and self.change.impact_key == impact_key(self.change, base)

    @property
    def _impact(self) -> Mapping[str, Any]:
        return self.change.impact or {}

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """How many cases take the new version, are reopened, stay."""
        counts = self._impact.get("outcomes", {})
        return [(str(OUTCOME_NAMES[o]), counts.get(o.value, 0)) for o in Outcome]

    @property
    def statuses(self) -> list[tuple[str, int]]:
        """How many cases there are in each status."""
        counts = self._impact.get("statuses", {})
        return [(str(s.label), counts[s.value]) for s in CaseStatus if s.value in counts]

    @cached_property
    def provinces(self) -> list[dict[str, Any]]:
        """By province: cases, moved, reopened, left. One query."""
        names = province_names()
        lines = self._impact.get("provinces", [])
        return [{**line, "name": names.get(line["province"], line["province"])} for line in lines]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Findings that appear and disappear, by rule."""
        return list(self._impact.get("rules", []))

    @property
    def lost(self) -> list[dict[str, Any]]:
        """Answers whose item goes: kept, no longer asked for."""
        lines = self._impact.get("lost", [])
        return [{**line, "label": localised(line["label"])} for line in lines]

    @property
    def units_reconsidered(self) -> int:
        """Units whose owed forms are derived again."""
        return int(self._impact.get("units_reconsidered", 0))

    @property
    def applied(self) -> list[tuple[str, int]]:
        """What the last run did."""
        counts = self.change.applied or {}
        return [(str(OUTCOME_NAMES[o]), counts.get(o.value, 0)) for o in Outcome] if counts else []
