"""What changed since a level last looked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.changes import (
    CellChange,
    ExplanationChange,
    cells_changed,
    changes_since,
    decision_last_at,
    explanations_changed,
)
from submissions.enums import Level
from submissions.models import Submission
from tests.factories.case import make_submitted
from tests.factories.decision import approve_by, return_by
from tests.factories.submission import submit_again

CELLS = st.dictionaries(
    st.sampled_from(["hours", "note", "kilns/aaaa1111/fuel", "kilns/bbbb2222/fuel"]),
    st.text(min_size=1, max_size=3),
)


def document(values):
    return {"values": values, "rows": {}}


@given(before=CELLS, after=CELLS)
def test_the_changes_lead_from_one_document_to_the_other(before, after):
    changes = cells_changed(document(before), document(after))
    walked = {**before, **{c.cell: c.after for c in changes}}
    assert {cell: value for cell, value in walked.items() if value} == after
    assert all(c.before == before.get(c.cell, "") != c.after for c in changes)
    assert [c.cell for c in changes] == sorted(c.cell for c in changes)


def test_zero_and_blank_are_different():
    assert cells_changed(document({"a": "0"}), document({})) == [CellChange("a", "0", "")]


@pytest.mark.django_db
def test_each_level_sees_what_changed_since_its_own_look(cast):
    case = make_submitted(cast.enumerator)
    assert changes_since(case, Level.SUPERVISOR) == []
    approve_by(case, cast.supervisor)
    return_by(case, cast.county_reviewer)
    submit_again(case, cast.enumerator, hours="4000")
    return_by(case, cast.supervisor)
    submit_again(case, cast.enumerator, note="已按实修改")
    assert changes_since(case, Level.SUPERVISOR) == [CellChange("note", "", "已按实修改")]
    assert changes_since(case, Level.COUNTY) == [
        CellChange("hours", "4800", "4000"),
        CellChange("note", "", "已按实修改"),
    ]
    assert changes_since(case, Level.CITY) == []
    assert decision_last_at(case, Level.COUNTY).submission.number == 1


def explanation(rule, row, text, **more):
    return {"rule": rule, "row": row, "message": f"问题 {rule}", "explanation": text, **more}


def test_an_explanation_that_is_new_reworded_or_gone_is_told():
    before = Submission(
        explanations=[
            explanation("R1", "", "停产"),
            explanation("R2", "", "扩产"),
            explanation("R3", "k1", "检修"),
        ]
    )
    after = Submission(
        explanations=[
            explanation("R2", "", "扩产", cells=["output"]),
            explanation("R3", "k1", "大修", cells=["kilns/k1/fuel"]),
            explanation("R4", "", "新增", cells=[]),
        ]
    )
    assert explanations_changed(before, after) == [
        ExplanationChange("", "问题 R1", "停产", ""),
        ExplanationChange("kilns/k1/fuel", "问题 R3", "检修", "大修"),
        ExplanationChange("", "问题 R4", "", "新增"),
    ]
