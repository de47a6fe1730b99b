"""Definitions typed or pasted in the browser: read with care, and faults shown at their line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.exceptions import Invalid
from instruments.checking import Fault
from instruments.definition_files import DuplicateKey, yaml_text_read

LONGEST = 500_000  # characters; the longest form of the census has a fifth of that
FAULT_NAMES: Mapping[str, str | Promise] = {
    "structure": gettext_lazy("结构不对"),
    "language_missing": gettext_lazy("缺少中文或英文"),
    "example_missing": gettext_lazy("审核关系缺少例子"),
    "duplicate_slug": gettext_lazy("名称重复"),
    "duplicate_code": gettext_lazy("指标代码重复"),
    "duplicate_rule": gettext_lazy("审核关系编号重复"),
    "duplicate_section": gettext_lazy("分节编号重复"),
    "group_bounds": gettext_lazy("行数上下限颠倒"),
    "group_unused": gettext_lazy("重复组没有指标"),
    "group_unknown": gettext_lazy("没有这个重复组"),
    "group_split": gettext_lazy("同一重复组的分节不相连"),
    "group_item": gettext_lazy("标出的指标不在审核关系的重复组内"),
    "codelist_missing": gettext_lazy("没有这个代码表"),
    "prefill_unknown": gettext_lazy("名录库没有这个事实"),
    "scale": gettext_lazy("小数位多于总位数"),
    "bounds": gettext_lazy("上下限颠倒"),
    "rule_id": gettext_lazy("审核关系编号不合规定"),
    "slug_unknown": gettext_lazy("表中没有这个指标"),
    "expression": gettext_lazy("表达式有错"),
    "example_disagrees": gettext_lazy("例子与审核关系不符"),
    "local_name": gettext_lazy("地方指标的名称不合规定"),
    "local_code": gettext_lazy("地方指标的代码不合规定"),
    "local_rule": gettext_lazy("地方审核关系标出的不是地方指标"),
}


def typed_read(text: str) -> Any:
    """The content of typed YAML. Raises Invalid, with the line in `details["line"]` where known.

    Aliases are refused: a short text that refers to itself could stand for gigabytes.
    """
    if len(text) > LONGEST:
        raise Invalid(
            _("内容过长（%(count)d 个字符），最多 %(most)d 个。")
            % {"count": len(text), "most": LONGEST}
        )
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                raise _broken(_("不能使用别名（*）"), mark.line + 1 if mark else None)
        return yaml_text_read(text)
    except DuplicateKey as error:
        raise _broken(_("同一个键写了两次"), _line_in(str(error))) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _broken(str(error.problem or ""), mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError) as error:
        raise _broken(str(error).splitlines()[0][:200], None) from error
    except RecursionError as error:
        raise _broken(_("嵌套层数过多"), None) from error


# as an author would write them; the database keeps the keys of an object in an order of its own
KEY_ORDER = [
    "id",
    "slug",
    "code",
    "title",
    "label",
    "label_en",
    "column",
    "respondent",
    "unit_kinds",
    "basis",
    "issued_by",
    "approved_by",
    "valid_until",
    "orientation",
    "owed_when",
    "owed_reason",
    "listing",
    "in_scope",
    "reason",
    "observed_on",
    "status",
    "industry",
    "layout",
    "min",
    "max",
    "row_label",
    "group",
    "type",
    "digits",
    "scale",
    "unit",
    "max_length",
    "pattern",
    "codelist",
    "required",
    "applies",
    "prefill",
    "derived",
    "indent",
    "help",
    "confidence",
    "severity",
    "each",
    "when",
    "assert",
    "items",
    "message",
    "source",
    "pass",
    "fail",
    "zh",
    "en",
    "groups",
    "sections",
    "rules",
    "values",
    "rows",
]
SHORT = 100


class _Writer(yaml.SafeDumper):
    """Short mappings of plain values on one line: `{zh: 取水量, en: Water intake}`."""

    def ignore_aliases(self, data: Any) -> bool:
        """What two places share is written twice: an alias could not be read back."""
        return True


def _mapping(writer: _Writer, data: dict[str, Any]) -> yaml.Node:
    known = {key: place for place, key in enumerate(KEY_ORDER)}
    ordered = sorted(data.items(), key=lambda pair: known.get(pair[0], len(known)))
    is_short = len(str(data)) <= SHORT and not any(
        isinstance(v, dict | list) for v in data.values()
    )
    is_pair = is_short and "id" not in data and "slug" not in data
    return writer.represent_mapping("tag:yaml.org,2002:map", ordered, flow_style=is_pair)


_Writer.add_representer(dict, _mapping)


def typed_write(content: Any) -> str:
    """A definition, a code list or additions as text to edit."""
    return yaml.dump(content, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=110)


def _broken(what: str, line: int | None) -> Invalid:
    if line is None:
        sentence = _("内容不是合格的 YAML：%(what)s。") % {"what": what}
    else:
        sentence = _("第 %(line)d 行不是合格的 YAML：%(what)s。") % {"line": line, "what": what}
    return Invalid(sentence, code="yaml_invalid", details={"line": line})


def _line_in(sentence: str) -> int | None:
    found = re.search(r"line (\d+)", sentence)
    return int(found[1]) if found else None


@dataclass(frozen=True)
class FaultLine:
    """One fault as the page shows it."""

    line: int | None
    path: str
    kind: str
    sentence: str


def fault_lines(text: str, faults: Sequence[Fault]) -> list[FaultLine]:
    """Each fault with the line of what it names, in the order of the text."""
    lines = text.splitlines()
    shown = [
        FaultLine(
            _line_of(lines, fault.path),
            fault.path,
            str(FAULT_NAMES.get(fault.code, fault.code)),
            fault.sentence,
        )
        for fault in faults
    ]
    return sorted(shown, key=lambda fault: fault.line or 0)


def _line_of(lines: list[str], path: str) -> int | None:
    """The line that says `slug:` or `id:` with a word of the path, the last such word first."""
    for word in reversed(re.findall(r"[A-Za-z0-9_-]+", path)):
        said = re.compile(rf"\b(slug|id):\s*[\"']?{re.escape(word)}(?![\w-])")
        for number, line in enumerate(lines, start=1):
            if said.search(line):
                return number
    return None
