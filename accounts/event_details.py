"""The details of an act as words on the audit screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Level, Permission, Role

NAMES = {
    "address": gettext_lazy("地址"),
    "user": gettext_lazy("账号编号"),
    "username": gettext_lazy("用户名"),
    "until": gettext_lazy("有效期至"),
    "valid_to": gettext_lazy("有效期至"),
    "expires_at": gettext_lazy("有效期至"),
    "reason": gettext_lazy("理由"),
    "permissions": gettext_lazy("权限"),
    "role": gettext_lazy("职责"),
    "place": gettext_lazy("辖区"),
    "status": gettext_lazy("状态"),
    "level": gettext_lazy("层级"),
    "code": gettext_lazy("代码"),
    "number": gettext_lazy("序号"),
    "hash": gettext_lazy("摘要"),
    "file": gettext_lazy("文件"),
    "forms": gettext_lazy("普查表"),
    "sealed": gettext_lazy("加密"),
    "format": gettext_lazy("格式"),
    "masked": gettext_lazy("遮盖保密指标"),
    "kind": gettext_lazy("类别"),
    "rule": gettext_lazy("审核关系"),
    "row": gettext_lazy("行"),
    "explanation": gettext_lazy("说明"),
    "kept": gettext_lazy("存证"),
    "day": gettext_lazy("日期"),
    "rows": gettext_lazy("条数"),
    "query": gettext_lazy("条件"),
    "decision": gettext_lazy("结论"),
    "key": gettext_lazy("公钥指纹"),
    "before": gettext_lazy("此前"),
    "after": gettext_lazy("此后"),
    "deputy": gettext_lazy("代理人"),
    "from": gettext_lazy("自"),
}
WORDS = {str(c.value): c.label for choices in (Role, Level, Permission) for c in choices}


def _word(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("、").join(_word(part) for part in value)
    if isinstance(value, dict):
        return _("，").join(f"{_name(key)} {_word(part)}" for key, part in value.items())
    return str(WORDS.get(str(value), value))


def _name(key: str) -> str:
    return str(NAMES.get(key, key))


def details_told(detail: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value of each detail; a change is told as `before → after` where it differs."""
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for key in after:
            if before.get(key) != after[key]:
                yield _name(key), f"{_word(before.get(key))} → {_word(after[key])}"
    told = {"kept"} | ({"before", "after"} if isinstance(before, dict) else set())
    for key, value in detail.items():
        if key not in told:
            yield _name(key), _word(value)
    if isinstance(kept := detail.get("kept"), dict):
        yield _name("kept"), f"{kept.get('of')} {kept.get('pk')} · {kept.get('hash')}"
