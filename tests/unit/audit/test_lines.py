"""The bytes that seals cover do not depend on how the row was read."""

import datetime as dt
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.hashing import canonical_json
from audit.lines import event_line
from audit.models import AuditEvent

# what PostgreSQL can hold: no NUL, no half of a surrogate pair
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
numbers = st.integers(0, 2**62)
documents = st.dictionaries(
    texts,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | texts
        | st.floats(allow_nan=False, allow_infinity=False, width=32),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
moments = st.integers(1_500_000_000_000_000, 2_200_000_000_000_000).map(
    lambda us: dt.datetime.fromtimestamp(us // 1_000_000, dt.UTC).replace(
        microsecond=us % 1_000_000
    )
)


@settings(max_examples=200, deadline=None)
@given(
    head=st.tuples(numbers, moments, numbers, numbers, texts, st.none() | numbers),
    names=st.tuples(texts, texts, texts, texts, texts),
    detail=documents,
)
def test_a_row_gives_the_bytes_of_its_model(head, names, detail):
    pk, at, cluster, number, action, actor = head
    name, kind, subject, label, division = names
    event = AuditEvent(
        pk=pk,
        at=at,
        cluster=cluster,
        transaction_number=number,
        action=action,
        actor_id=actor,
        actor_name=name,
        subject_type=kind,
        subject_id=subject,
        subject_label=label,
        division_code=division,
        detail=detail,
    )
    row = (*head, *names, json.dumps(detail, ensure_ascii=False))
    assert event_line(row) == canonical_json(event.content())
