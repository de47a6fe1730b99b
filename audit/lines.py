"""The canonical bytes of rows as they come from the database, made once and without models.

`event_line` gives the same bytes as `canonical_json(event.content())`, which is what every seal
since the first covers; a property test holds them together.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

from audit.hashing import canonical_json

EVENT_COLUMNS = (
    "id, at, cluster, transaction_number, action, actor_id, actor_name, subject_type, subject_id, "
    "subject_label, division_code, detail::text"
)
READ_COLUMNS = (
    "id, at, cluster, transaction_number, actor_id, actor_name, unit_id, unit_code, case_id, "
    "form_code, division_code, way"
)
Row = Sequence[Any]
Line = Callable[[Row], bytes]
_text: Callable[[str], str] = encode_basestring


def event_line(row: Row) -> bytes:
    """One event; `row` has EVENT_COLUMNS, with times in UTC."""
    pk, at, cluster, number, action, actor, name, kind, subject, label, division, detail = row
    told = "{}" if detail == "{}" else canonical_json(json.loads(detail)).decode()
    return (
        f'{{"action":{_text(action)},"actor_id":{"null" if actor is None else actor},'
        f'"actor_name":{_text(name)},"at":"{_moment(at)}","cluster":{cluster},"detail":{told},'
        f'"division_code":{_text(division)},"id":{pk},"subject_id":{_text(subject)},'
        f'"subject_label":{_text(label)},"subject_type":{_text(kind)},'
        f'"transaction_number":{number}}}'
    ).encode()


def read_line(row: Row) -> bytes:
    """One read; `row` has READ_COLUMNS, with times in UTC."""
    pk, at, cluster, number, actor, name, unit, unit_code, case, form, division, way = row
    content = [pk, _moment(at), cluster, number, actor, name]
    return canonical_json([*content, unit, unit_code, case, form, division, way])


def _moment(at: datetime) -> str:
    return at.isoformat()
